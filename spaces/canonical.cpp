#include "spaces/canonical.h"

#include <algorithm>
#include <boost/range/iterator_range.hpp>
#include <map>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "spaces/labelling.h"

namespace zeroth::spaces {
namespace {

// The dataflow without identities and zeros: units read each other's results alone, equal weightless units are one.
class Flattening {
 public:
  explicit Flattening(const UnitGraph& written) {
    const size_t units = boost::num_vertices(written);
    values_.reserve(units, 4 * units);
    flat_.units.reserve(units);
    flat_.operands.reserve(units, 4 * units);
    std::vector<size_t> terms;
    for (size_t unit = 0; unit < units; ++unit) {
      terms.clear();
      for (const auto& edge : boost::make_iterator_range(boost::in_edges(unit, written))) {
        const auto value = values_[boost::source(edge, written)];
        terms.insert(terms.end(), value.begin(), value.end());
      }
      std::sort(terms.begin(), terms.end());
      if (written[unit].kind != UnitKind::kIdentity) {
        const std::optional<size_t> flat = flat_unit(written[unit], terms);
        terms.clear();
        if (flat) terms.push_back(*flat);
      }
      values_.push_back(terms);
    }
  }

  Dataflow take() { return std::move(flat_); }

 private:
  // The flat unit that emits what `unit` does, reading the sum of `terms`; none where that is zero.
  std::optional<size_t> flat_unit(const Unit& unit, const std::vector<size_t>& terms) {
    const bool stays = unit.kind == UnitKind::kInput || unit.kind == UnitKind::kPart || unit.kind == UnitKind::kOutput;
    if (stays) return flat_.add(unit, terms);
    // Batch norm of a constant is zero at initialisation.
    if (unit.kind == UnitKind::kZero || terms.empty()) return std::nullopt;
    if (unit.kind == UnitKind::kParametric || unit.separate) return flat_.add(unit, terms);
    const auto [known, is_new] = weightless_.try_emplace({unit.label, terms}, 0);
    if (is_new) known->second = flat_.add(unit, terms);
    return known->second;
  }

  Dataflow flat_;
  // Of the written units so far: a value is the sum of these flat units, ascending, with repeats. Empty is zero.
  Lists<size_t> values_;
  std::map<std::pair<std::string, std::vector<size_t>>, size_t> weightless_;
};

// Keeps the inputs, the output and what the output depends on.
Dataflow live_part(Dataflow flow) {
  const size_t units = flow.units.size();
  std::vector<bool> live(units);
  for (size_t unit = 0; unit < units; ++unit) live[unit] = flow.units[unit]->kind == UnitKind::kInput;
  live[units - 1] = true;
  for (size_t unit = units; unit-- > 0;) {
    if (!live[unit]) continue;
    for (const size_t operand : flow.operands[unit]) live[operand] = true;
  }
  if (std::count(live.begin(), live.end(), false) == 0) return flow;
  Dataflow kept;
  std::vector<size_t> number(units), operands;
  for (size_t unit = 0; unit < units; ++unit) {
    if (!live[unit]) continue;
    operands.clear();
    for (const size_t operand : flow.operands[unit]) operands.push_back(number[operand]);
    number[unit] = kept.add(*flow.units[unit], operands);
  }
  return kept;
}

void check_ends(const UnitGraph& cell) {
  const size_t units = boost::num_vertices(cell);
  ZEROTH_CHECK(units >= 2 && cell[0].kind == UnitKind::kInput && cell[units - 1].kind == UnitKind::kOutput);
  for (size_t unit = 1; unit + 1 < units; ++unit) {
    const bool input = cell[unit].kind == UnitKind::kInput;
    ZEROTH_CHECK(!input || cell[unit - 1].kind == UnitKind::kInput);
    ZEROTH_CHECK(cell[unit].kind != UnitKind::kOutput);
  }
}

}  // namespace

UnitGraph canonical_cell(const UnitGraph& written) {
  check_ends(written);
  return in_canonical_order(live_part(Flattening(written).take()));
}

std::string encoding(const UnitGraph& canonical) {
  std::string text;
  const size_t units = boost::num_vertices(canonical);
  for (size_t unit = 1; unit < units; ++unit) {
    if (unit + 1 < units) {
      text += std::to_string(unit);
      text += '=';
      text += canonical[unit].label;
    } else {
      text += "out";
    }
    char separator = '(';
    for (const size_t operand : operands_of(canonical, unit)) {
      text += separator;
      text += std::to_string(operand);
      separator = '+';
    }
    text += separator == '(' ? "()" : ")";
    if (unit + 1 < units) text += ';';
  }
  return text;
}

CanonicalForm canonical_form(const std::vector<UnitGraph>& written_cells) {
  CanonicalForm form;
  form.cells.resize(written_cells.size());
  for (size_t i = 0; i < written_cells.size(); ++i) {
    UnitGraph canonical = canonical_cell(written_cells[i]);
    if (i > 0) form.text += ' ';
    form.text += encoding(canonical);
    // Boost's graph copies where it could move, with memory for each edge.
    form.cells[i].m_vertices.swap(canonical.m_vertices);
    form.cells[i].m_edges.swap(canonical.m_edges);
  }
  form.hash = core::hash_bytes(form.text);
  return form;
}

}  // namespace zeroth::spaces
