// Memory of tensors, kept for the next ones. A training step, like the next network's passes, makes the feature maps
// that the one before has dropped, megabytes each; malloc, oneTBB's too, gives most of them back to the system in
// between, and to touch each page for the first time again can cost more than the convolutions do.
#pragma once

#include <cstddef>

namespace zeroth::nn {

// While one lives, what a tensor leaves is kept, whichever thread it is on, for the next tensor of about its size: at
// most as much as was in use together, by size, and no more than stays, with the tensors there are, below `most` bytes.
// To be made, and dropped, while no other thread makes tensors. What a tensor holds is the same with and without it.
class KeptMemory {
 public:
  explicit KeptMemory(size_t most = half_of_the_machine());
  ~KeptMemory();
  KeptMemory(const KeptMemory&) = delete;
  KeptMemory& operator=(const KeptMemory&) = delete;

  static size_t bytes();  // kept at this moment
  static size_t half_of_the_machine();
};

}  // namespace zeroth::nn
