#include "spaces/user_space_decisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <string>

#include "core/error.h"

namespace zeroth::spaces {

Decisions::Decisions(const Description& description) : description_(&description) {
  for (const CellDesign& design : description.cells) {
    first_of_cell_.push_back(first_decision_);
    cells_.emplace_back(description, design);
    first_decision_ += static_cast<int>(cells_.back().options().size());
  }
  for (const Part& part : description.parts) {
    PartDecisions made;
    made.part = &part;
    if (!part.is_cell) {
      made.numbers.push_back(add(part, "repeats", part.repeats));
      for (const auto& [name, options] : part.parameters) made.numbers.push_back(add(part, name, options));
      for (const int number : made.numbers) {
        if (number >= 0 && made.first < 0) made.first = number;
      }
      made.decides = made.first >= 0;
    }
    parts_.push_back(made);
  }
  const std::vector<int> counts = options();
  if (std::all_of(counts.begin(), counts.end(), [](int count) { return count == 1; })) {
    description.fail(description.parts.front().line,
                     "network: nothing is left to choose; a list of values is a choice");
  }
}

int Decisions::add(const Part& part, const std::string& what, const Options& options) {
  if (options.values.size() == 1) return -1;
  const std::string name = fmt::format("{}.{}", part.name, what);
  for (const Decision& other : decisions_) {
    if (other.name == name) {
      description_->fail(part.line, fmt::format("name \"{}\": an earlier part of that name has decisions too; "
                                                "give one of them another name",
                                                part.name));
    }
  }
  decisions_.push_back({name, options.values});
  return first_decision_ + static_cast<int>(decisions_.size()) - 1;
}

std::vector<int> Decisions::options() const {
  std::vector<int> counts;
  for (const UserCell& cell : cells_) counts.insert(counts.end(), cell.options().begin(), cell.options().end());
  for (const Decision& decision : decisions_) counts.push_back(static_cast<int>(decision.options.size()));
  return counts;
}

// ------------------------------------------------------------------------------------------------------- notation

std::string Decisions::print(const Architecture& architecture) const {
  std::vector<std::string> pieces;
  for (size_t cell = 0; cell < cells_.size(); ++cell) {
    const std::string text = cells_[cell].print(&architecture.choices.at(static_cast<size_t>(first_of_cell_[cell])));
    pieces.push_back(cell_alone() ? text : fmt::format("{}={}", cells_[cell].name(), text));
  }
  for (size_t i = 0; i < decisions_.size(); ++i) {
    const int choice = architecture.choices.at(static_cast<size_t>(first_decision_) + i);
    pieces.push_back(fmt::format("{}={}", decisions_[i].name, decisions_[i].options.at(static_cast<size_t>(choice))));
  }
  return boost::join(pieces, ":");
}

void Decisions::parse_pair(const std::string& pair, std::vector<int>& choices) const {
  const size_t equals = pair.find('=');
  if (equals == std::string::npos) throw core::Error(fmt::format("\"{}\" should be NAME=VALUE", pair));
  const std::string name = pair.substr(0, equals), value = pair.substr(equals + 1);
  std::vector<std::string> known;
  const auto set = [&](int first, const std::vector<int>& made) {
    const auto place = choices.begin() + first;
    if (*place >= 0) throw core::Error(fmt::format("\"{}\" stands there twice", name));
    std::copy(made.begin(), made.end(), place);
  };
  for (size_t cell = 0; cell < cells_.size(); ++cell) {
    known.push_back(cells_[cell].name());
    if (name == known.back()) return set(first_of_cell_[cell], cells_[cell].parse(value));
  }
  for (size_t i = 0; i < decisions_.size(); ++i) {
    known.push_back(decisions_[i].name);
    if (name != known.back()) continue;
    const std::vector<std::string>& options = decisions_[i].options;
    const auto found = std::find(options.begin(), options.end(), value);
    if (found == options.end()) throw core::Error(name + ": " + core::unknown_name("value", value, options));
    return set(first_decision_ + static_cast<int>(i), {static_cast<int>(found - options.begin())});
  }
  throw core::Error(core::unknown_name("decision", name, known));
}

Architecture Decisions::parse(std::string_view text) const {
  const std::string trimmed = boost::trim_copy(std::string(text));
  try {
    if (cell_alone()) return {cells_.front().parse(trimmed)};
    std::vector<std::string> pairs;
    boost::split(pairs, trimmed, boost::is_any_of(":"));
    std::vector<int> choices(options().size(), -1);
    for (const std::string& pair : pairs) parse_pair(pair, choices);
    for (size_t i = 0; i < cells_.size(); ++i) {
      const int choice = choices[static_cast<size_t>(first_of_cell_[i])];
      if (choice < 0) throw core::Error(fmt::format("\"{}\" is missing", cells_[i].name()));
    }
    for (size_t i = 0; i < decisions_.size(); ++i) {
      const int choice = choices[static_cast<size_t>(first_decision_) + i];
      if (choice < 0) throw core::Error(fmt::format("\"{}\" is missing", decisions_[i].name));
    }
    return {choices};
  } catch (const core::Error& error) {
    refuse_architecture(trimmed, description_->name, error.what());
  }
}

// --------------------------------------------------------------------------------------------------------- values

const std::string& Decisions::chosen(const Options& options, int number, const Architecture& architecture) const {
  if (number < 0) return options.values.front();
  return options.values.at(static_cast<size_t>(architecture.choices.at(static_cast<size_t>(number))));
}

int Decisions::repeats(size_t part, const Architecture& architecture) const {
  const PartDecisions& made = parts_.at(part);
  return std::stoi(chosen(made.part->repeats, made.numbers.at(0), architecture));
}

BoundBlock::Values Decisions::values(size_t part, const Architecture& architecture) const {
  const PartDecisions& made = parts_.at(part);
  BoundBlock::Values values;
  for (size_t i = 0; i < made.part->parameters.size(); ++i) {
    const auto& [name, options] = made.part->parameters[i];
    values[name] = chosen(options, made.numbers.at(i + 1), architecture);
  }
  return values;
}

}  // namespace zeroth::spaces
