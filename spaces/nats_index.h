// The numbers under which NAS-Bench-201 and NATS-Bench store the 15,625 architectures.
#pragma once

#include <cstdint>

namespace zeroth::spaces {

constexpr int kNatsArchitectures = 15625;

// From the benchmark's number to that of SearchSpace::at() of nasbench201, and back; both below kNatsArchitectures.
uint64_t place_of_nats_index(int index);
int nats_index_of_place(uint64_t place);

}  // namespace zeroth::spaces
