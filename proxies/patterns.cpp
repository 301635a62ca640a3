#include "proxies/patterns.h"

#include <algorithm>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "core/error.h"

// The compiler's own choice for each machine; the bits are the same.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define ZEROTH_POPCOUNT_CLONES __attribute__((target_clones("popcnt", "default")))
#else
#define ZEROTH_POPCOUNT_CLONES
#endif

namespace zeroth::proxies {
namespace {

constexpr size_t kWordBits = 64;

template <typename T>
uint64_t pack_word(const T* x, size_t count) {
  uint64_t word = 0;
  for (size_t i = 0; i < count; ++i) word |= static_cast<uint64_t>(x[i] > T(0)) << i;
  return word;
}

#if defined(__SSE2__)
uint64_t pack_full_word(const float* x) {
  uint64_t word = 0;
  const __m128 zero = _mm_setzero_ps();
  for (size_t i = 0; i < kWordBits; i += 4) {
    const auto four = static_cast<uint64_t>(_mm_movemask_ps(_mm_cmpgt_ps(_mm_loadu_ps(x + i), zero)));
    word |= four << i;
  }
  return word;
}
#else
uint64_t pack_full_word(const float* x) { return pack_word(x, kWordBits); }
#endif
uint64_t pack_full_word(const double* x) { return pack_word(x, kWordBits); }

template <typename T>
void pack(const T* x, size_t count, uint64_t* words) {
  size_t i = 0;
  for (; i + kWordBits <= count; i += kWordBits) *words++ = pack_full_word(x + i);
  if (i < count) *words = pack_word(x + i, count - i);
}

size_t words_for(size_t units) { return (units + kWordBits - 1) / kWordBits; }

ZEROTH_POPCOUNT_CLONES
int64_t differing_bits(const uint64_t* a, const uint64_t* b, size_t words) {
  int64_t bits = 0;
  for (size_t i = 0; i < words; ++i) bits += __builtin_popcountll(a[i] ^ b[i]);
  return bits;
}

// Calls visit(image, pointer to its units, number of units) for each image of a map that is dense in memory.
template <typename Visit>
void for_each_image(const torch::Tensor& map, const Visit& visit) {
  // Channels-last and plain maps alike keep an image's units together; their order is the same for all images.
  const bool dense = map.is_contiguous() || map.is_contiguous(at::MemoryFormat::ChannelsLast);
  const torch::Tensor units = dense ? map : map.contiguous();
  const int64_t images = units.size(0);
  const auto per_image = static_cast<size_t>(units.numel() / images);
  for (int64_t n = 0; n < images; ++n) {
    const size_t offset = static_cast<size_t>(n) * per_image;
    if (units.scalar_type() == torch::kFloat64) {
      visit(static_cast<size_t>(n), units.data_ptr<double>() + offset, per_image);
    } else {
      visit(static_cast<size_t>(n), units.data_ptr<float>() + offset, per_image);
    }
  }
}

}  // namespace

void PatternDistances::add(const torch::Tensor& map, int uses) {
  const int64_t images = map.size(0);
  if (differing.size() == 0) differing.setZero(images, images);
  const size_t words = words_for(static_cast<size_t>(map.numel() / images));
  std::vector<uint64_t> codes(static_cast<size_t>(images) * words);
  for_each_image(map, [&](size_t n, const auto* x, size_t count) { pack(x, count, codes.data() + n * words); });
  units += uses * (map.numel() / images);
  for (int64_t i = 0; i < images; ++i) {
    for (int64_t j = 0; j < i; ++j) {
      const int64_t bits =
          uses * differing_bits(&codes[static_cast<size_t>(i) * words], &codes[static_cast<size_t>(j) * words], words);
      differing(i, j) += bits;
      differing(j, i) += bits;
    }
  }
}

int64_t distinct_codes(std::vector<std::vector<uint64_t>> rows) {
  std::sort(rows.begin(), rows.end());
  return std::unique(rows.begin(), rows.end()) - rows.begin();
}

}  // namespace zeroth::proxies
