#include "spaces/canonical.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "spaces/labelling.h"

namespace zeroth::spaces {
namespace {

// A value of the dataflow: the sum of these units of the flat graph, ascending, with repeats. Empty is zero.
using Terms = std::vector<size_t>;

// The dataflow without identities and zeros: units read each other's results alone, equal weightless units are one.
class Flattening {
 public:
  explicit Flattening(const UnitGraph& written) {
    flat_.m_vertices.reserve(boost::num_vertices(written));
    for (size_t unit = 0; unit < boost::num_vertices(written); ++unit) {
      Terms read;
      for (const size_t operand : operands_of(written, unit)) {
        read.insert(read.end(), values_[operand].begin(), values_[operand].end());
      }
      std::sort(read.begin(), read.end());
      values_.push_back(value(written[unit], read));
    }
  }

  const UnitGraph& flat() const { return flat_; }

 private:
  Terms value(const Unit& unit, const Terms& read) {
    switch (unit.kind) {
      case UnitKind::kZero:
        return {};
      case UnitKind::kIdentity:
        return read;
      case UnitKind::kInput:
      case UnitKind::kPart:
      case UnitKind::kOutput:
        return {add_unit(flat_, unit, read)};
      case UnitKind::kParametric:
        if (read.empty()) return {};  // batch norm of a constant is zero at initialisation
        return {add_unit(flat_, unit, read)};
      case UnitKind::kWeightless:
        break;
    }
    if (read.empty()) return {};
    if (unit.separate) return {add_unit(flat_, unit, read)};
    const auto known = weightless_.find({unit.label, read});
    if (known != weightless_.end()) return {known->second};
    const size_t added = add_unit(flat_, unit, read);
    weightless_[{unit.label, read}] = added;
    return {added};
  }

  UnitGraph flat_;
  std::vector<Terms> values_;  // of the written units so far
  std::map<std::pair<std::string, Terms>, size_t> weightless_;
};

// Keeps the inputs, the output and what the output depends on.
UnitGraph live_part(const UnitGraph& graph) {
  const size_t units = boost::num_vertices(graph);
  std::vector<bool> live(units);
  std::vector<std::vector<size_t>> operands(units);
  for (size_t unit = 0; unit < units; ++unit) live[unit] = graph[unit].kind == UnitKind::kInput;
  live[units - 1] = true;
  for (size_t unit = units; unit-- > 0;) {
    if (!live[unit]) continue;
    operands[unit] = operands_of(graph, unit);
    for (const size_t operand : operands[unit]) live[operand] = true;
  }
  if (std::count(live.begin(), live.end(), false) == 0) return graph;
  UnitGraph kept;
  kept.m_vertices.reserve(units);
  std::vector<size_t> number(units);
  for (size_t unit = 0; unit < units; ++unit) {
    if (!live[unit]) continue;
    for (size_t& operand : operands[unit]) operand = number[operand];
    number[unit] = add_unit(kept, graph[unit], operands[unit]);
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
  return in_canonical_order(live_part(Flattening(written).flat()));
}

std::string encoding(const UnitGraph& canonical) {
  std::string text;
  const size_t units = boost::num_vertices(canonical);
  for (size_t unit = 1; unit < units; ++unit) {
    text += unit + 1 < units ? std::to_string(unit) + "=" + canonical[unit].label : "out";
    char separator = '(';
    for (const size_t operand : operands_of(canonical, unit)) {
      text += separator + std::to_string(operand);
      separator = '+';
    }
    text += separator == '(' ? "()" : ")";
    if (unit + 1 < units) text += ';';
  }
  return text;
}

CanonicalForm canonical_form(const std::vector<UnitGraph>& written_cells) {
  CanonicalForm form;
  for (const UnitGraph& cell : written_cells) {
    form.cells.push_back(canonical_cell(cell));
    if (!form.text.empty()) form.text += ' ';
    form.text += encoding(form.cells.back());
  }
  form.hash = core::hash_bytes(form.text);
  return form;
}

}  // namespace zeroth::spaces
