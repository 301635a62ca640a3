// The search space that the manifest beside a score table names.
#pragma once

#include <string>

#include "spaces/search_space.h"

namespace zeroth::cli {

// The space of that name. Throws core::Error that names the manifest of `scores`: nobody gave the name on the command
// line.
const spaces::SearchSpace& find_manifest_space(const std::string& scores, const std::string& name);

}  // namespace zeroth::cli
