// Individualisation and refinement, as in McKay's "Practical graph isomorphism" (1981), cut down to graphs of tens of
// units. Units are coloured, a colour being a rank; refinement splits colours by the colours that are read and that
// read, keeping the order of ranks. Where units stay tied, each of them in turn is set before the others, and the
// search goes on below. Leaves with equal encodings reveal an automorphism, and let the search skip the rest of the
// branch that found it: without that, k like branches would cost k! leaves.
#include "spaces/labelling.h"

#include <algorithm>
#include <boost/range/iterator_range.hpp>
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
template <typename Key>
Colours ranks(const std::vector<Key>& keys) {
  std::vector<size_t> order(keys.size());  // not the keys themselves, which hold memory of their own
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

using Operands = std::vector<std::vector<size_t>>;  // of each unit, repeats included

// Depth leads, which makes every order topological.
Colours initial_colours(const UnitGraph& graph, const Operands& operands) {
  std::vector<std::tuple<int, UnitKind, std::string_view>> keys;
  for (size_t unit = 0; unit < operands.size(); ++unit) {
    int depth = graph[unit].kind == UnitKind::kInput ? 0 : 1;
    for (const size_t operand : operands[unit]) depth = std::max(depth, std::get<0>(keys[operand]) + 1);
    keys.emplace_back(depth, graph[unit].kind, graph[unit].label);
  }
  return ranks(keys);
}

UnitGraph reordered(const UnitGraph& graph, const Operands& operands_in, const Colours& place) {
  std::vector<size_t> order(place.size());
  for (size_t unit = 0; unit < place.size(); ++unit) order[place[unit]] = unit;
  UnitGraph result;
  result.m_vertices.reserve(order.size());  // else it is copied over and over as it grows
  for (const size_t unit : order) {
    std::vector<size_t> operands;
    for (const size_t operand : operands_in[unit]) operands.push_back(place[operand]);
    std::sort(operands.begin(), operands.end());
    add_unit(result, graph[unit], operands);
  }
  return result;
}

class Search {
 public:
  explicit Search(const UnitGraph& graph) : graph_(graph) {
    for (size_t unit = 0; unit < boost::num_vertices(graph); ++unit) {
      operands_.push_back(operands_of(graph, unit));
      consumers_.emplace_back();
      for (const auto& edge : boost::make_iterator_range(boost::out_edges(unit, graph))) {
        consumers_.back().push_back(boost::target(edge, graph));
      }
    }
  }

  UnitGraph run() {
    const Colours colours = refined(initial_colours(graph_, operands_));
    if (first_tie(colours) < 0) return reordered(graph_, operands_, colours);
    descend(colours);
    return reordered(graph_, operands_, leaves_.begin()->second.colours);
  }

 private:
  struct Leaf {
    std::vector<size_t> path;  // the units that were set before their ties, from the root
    Colours colours;           // all different: the place of each unit
  };

  Colours refined(Colours colours) const {
    const auto colours_of = [&colours](const std::vector<size_t>& units) {
      std::vector<int> found;
      for (const size_t unit : units) found.push_back(colours[unit]);
      std::sort(found.begin(), found.end());
      return found;
    };
    for (int before = 0; before < classes(colours);) {
      before = classes(colours);
      std::vector<std::tuple<int, std::vector<int>, std::vector<int>>> keys;
      for (size_t unit = 0; unit < colours.size(); ++unit) {
        keys.emplace_back(colours[unit], colours_of(operands_[unit]), colours_of(consumers_[unit]));
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
    const auto [leaf, is_new] =
        leaves_.try_emplace(encoding(reordered(graph_, operands_, colours)), Leaf{path_, colours});
    if (is_new) return path_.size();
    // The earlier leaf's branch, already searched, is the image of this one.
    const std::vector<size_t>& earlier = leaf->second.path;
    return std::mismatch(path_.begin(), path_.end(), earlier.begin(), earlier.end()).first - path_.begin();
  }

  const UnitGraph& graph_;
  Operands operands_, consumers_;
  std::vector<size_t> path_;
  std::map<std::string, Leaf> leaves_;  // by encoding, least first
};

}  // namespace

UnitGraph in_canonical_order(const UnitGraph& graph) { return Search(graph).run(); }

}  // namespace zeroth::spaces
