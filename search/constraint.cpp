#include "search/constraint.h"

#include <fmt/format.h>

#include <boost/algorithm/string.hpp>
#include <cmath>

#include "core/csv.h"
#include "core/error.h"

namespace zeroth::search {
namespace {

constexpr const char* kExample = "params<=5e6, macs<=600e6";

Constraint parse_one(const std::string& part) {
  const auto refuse = [&part](const std::string& why) {
    throw core::UsageError(fmt::format("constraint \"{}\": {}, as in \"{}\"", part, why, kExample));
  };
  const size_t sign = part.find_first_of("<>=");
  if (sign == std::string::npos) refuse("should be a cost, <= or >=, and a number");
  const size_t number = part.find_first_not_of("<>=", sign);
  const std::string relation = part.substr(sign, std::min(number, part.size()) - sign);
  if (relation != "<=" && relation != ">=") refuse(fmt::format("\"{}\" should be <= or >=", relation));
  const std::string name = boost::trim_copy(part.substr(0, sign));
  const std::string bound = number == std::string::npos ? "" : boost::trim_copy(part.substr(number));
  const auto value = core::parse_number(bound);
  if (!value || !std::isfinite(*value)) refuse(fmt::format("\"{}\" should be a number", bound));
  return {parse_cost(name), relation == "<=", *value};
}

}  // namespace

std::vector<Constraint> parse_constraints(std::string_view text) {
  std::vector<std::string> parts;
  boost::split(parts, text, boost::is_any_of(","));
  std::vector<Constraint> constraints;
  for (const std::string& part : parts) constraints.push_back(parse_one(boost::trim_copy(part)));
  return constraints;
}

std::string text_of(const Constraint& constraint) {
  return fmt::format("{}{}{}", name_of(constraint.cost),
                     constraint.at_most ? "<=" : ">=", core::number_text(constraint.bound));
}

std::string broken(const std::vector<Constraint>& constraints, const CostModel& costs,
                   const spaces::Architecture& architecture) {
  std::vector<Cost> asked;
  for (const Constraint& constraint : constraints) asked.push_back(constraint.cost);
  const std::vector<std::optional<double>> values = costs.values(asked, architecture);
  std::vector<std::string> found;
  for (size_t i = 0; i < constraints.size(); ++i) {
    const Constraint& constraint = constraints[i];
    if (!values[i]) {
      found.push_back(fmt::format("{} has no value", name_of(constraint.cost)));
    } else if (constraint.at_most ? *values[i] > constraint.bound : *values[i] < constraint.bound) {
      found.push_back(fmt::format("{} {} {} {}", name_of(constraint.cost), core::number_text(*values[i]),
                                  constraint.at_most ? ">" : "<", core::number_text(constraint.bound)));
    }
  }
  return fmt::format("{}", fmt::join(found, " and "));
}

}  // namespace zeroth::search
