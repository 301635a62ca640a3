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
// Lines of equally many cells: the first to the left, the others to the right, as wide as their widest.
std::string aligned(const std::vector<std::vector<std::string>>& lines);

}  // namespace zeroth::eval
