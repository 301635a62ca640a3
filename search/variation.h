// How strategies make architectures of others: draws, mutations, children.
#pragma once

#include <optional>
#include <vector>

#include "core/random.h"
#include "search/history.h"
#include "spaces/search_space.h"

namespace zeroth::search {

// Random architectures by number: a strategy that asks for the k-th again gets the same.
spaces::Architecture random_architecture(const spaces::SearchSpace& space, uint64_t seed, uint64_t number);

// One of the neighbours, each as likely, by element 0 of the stream; the architecture itself where it has none.
spaces::Architecture mutation(const spaces::SearchSpace& space, const spaces::Architecture& architecture,
                              const core::Stream& stream);

// The best of `size` members, drawn with replacement by elements first, first + 1, ... of the stream. `better(a, b)`
// compares members; of equals the first drawn wins.
template <typename Better>
size_t tournament(const std::vector<size_t>& members, size_t size, const core::Stream& stream, uint32_t first,
                  Better better) {
  const auto draw = [&](uint32_t i) { return members[stream.below(static_cast<uint32_t>(members.size()), first + i)]; };
  size_t best = draw(0);
  for (uint32_t i = 1; i < size; ++i) {
    const size_t other = draw(i);
    if (better(other, best)) best = other;
  }
  return best;
}

// A child of two parents: a crossover nine times in ten, else a copy of the first; then a mutation three times in ten,
// and always where the child would equal a parent.
spaces::Architecture child_of(const spaces::SearchSpace& space, const spaces::Architecture& a,
                              const spaces::Architecture& b, const core::Stream& stream);

}  // namespace zeroth::search
