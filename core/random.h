// Counter-based random numbers: every draw is a pure function of who asks and which element, never of call order,
// thread or machine load. Philox4x32-10 (Salmon et al., SC 2011) through Random123.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace zeroth::core {

// Mixes bits of one 64-bit word (the output function of SplitMix64).
uint64_t splitmix64(uint64_t x);

// 64-bit FNV-1a over the bytes, then mixed, so that all bits depend on all bytes. Stable across machines.
uint64_t hash_bytes(std::string_view bytes);

// The seed of one repeat of a run: repeats of neighbouring seeds have nothing in common.
uint64_t repeat_seed(uint64_t seed, int repeat);

// A random-access sequence of random numbers, named by what it is for.
class Stream {
 public:
  // `purpose` names the use ("weights", "images"); `identity` says for whom (an architecture's hash, 0 if for nobody);
  // `index` which of several (a parameter's number).
  Stream(uint64_t seed, std::string_view purpose, uint64_t identity = 0, uint32_t index = 0);

  // Element i, uniform on the open interval (0, 1), with 32 random bits.
  double uniform(uint32_t i) const;
  // Element i, uniform over {0, ..., n-1}; n < 2^32. Bias at most n / 2^32.
  uint32_t below(uint32_t n, uint32_t i) const;

  // Elements 0 .. count-1 uniform on (low, high).
  template <typename T>
  void fill_uniform(T* out, size_t count, double low, double high) const;
  // Elements 0 .. count-1, each 1 or -1 with equal chance, from one bit each.
  template <typename T>
  void fill_signs(T* out, size_t count) const;
  // Elements 0 .. count-1 normal with mean 0 and the given deviation (Box-Muller over pairs).
  template <typename T>
  void fill_normal(T* out, size_t count, double deviation) const;

 private:
  std::array<uint32_t, 4> block(uint32_t b) const;

  std::array<uint32_t, 2> key_;
  uint64_t identity_;
  uint32_t index_;
};

}  // namespace zeroth::core
