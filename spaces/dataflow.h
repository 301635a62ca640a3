// The units of a cell and what each reads, for those who look at a great many cells: a few pieces of memory, where
// Boost's graph takes some for every unit and edge.
#pragma once

#include <boost/range/iterator_range.hpp>
#include <vector>

#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// Lists one after the other in one piece of memory.
template <typename Item>
class Lists {
 public:
  using List = boost::iterator_range<const Item*>;

  void reserve(size_t lists, size_t items) {
    ends_.reserve(lists);
    items_.reserve(items);
  }
  void push_back(const std::vector<Item>& list) {
    items_.insert(items_.end(), list.begin(), list.end());
    ends_.push_back(items_.size());
  }
  void clear() {
    items_.clear();
    ends_.clear();
  }
  size_t size() const { return ends_.size(); }
  List operator[](size_t list) const {
    return {items_.data() + (list == 0 ? 0 : ends_[list - 1]), items_.data() + ends_[list]};
  }

 private:
  std::vector<Item> items_;
  std::vector<size_t> ends_;
};

// In topological order.
struct Dataflow {
  std::vector<const Unit*> units;  // of a graph that outlives this
  Lists<size_t> operands;          // of each unit, by number, repeats included

  size_t add(const Unit& unit, const std::vector<size_t>& read) {
    units.push_back(&unit);
    operands.push_back(read);
    return units.size() - 1;
  }
};

}  // namespace zeroth::spaces
