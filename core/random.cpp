#include "core/random.h"

#include <Random123/philox.h>

#include <cmath>

namespace zeroth::core {
namespace {

constexpr double kTwoPi = 6.283185307179586476925286766559;

double to_unit(uint32_t bits) { return (static_cast<double>(bits) + 0.5) * 0x1p-32; }

}  // namespace

uint64_t splitmix64(uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

uint64_t hash_bytes(std::string_view bytes) {
  uint64_t h = 0xCBF29CE484222325ULL;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return splitmix64(h);
}

uint64_t repeat_seed(uint64_t seed, int repeat) { return splitmix64(splitmix64(seed) + static_cast<uint64_t>(repeat)); }

Stream::Stream(uint64_t seed, std::string_view purpose, uint64_t identity, uint32_t index)
    : identity_(identity), index_(index) {
  const uint64_t key = splitmix64(splitmix64(seed) ^ hash_bytes(purpose));
  key_ = {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
}

std::array<uint32_t, 4> Stream::block(uint32_t b) const {
  const r123::Philox4x32::ctr_type counter = {
      {b, index_, static_cast<uint32_t>(identity_), static_cast<uint32_t>(identity_ >> 32)}};
  const r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
  const auto words = r123::Philox4x32()(counter, key);
  return {words[0], words[1], words[2], words[3]};
}

double Stream::uniform(uint32_t i) const { return to_unit(block(i / 4)[i % 4]); }

uint32_t Stream::below(uint32_t n, uint32_t i) const {
  return static_cast<uint32_t>((static_cast<uint64_t>(block(i / 4)[i % 4]) * n) >> 32);
}

template <typename T>
void Stream::fill_uniform(T* out, size_t count, double low, double high) const {
  for (size_t i = 0; i < count; i += 4) {
    const auto words = block(static_cast<uint32_t>(i / 4));
    for (size_t j = 0; j < 4 && i + j < count; ++j) out[i + j] = static_cast<T>(low + (high - low) * to_unit(words[j]));
  }
}

template <typename T>
void Stream::fill_normal(T* out, size_t count, double deviation) const {
  for (size_t i = 0; i < count; i += 4) {
    const auto words = block(static_cast<uint32_t>(i / 4));
    for (size_t pair = 0; pair < 4 && i + pair < count; pair += 2) {
      const double radius = deviation * std::sqrt(-2.0 * std::log(to_unit(words[pair])));
      const double angle = kTwoPi * to_unit(words[pair + 1]);
      out[i + pair] = static_cast<T>(radius * std::cos(angle));
      if (i + pair + 1 < count) out[i + pair + 1] = static_cast<T>(radius * std::sin(angle));
    }
  }
}

template <typename T>
void Stream::fill_signs(T* out, size_t count) const {
  constexpr size_t kBits = 32;
  for (size_t i = 0; i < count; i += 4 * kBits) {
    const auto words = block(static_cast<uint32_t>(i / (4 * kBits)));
    for (size_t j = 0; j < 4 * kBits && i + j < count; ++j) {
      out[i + j] = static_cast<T>(1 - 2 * static_cast<int>(words[j / kBits] >> (j % kBits) & 1));
    }
  }
}

template void Stream::fill_uniform<float>(float*, size_t, double, double) const;
template void Stream::fill_uniform<double>(double*, size_t, double, double) const;
template void Stream::fill_signs<float>(float*, size_t) const;
template void Stream::fill_signs<double>(double*, size_t) const;
template void Stream::fill_normal<float>(float*, size_t, double) const;
template void Stream::fill_normal<double>(double*, size_t, double) const;

}  // namespace zeroth::core
