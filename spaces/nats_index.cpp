// The benchmark's authors list all architectures, the first edge slowest, which is the enumeration here too, and
// shuffle the list by Python's random.shuffle after random.seed(88). So the order is that of a Mersenne Twister.
#include "spaces/nats_index.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace zeroth::spaces {
namespace {

constexpr uint32_t kSeed = 88;

// A generator's first state from one number as Python has it: "init_by_array" of Matsumoto and Nishimura, mt19937ar.c,
// 2002, for an array of one.
struct PythonSeed {
  using result_type = uint32_t;
  uint32_t seed;

  template <typename Iterator>
  void generate(Iterator begin, Iterator end) const {
    std::array<uint32_t, std::mt19937::state_size> state = {19650218U};
    for (uint32_t i = 1; i < state.size(); ++i) state[i] = 1812433253U * mixed(state[i - 1]) + i;
    uint32_t i = 1;
    const auto step = [&state, &i] {
      if (++i < state.size()) return;
      state[0] = state.back();
      i = 1;
    };
    for (size_t k = 0; k < state.size(); ++k, step()) state[i] = (state[i] ^ (mixed(state[i - 1]) * 1664525U)) + seed;
    for (size_t k = 1; k < state.size(); ++k, step()) state[i] = (state[i] ^ (mixed(state[i - 1]) * 1566083941U)) - i;
    state[0] = 0x80000000U;
    std::copy_n(state.begin(), std::min<size_t>(state.size(), end - begin), begin);
  }

 private:
  static uint32_t mixed(uint32_t word) { return word ^ (word >> 30U); }
};

// A number below `count`: as many bits as it takes, until they are below.
uint32_t below(std::mt19937& generator, uint32_t count) {
  unsigned bits = 0;
  while ((count >> bits) > 0) ++bits;
  uint32_t drawn = count;
  while (drawn >= count) drawn = static_cast<uint32_t>(generator()) >> (32U - bits);
  return drawn;
}

struct Order {
  std::vector<int> places = std::vector<int>(kNatsArchitectures), indices = places;

  Order() {
    std::iota(places.begin(), places.end(), 0);
    PythonSeed seed = {kSeed};
    std::mt19937 generator(seed);
    for (uint32_t i = kNatsArchitectures - 1; i > 0; --i) std::swap(places[i], places[below(generator, i + 1)]);
    for (int index = 0; index < kNatsArchitectures; ++index) indices[static_cast<size_t>(places[index])] = index;
  }
};

const Order& order() {
  static const Order all;
  return all;
}

}  // namespace

uint64_t place_of_nats_index(int index) { return static_cast<uint64_t>(order().places.at(static_cast<size_t>(index))); }
int nats_index_of_place(uint64_t place) { return order().indices.at(place); }

}  // namespace zeroth::spaces
