// What a user writes after the name of a made proxy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zeroth::proxies {

// Reads "mu=1000:sigma=500": each key once, in any order, with a finite number; the values in the order of `keys`.
// Throws core::UsageError that ends with `usage`, the whole form.
std::vector<double> named_numbers(std::string_view usage, std::string_view text, const std::vector<std::string>& keys);

}  // namespace zeroth::proxies
