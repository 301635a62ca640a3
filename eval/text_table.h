// Numbers and tables as text to read.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace zeroth::eval {

// "-" where there is no value.
std::string fixed(const std::optional<double>& value, int digits);
// With its sign and three digits.
std::string signed_text(const std::optional<double>& value);
// For a CSV file: all digits, and nothing where there is no value.
std::string cell(const std::optional<double>& value);
// "94.21 +- 0.13": mean and standard deviation (n - 1) of what is there; "-" for nothing, no spread for one. `format`
// is of either number, as fmt has it.
std::string spread_text(const std::vector<std::optional<double>>& values, const char* format = "{:.2f}");
// Lines of equally many cells: the first to the left, the others to the right, as wide as their widest.
std::string aligned(const std::vector<std::vector<std::string>>& lines);

}  // namespace zeroth::eval
