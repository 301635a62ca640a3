#include "spaces/supernet.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <map>
#include <memory>
#include <mutex>

#include "core/error.h"

namespace zeroth::spaces {
namespace {

constexpr std::string_view kPrefix = "supernet:";

const FactoredSpace* with_supernet(const SearchSpace& space) {
  const auto* factored = dynamic_cast<const FactoredSpace*>(&space);
  return factored != nullptr && factored->has_supernet() ? factored : nullptr;
}

const FactoredSpace& require_supernet(const SearchSpace& space) {
  if (const FactoredSpace* factored = with_supernet(space)) return *factored;
  std::vector<std::string_view> able;
  for (const auto& other : all_spaces()) {
    if (with_supernet(*other) != nullptr) able.push_back(other->name());
  }
  throw core::UsageError(
      fmt::format("{} has no supernet: its decisions are not the operations of a cell's edges; {} do", space.name(),
                  fmt::join(able, " and ")));
}

// All but the empty set.
std::vector<int> sets_of(const std::vector<int>& options) {
  std::vector<int> sets;
  for (const int count : options) sets.push_back((1 << count) - 1);
  return sets;
}

}  // namespace

Supernet::Supernet(const SearchSpace& space) : Supernet(require_supernet(space)) {}

Supernet::Supernet(const FactoredSpace& space)
    : FactoredSpace(sets_of(space.options())),
      space_(space),
      frame_(space.cells({std::vector<int>(space.options().size(), 0)})),
      units_(frame_.size(), std::vector<std::vector<Unit>>(space.options().size())),
      name_(fmt::format("{}{}", kPrefix, space.name())),
      summary_(fmt::format("cells of {} with several operations on an edge", space.name())) {
  for (size_t decision = 0; decision < space_.options().size(); ++decision) {
    for (int option = 0; option < space_.options()[decision]; ++option) {
      Architecture architecture{std::vector<int>(space_.options().size(), 0)};
      architecture.choices[decision] = option;
      const std::vector<UnitGraph> cells = space_.cells(architecture);
      for (size_t cell = 0; cell < cells.size(); ++cell) {
        ZEROTH_CHECK(num_vertices(cells[cell]) == num_vertices(frame_[cell]));
        for (size_t unit = 0; unit < num_vertices(cells[cell]); ++unit) {
          if (cells[cell][unit].origin == static_cast<int>(decision)) {
            units_[cell][decision].push_back(cells[cell][unit]);
          }
        }
        ZEROTH_CHECK(units_[cell][decision].size() == static_cast<size_t>(option) + 1);
      }
    }
  }
  example_ = print(whole());
}

Architecture Supernet::whole() const {
  Architecture all;
  for (const int sets : options()) all.choices.push_back(sets - 1);
  return all;
}

std::vector<int> Supernet::kept(const Architecture& architecture, size_t decision) const {
  std::vector<int> found;
  for (int option = 0; option < space_.options()[decision]; ++option) {
    if (((architecture.choices.at(decision) + 1) >> option & 1) != 0) found.push_back(option);
  }
  return found;
}

bool Supernet::is_zero(size_t decision, int option) const {
  return units_.back().at(decision).at(static_cast<size_t>(option)).kind == UnitKind::kZero;
}

Architecture Supernet::without(Architecture architecture, size_t decision, int option) const {
  const int set = architecture.choices.at(decision) + 1;
  ZEROTH_CHECK((set >> option & 1) != 0 && set != 1 << option);
  architecture.choices[decision] = (set & ~(1 << option)) - 1;
  return architecture;
}

std::optional<Architecture> Supernet::single(const Architecture& architecture) const {
  Architecture found;
  for (size_t decision = 0; decision < options().size(); ++decision) {
    const std::vector<int> options = kept(architecture, decision);
    if (options.size() != 1) return std::nullopt;
    found.choices.push_back(options[0]);
  }
  return found;
}

std::string Supernet::print(const Architecture& architecture) const {
  if (const auto one = single(architecture)) return space_.print(*one);
  std::string text;
  for (size_t decision = 0; decision < options().size(); ++decision) {
    if (decision > 0) text += '/';
    std::vector<std::string> labels;
    for (const int option : kept(architecture, decision)) {
      labels.push_back(units_.back()[decision][static_cast<size_t>(option)].label);
    }
    text += boost::join(labels, "+");
  }
  return text;
}

Architecture Supernet::parse(std::string_view text) const {
  const std::string trimmed = boost::trim_copy(std::string(text));
  Architecture architecture;
  if (trimmed.find('/') == std::string::npos) {
    for (const int option : space_.parse(trimmed).choices) architecture.choices.push_back((1 << option) - 1);
    return architecture;
  }
  std::vector<std::string> edges;
  boost::split(edges, trimmed, boost::is_any_of("/"));
  if (edges.size() != options().size()) {
    refuse_architecture(text, name_,
                        fmt::format("{} edge(s) joined by '/', should be {}", edges.size(), options().size()));
  }
  for (size_t decision = 0; decision < edges.size(); ++decision) {
    std::vector<std::string> labels;
    boost::split(labels, edges[decision], boost::is_any_of("+"));
    int set = 0;
    for (const std::string& label : labels) {
      const std::vector<Unit>& units = units_.back()[decision];
      const auto found =
          std::find_if(units.begin(), units.end(), [&](const Unit& unit) { return unit.label == label; });
      if (found == units.end()) {
        std::vector<std::string> known;
        for (const Unit& unit : units) known.push_back(unit.label);
        refuse_architecture(text, name_,
                            fmt::format("edge {}: {}", decision + 1, core::unknown_name("operation", label, known)));
      }
      set |= 1 << (found - units.begin());
    }
    architecture.choices.push_back(set - 1);
  }
  return architecture;
}

std::vector<UnitGraph> Supernet::cells(const Architecture& architecture) const {
  std::vector<UnitGraph> cells;
  for (size_t cell = 0; cell < frame_.size(); ++cell) {
    UnitGraph graph;
    std::vector<std::vector<size_t>> copies;  // by unit of the frame
    for (size_t unit = 0; unit < num_vertices(frame_[cell]); ++unit) {
      std::vector<size_t> operands;
      for (const size_t operand : operands_of(frame_[cell], unit)) {
        operands.insert(operands.end(), copies[operand].begin(), copies[operand].end());
      }
      std::vector<size_t>& made = copies.emplace_back();
      const int origin = frame_[cell][unit].origin;
      if (origin < 0) {
        made.push_back(add_unit(graph, frame_[cell][unit], operands));
        continue;
      }
      const auto decision = static_cast<size_t>(origin);
      for (const int option : kept(architecture, decision)) {
        made.push_back(add_unit(graph, units_[cell][decision][static_cast<size_t>(option)], operands));
      }
    }
    cells.push_back(std::move(graph));
  }
  return cells;
}

bool is_supernet_name(std::string_view name) { return boost::starts_with(name, kPrefix); }

const Supernet& find_supernet(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<Supernet>> supernets;
  const SearchSpace& space = find_space(name.substr(kPrefix.size()));
  const std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<Supernet>& supernet = supernets[std::string(name)];
  if (!supernet) supernet = std::make_unique<Supernet>(space);
  return *supernet;
}

}  // namespace zeroth::spaces
