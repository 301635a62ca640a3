#include "proxies/unit_patterns.h"

#include <algorithm>

#include "core/error.h"
#include "core/random.h"
#include "proxies/reduce.h"

namespace zeroth::proxies {
namespace {

constexpr size_t kWordBits = 64, kHalfBits = 32;
constexpr size_t kBlock = 512;  // units whose patterns are put together at a time, so that they stay in the cache
constexpr size_t kFirstSlots = 16384;

}  // namespace

void UnitPatterns::add(const torch::Tensor& map) {
  // Channels-last and plain maps alike keep an image's units together, in one order for all images.
  const bool dense = map.is_contiguous() || map.is_contiguous(at::MemoryFormat::ChannelsLast);
  const torch::Tensor units = dense ? map : map.contiguous();
  const auto images = static_cast<size_t>(units.size(0));
  const size_t words = (images + kWordBits - 1) / kWordBits;
  ZEROTH_CHECK(words_ == 0 || words_ == words);
  words_ = words;
  with_elements(units, [&](const auto* x) { add_units(x, images, static_cast<size_t>(units.numel()) / images); });
}

template <typename T>
void UnitPatterns::add_units(const T* first_image, size_t images, size_t units) {
  // Halves of words, as wide as the floats that decide their bits.
  std::vector<uint32_t> block(2 * words_ * kBlock);
  std::vector<uint64_t> pattern(words_);
  for (size_t start = 0; start < units; start += kBlock) {
    const size_t count = std::min(kBlock, units - start);
    std::fill(block.begin(), block.end(), 0);
    for (size_t n = 0; n < images; ++n) {
      const T* x = first_image + n * units + start;
      uint32_t* half = block.data() + n / kHalfBits * kBlock;
      const uint32_t bit = uint32_t{1} << (n % kHalfBits);
      for (size_t i = 0; i < count; ++i) half[i] |= x[i] > T(0) ? bit : 0;
    }
    for (size_t i = 0; i < count; ++i) {
      for (size_t w = 0; w < words_; ++w) {
        const uint32_t* half = block.data() + 2 * w * kBlock + i;
        pattern[w] = half[0] | static_cast<uint64_t>(half[kBlock]) << kHalfBits;
      }
      insert(pattern.data());
    }
  }
}

void UnitPatterns::insert(const uint64_t* pattern) {
  if (std::all_of(pattern, pattern + words_, [](uint64_t word) { return word == 0; })) {
    has_all_off_ = true;
    return;
  }
  if (2 * (filled_ + 1) * words_ > slots_.size()) grow();
  filled_ += place(pattern) ? 1 : 0;
}

// Whether it was not there yet.
bool UnitPatterns::place(const uint64_t* pattern) {
  const size_t slots = slots_.size() / words_;
  uint64_t hash = 0;
  for (size_t w = 0; w < words_; ++w) hash = core::splitmix64(hash ^ pattern[w]);
  for (size_t slot = hash & (slots - 1);; slot = (slot + 1) & (slots - 1)) {
    uint64_t* found = slots_.data() + slot * words_;
    if (std::equal(pattern, pattern + words_, found)) return false;
    if (std::any_of(found, found + words_, [](uint64_t word) { return word != 0; })) continue;
    std::copy(pattern, pattern + words_, found);
    return true;
  }
}

void UnitPatterns::grow() {
  std::vector<uint64_t> patterns(std::max(2 * slots_.size(), kFirstSlots * words_));
  patterns.swap(slots_);
  for (size_t i = 0; i < patterns.size(); i += words_) {
    const uint64_t* pattern = patterns.data() + i;
    if (std::any_of(pattern, pattern + words_, [](uint64_t word) { return word != 0; })) place(pattern);
  }
}

}  // namespace zeroth::proxies
