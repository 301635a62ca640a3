#include "core/random.h"

#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

namespace zeroth::core {
namespace {

struct KnownAnswer {
  std::array<uint32_t, 4> counter;
  std::array<uint32_t, 2> key;
  std::array<uint32_t, 4> output;
};

// Philox4x32-10 of Random123's published known-answer vectors (tests/kat_vectors).
const std::vector<KnownAnswer> kKnownAnswers = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};

uint64_t undo_xor_shift(uint64_t y, int shift) {
  uint64_t x = y;
  for (int known = shift; known < 64; known += shift) x = y ^ (x >> shift);
  return x;
}

// Inverse of an odd number modulo 2^64, by Newton's method.
uint64_t inverse(uint64_t odd) {
  uint64_t x = odd;
  for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
  return x;
}

uint64_t undo_splitmix64(uint64_t y) {
  uint64_t x = undo_xor_shift(y, 31) * inverse(0x94D049BB133111EBULL);
  x = undo_xor_shift(x, 27) * inverse(0xBF58476D1CE4E5B9ULL);
  return undo_xor_shift(x, 30) - 0x9E3779B97F4A7C15ULL;
}

double unit(uint32_t bits) { return (bits + 0.5) / 4294967296.0; }

struct Moments {
  double mean = 0, variance = 0, kurtosis = 0;
};

Moments moments(const std::vector<double>& values) {
  Moments m;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) m.mean += v / n;
  double fourth = 0;
  for (const double v : values) {
    const double square = (v - m.mean) * (v - m.mean);
    m.variance += square / n;
    fourth += square * square / n;
  }
  m.kurtosis = fourth / (m.variance * m.variance);
  return m;
}

}  // namespace

TEST_CASE("the installed Philox4x32-10 gives the published answers") {
  for (const KnownAnswer& known : kKnownAnswers) {
    const r123::Philox4x32::ctr_type counter = {
        {known.counter[0], known.counter[1], known.counter[2], known.counter[3]}};
    const r123::Philox4x32::key_type key = {{known.key[0], known.key[1]}};
    const auto words = r123::Philox4x32()(counter, key);
    for (size_t i = 0; i < 4; ++i) CHECK(words[i] == known.output[i]);
  }
}

TEST_CASE("SplitMix64 gives the published first outputs for state 0") {
  CHECK(splitmix64(0) == 0xE220A8397B1DCDAFULL);
  CHECK(splitmix64(0x9E3779B97F4A7C15ULL) == 0x6E789E6AA1B965F4ULL);
}

TEST_CASE("a stream whose key is that of a published vector gives its answer: layout and key are as documented") {
  for (const KnownAnswer& known : kKnownAnswers) {
    // An element number has 32 bits, so that its block has 30.
    if (known.counter[0] >> 30 != 0) continue;
    const uint64_t key = known.key[0] | static_cast<uint64_t>(known.key[1]) << 32;
    const uint64_t identity = known.counter[2] | static_cast<uint64_t>(known.counter[3]) << 32;
    const uint64_t seed = undo_splitmix64(undo_splitmix64(key) ^ hash_bytes("weights"));
    const Stream stream(seed, "weights", identity, known.counter[1]);
    for (uint32_t i = 0; i < 4; ++i) {
      CHECK(stream.uniform(4 * known.counter[0] + i) == unit(known.output[i]));
      CHECK(stream.below(1000, 4 * known.counter[0] + i) ==
            static_cast<uint32_t>(known.output[i] * uint64_t{1000} >> 32));
    }
  }
}

TEST_CASE("filling gives element by element what uniform() gives, at any length") {
  const Stream stream(42, "images", 7, 3);
  for (const size_t count : {0, 1, 2, 3, 4, 5, 17}) {
    std::vector<double> filled(count + 1, -9);
    stream.fill_uniform(filled.data(), count, 0, 1);
    for (uint32_t i = 0; i < count; ++i) CHECK(filled[i] == stream.uniform(i));
    CHECK(filled[count] == -9);
  }
  std::vector<float> scaled(10);
  stream.fill_uniform(scaled.data(), scaled.size(), -2, 6);
  for (uint32_t i = 0; i < scaled.size(); ++i) CHECK(scaled[i] == static_cast<float>(-2 + 8 * stream.uniform(i)));
}

