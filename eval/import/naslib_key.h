// NASLib's lists of numbers for architectures, which Suite-Zero's files are keyed by.
#pragma once

#include <string>

namespace zeroth::eval {

// The architecture as `space` (nasbench101, nasbench201, darts, transnas101-micro, transnas101-macro) writes it, of
// "(4, 0, 3, 1, 4, 3)" and the like. Throws core::Error that says what is wrong with the text.
std::string architecture_of_naslib(const std::string& key, const std::string& space);

}  // namespace zeroth::eval
