#include "proxies/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <cmath>
#include <optional>

#include "core/csv.h"
#include "core/error.h"

namespace zeroth::proxies {

std::vector<double> named_numbers(std::string_view usage, std::string_view text, const std::vector<std::string>& keys) {
  std::vector<std::optional<double>> values(keys.size());
  std::vector<std::string> parts;
  if (!text.empty()) boost::split(parts, text, boost::is_any_of(":"));
  for (const std::string& part : parts) {
    const size_t sign = part.find('=');
    const std::string key = part.substr(0, sign);
    const auto found = std::find(keys.begin(), keys.end(), key);
    if (found == keys.end()) {
      throw core::UsageError(core::unknown_name("parameter", key, keys) + fmt::format("; write {}", usage));
    }
    std::optional<double>& value = values[static_cast<size_t>(found - keys.begin())];
    if (value) throw core::UsageError(fmt::format("parameter {} is given twice; write {}", key, usage));
    if (sign != std::string::npos) value = core::parse_number(part.substr(sign + 1));
    if (!value || !std::isfinite(*value)) {
      throw core::UsageError(fmt::format("parameter \"{}\" is no number; write {}", part, usage));
    }
  }
  std::vector<double> numbers;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!values[i]) throw core::UsageError(fmt::format("parameter {} is missing; write {}", keys[i], usage));
    numbers.push_back(*values[i]);
  }
  return numbers;
}

}  // namespace zeroth::proxies