TEST_CASE("normal numbers are Box-Muller over pairs of uniform ones, and a prefix does not depend on the length") {
  const Stream stream(42, "weights");
  std::vector<double> all(11);
  stream.fill_normal(all.data(), all.size(), 3);
  for (uint32_t i = 0; i + 1 < all.size(); i += 2) {
    const double radius = 3 * std::sqrt(-2 * std::log(stream.uniform(i)));
    const double angle = 2 * std::acos(-1.0) * stream.uniform(i + 1);
    CHECK(all[i] == Approx(radius * std::cos(angle)).epsilon(1e-14));
    CHECK(all[i + 1] == Approx(radius * std::sin(angle)).epsilon(1e-14));
  }
  for (const size_t count : {1, 2, 3, 6, 7}) {
    std::vector<double> part(count);
    stream.fill_normal(part.data(), count, 3);
    CHECK(std::equal(part.begin(), part.end(), all.begin()));
  }
}

TEST_CASE("signs are the bits of a stream, and a prefix does not depend on the length") {
  const Stream stream(5, "signs");
  std::vector<double> signs(1000), prefix(333);
  stream.fill_signs(signs.data(), signs.size());
  stream.fill_signs(prefix.data(), prefix.size());
  CHECK(std::equal(prefix.begin(), prefix.end(), signs.begin()));
  for (uint32_t i = 0; i < signs.size(); ++i) {
    const auto word = static_cast<uint32_t>(stream.uniform(i / 32) * 0x1p32);
    CHECK(signs[i] == ((word >> (i % 32) & 1) == 0 ? 1.0 : -1.0));
  }
}

TEST_CASE("uniform and normal numbers have their moments") {
  // Bounds are five standard errors for n = 100,000.
  const Stream stream(5, "moments");
  std::vector<double> values(100'000);
  stream.fill_uniform(values.data(), values.size(), 0, 1);
  CHECK(*std::min_element(values.begin(), values.end()) > 0);
  CHECK(*std::max_element(values.begin(), values.end()) < 1);
  Moments m = moments(values);
  CHECK(m.mean == Approx(0.5).margin(5 * 0.000913));
  CHECK(m.variance == Approx(1 / 12.0).margin(5 * 0.000236));
  stream.fill_normal(values.data(), values.size(), 2);
  m = moments(values);
  CHECK(m.mean == Approx(0).margin(5 * 0.00632));
  CHECK(m.variance == Approx(4).margin(5 * 0.0179));
  CHECK(m.kurtosis == Approx(3).margin(5 * 0.0155));
}

TEST_CASE("below(n) hits every number under n about equally often, and nothing else") {
  const Stream stream(9, "below");
  std::vector<int> counts(7, 0);
  for (uint32_t i = 0; i < 70'000; ++i) {
    const uint32_t value = stream.below(7, i);
    REQUIRE(value < 7);
    ++counts[value];
  }
  for (const int count : counts) CHECK(count == Approx(10'000).margin(5 * 92.6));
  CHECK(stream.below(1, 123) == 0);
}

TEST_CASE("streams that differ in any part of their name share no numbers and do not correlate") {
  const std::vector<Stream> streams = {Stream(1, "a"),      Stream(2, "a"),       Stream(1, "b"),
                                       Stream(1, "a", 1),   Stream(1, "a", 0, 1), Stream(1, "a", uint64_t{1} << 32),
                                       Stream(1, "a", 1, 1)};
  constexpr size_t kCount = 4000;
  std::vector<std::vector<double>> values;
  std::set<std::vector<double>> blocks;
  for (const Stream& stream : streams) {
    values.emplace_back(kCount);
    stream.fill_uniform(values.back().data(), kCount, 0, 1);
    for (size_t i = 0; i < kCount; i += 4) blocks.insert({&values.back()[i], &values.back()[i] + 4});
  }
  CHECK(blocks.size() == streams.size() * kCount / 4);
  for (size_t a = 0; a < streams.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      double product = 0;
      for (size_t i = 0; i < kCount; ++i) product += (values[a][i] - 0.5) * (values[b][i] - 0.5) * 12 / kCount;
      CHECK(std::abs(product) < 5 / std::sqrt(kCount));
    }
  }
}

TEST_CASE("equal names give equal streams, and a hash depends on every byte and the order") {
  CHECK(Stream(1, "a", 2, 3).uniform(4) == Stream(1, "a", 2, 3).uniform(4));
  const std::set<uint64_t> hashes = {hash_bytes(""),   hash_bytes("a"),  hash_bytes("b"),
                                     hash_bytes("ab"), hash_bytes("ba"), hash_bytes(std::string_view("a\0", 2))};
  CHECK(hashes.size() == 6);
  // 64-bit FNV-1a of "a" is af63dc4c8601ec8c.
  CHECK(hash_bytes("a") == splitmix64(0xaf63dc4c8601ec8cULL));
}

}  // namespace zeroth::core
