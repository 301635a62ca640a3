// Individualisation and refinement, as in McKay's "Practical graph isomorphism" (1981), cut down to graphs of tens of
// units. Units are coloured, a colour being a rank; refinement splits colours by the colours that are read and that
// read, keeping the order of ranks. Where units stay tied, each of them in turn is set before the others, and the
// search goes on below. Leaves with equal encodings reveal an automorphism, and let the search skip the rest of the
// branch that found it: without that, k like branches would cost k! leaves.
#include "spaces/labelling.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "spaces/canonical.h"

namespace zeroth::spaces {
namespace {

using Colours = std::vector<int>;  // rank of each unit's class, 0, 1, ...

// The rank of each key among the distinct keys.
template <typename Keys>
Colours ranks(const Keys& keys) {
  std::vector<size_t> order(keys.size());  // not the keys themselves, which are large
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return keys[a] < keys[b]; });
  Colours colours(keys.size());
  for (size_t place = 1; place < order.size(); ++place) {
    const bool same = keys[order[place]] == keys[order[place - 1]];
    colours[order[place]] = colours[order[place - 1]] + (same ? 0 : 1);
  }
  return colours;
}

int classes(const Colours& colours) { return 1 + *std::max_element(colours.begin(), colours.end()); }

// Depth leads, which makes every order topological.
Colours initial_colours(const Dataflow& flow) {
  std::vector<std::tuple<int, UnitKind, std::string_view>> keys;
  keys.reserve(flow.units.size());
  for (size_t number = 0; number < flow.units.size(); ++number) {
    const Unit& unit = *flow.units[number];
    int depth = unit.kind == UnitKind::kInput ? 0 : 1;
    for (const size_t operand : flow.operands[number]) depth = std::max(depth, std::get<0>(keys[operand]) + 1);
    keys.emplace_back(depth, unit.kind, unit.label);
  }
  return ranks(keys);
}

UnitGraph reordered(const Dataflow& flow, const Colours& place) {
  std::vector<size_t> order(place.size());
  for (size_t unit = 0; unit < place.size(); ++unit) order[place[unit]] = unit;
  UnitGraph result;
  result.m_vertices.reserve(order.size());  // else it is copied over and over as it grows
  std::vector<size_t> operands;
  for (const size_t unit : order) {
    operands.clear();
    for (const size_t operand : flow.operands[unit]) operands.push_back(place[operand]);
    std::sort(operands.begin(), operands.end());
    add_unit(result, *flow.units[unit], operands);
  }
  return result;
}

class Search {
 public:
  explicit Search(const Dataflow& flow) : flow_(flow) {
    const size_t units = flow.units.size();
    consumers_.reserve(units, 4 * units);
    std::vector<size_t> consumers;
    for (size_t unit = 0; unit < units; ++unit) {
      consumers.clear();
      for (size_t reader = unit + 1; reader < units; ++reader) {
        const auto operands = flow.operands[reader];
        consumers.insert(consumers.end(), std::count(operands.begin(), operands.end(), unit), reader);
      }
      consumers_.push_back(consumers);
    }
  }

  UnitGraph run() {
    const Colours colours = refined(initial_colours(flow_));
    if (first_tie(colours) < 0) return reordered(flow_, colours);
    descend(colours);
    return reordered(flow_, leaves_.begin()->second.colours);
  }

 private:
  struct Leaf {
    std::vector<size_t> path;  // the units that were set before their ties, from the root
    Colours colours;           // all different: the place of each unit
  };

  Colours refined(Colours colours) const {
    Lists<int> keys;
    keys.reserve(colours.size(), 8 * colours.size());
    std::vector<int> key;
    // Ascending, and ended by what is below every colour: so keys are in the order of their lists, the colour first.
    const auto append = [&](const Lists<size_t>::List& units) {
      const auto begin = static_cast<std::ptrdiff_t>(key.size());
      for (const size_t unit : units) key.push_back(colours[unit]);
      std::sort(key.begin() + begin, key.end());
      key.push_back(-1);
    };
    for (int before = 0; before < classes(colours);) {
      before = classes(colours);
      keys.clear();
      for (size_t unit = 0; unit < colours.size(); ++unit) {
        key.assign(1, colours[unit]);
        append(flow_.operands[unit]);
        append(consumers_[unit]);
        keys.push_back(key);
      }
      colours = ranks(keys);
    }
    return colours;
  }

  // The first colour that several units share, or -1.
  static int first_tie(const Colours& colours) {
    std::vector<int> members(colours.size());
    for (const int colour : colours) ++members[colour];
    const auto tie = std::find_if(members.begin(), members.end(), [](int count) { return count > 1; });
    return tie == members.end() ? -1 : static_cast<int>(tie - members.begin());
  }

  // Searches below path_ and returns the length of the path at which the search may go on.
  size_t descend(const Colours& colours) {
    const int tie = first_tie(colours);
    if (tie < 0) return reach_leaf(colours);
    const size_t depth = path_.size();
    for (size_t unit = 0; unit < colours.size(); ++unit) {
      if (colours[unit] != tie) continue;
      Colours child = colours;
      for (size_t other = 0; other < child.size(); ++other) {
        if (other != unit && child[other] >= tie) ++child[other];
      }
      path_.push_back(unit);
      const size_t resume = descend(refined(child));
      path_.pop_back();
      if (resume < depth) return resume;
    }
    return depth;
  }

  size_t reach_leaf(const Colours& colours) {
    const auto [leaf, is_new] = leaves_.try_emplace(encoding(reordered(flow_, colours)), Leaf{path_, colours});
    if (is_new) return path_.size();
    // The earlier leaf's branch, already searched, is the image of this one.
    const std::vector<size_t>& earlier = leaf->second.path;
    return std::mismatch(path_.begin(), path_.end(), earlier.begin(), earlier.end()).first - path_.begin();
  }

  const Dataflow& flow_;
  Lists<size_t> consumers_;
  std::vector<size_t> path_;
  std::map<std::string, Leaf> leaves_;  // by encoding, least first
};

}  // namespace

UnitGraph in_canonical_order(const Dataflow& flow) { return Search(flow).run(); }

}  // namespace zeroth::spaces
