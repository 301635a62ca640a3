#include "search/variation.h"

namespace zeroth::search {
namespace {

constexpr double kCrossover = 0.9, kMutation = 0.3;

}  // namespace

spaces::Architecture random_architecture(const spaces::SearchSpace& space, uint64_t seed, uint64_t number) {
  return space.sample(core::Stream(seed, "random architecture", number), 0);
}

spaces::Architecture mutation(const spaces::SearchSpace& space, const spaces::Architecture& architecture,
                              const core::Stream& stream) {
  const std::vector<spaces::Architecture> neighbours = space.neighbours(architecture);
  if (neighbours.empty()) return architecture;
  return neighbours[stream.below(static_cast<uint32_t>(neighbours.size()), 0)];
}

spaces::Architecture child_of(const spaces::SearchSpace& space, const spaces::Architecture& a,
                              const spaces::Architecture& b, const core::Stream& stream) {
  // Elements: 0 of the mutation, 1 and 2 of what is done, the rest of the crossover.
  constexpr uint32_t kCrossed = 1, kMutated = 2, kCrossoverDraws = 3;
  const bool crossed = stream.uniform(kCrossed) < kCrossover;
  spaces::Architecture child = crossed ? space.crossover(a, b, stream, kCrossoverDraws) : a;
  const bool copied = child == a || child == b;
  return copied || stream.uniform(kMutated) < kMutation ? mutation(space, child, stream) : child;
}

}  // namespace zeroth::search
