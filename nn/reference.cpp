#include "nn/reference.h"

#include <cmath>

#include "core/random.h"

namespace zeroth::nn {
namespace {

constexpr uint64_t kImageStreams = 0x1000000;
constexpr uint64_t kSigns = 0x2000000;
constexpr uint64_t kNormalWeights = 0x3000000;
constexpr uint64_t kTermsOfNormal = 12;  // a sum of twelve uniforms has variance 1

template <typename T>
void fill_normal(T* out, size_t count, uint64_t k) {
  for (size_t i = 0; i < count; ++i) {
    double sum = 0.0;
    for (uint64_t term = 0; term < kTermsOfNormal; ++term) sum += reference_uniform(k, kTermsOfNormal * i + term);
    out[i] = static_cast<T>(sum - 6.0);
  }
}

}  // namespace

double reference_uniform(uint64_t k, uint64_t i) {
  return static_cast<double>(core::splitmix64((k << 32) + i) >> 11) * 0x1p-53;
}

template <typename T>
void fill_reference_weights(T* out, size_t count, uint64_t k, int64_t fan_in) {
  const double bound = std::sqrt(6.0 / static_cast<double>(fan_in));
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<T>(bound * (2.0 * reference_uniform(k, i) - 1.0));
}

template <typename T>
void fill_reference_normal_weights(T* out, size_t count, uint64_t k) {
  fill_normal(out, count, kNormalWeights + k);
}

template <typename T>
void fill_reference_images(T* out, size_t count, uint64_t stream) {
  fill_normal(out, count, kImageStreams + stream);
}

template <typename T>
void fill_reference_signs(T* out, size_t count, uint64_t f) {
  for (size_t i = 0; i < count; ++i) out[i] = reference_uniform(kSigns + f, i) < 0.5 ? T(1) : T(-1);
}

template void fill_reference_weights<float>(float*, size_t, uint64_t, int64_t);
template void fill_reference_weights<double>(double*, size_t, uint64_t, int64_t);
template void fill_reference_normal_weights<float>(float*, size_t, uint64_t);
template void fill_reference_normal_weights<double>(double*, size_t, uint64_t);
template void fill_reference_signs<float>(float*, size_t, uint64_t);
template void fill_reference_signs<double>(double*, size_t, uint64_t);
template void fill_reference_images<float>(float*, size_t, uint64_t);
template void fill_reference_images<double>(double*, size_t, uint64_t);

}  // namespace zeroth::nn
