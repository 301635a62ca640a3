#include "nn/initialiser.h"

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "nn/reference.h"

namespace zeroth::nn {
namespace {

using spaces::ParamRole;
using spaces::ParamSpec;

// Of class tokens and position embeddings. BERT and AutoFormer cut the normal off, BERT at two deviations, AutoFormer
// at a hundred.
constexpr double kTokenDeviation = 0.02;

struct Fans {
  double in, out;
};

// Of a convolution (out, in, kh, kw), a linear layer (out, in) or rows of tokens (rows, channels).
Fans fans(const ParamSpec& spec) {
  double field = 1.0;
  for (size_t i = 2; i < spec.shape.size(); ++i) field *= static_cast<double>(spec.shape[i]);
  return {static_cast<double>(spec.shape[1]) * field, static_cast<double>(spec.shape[0]) * field};
}

bool is_of_tokens(ParamRole role) { return role == ParamRole::kEmbedding || role == ParamRole::kTokenParameter; }

template <typename T>
void fill_weight(T* out, const ParamSpec& spec, Init init, const core::Stream& stream, uint64_t weight_number) {
  const size_t count = static_cast<size_t>(spec.numel());
  const Fans fan = fans(spec);
  switch (init) {
    case Init::kPytorch: {
      const double bound = 1.0 / std::sqrt(fan.in);
      return stream.fill_uniform(out, count, -bound, bound);
    }
    case Init::kKaimingNormalFanIn:
      return stream.fill_normal(out, count, std::sqrt(2.0 / fan.in));
    case Init::kKaimingNormalFanOut:
      return stream.fill_normal(out, count, std::sqrt(2.0 / fan.out));
    case Init::kNormal:
      return stream.fill_normal(out, count, 1.0);
    case Init::kXavier:
      return stream.fill_normal(out, count, std::sqrt(2.0 / (fan.in + fan.out)));
    case Init::kReference:
      return fill_reference_weights(out, count, weight_number, static_cast<int64_t>(fan.in));
    case Init::kReferenceNormal:
      return fill_reference_normal_weights(out, count, weight_number);
    case Init::kOwn:
      break;
  }
  ZEROTH_CHECK(!"an initialiser without a rule");
}

template <typename T>
std::vector<torch::Tensor> fill_params(const spaces::OpGraph& graph, Init init, DType dtype, uint64_t seed, int repeat,
                                       uint64_t identity) {
  std::vector<torch::Tensor> params;
  params.reserve(graph.params().size());
  const uint64_t stream_seed = core::repeat_seed(seed, repeat);
  uint64_t weights = 0;      // convolutions and linear layers so far
  double last_fan_in = 1.0;  // of the weight that a bias belongs to
  for (size_t i = 0; i < graph.params().size(); ++i) {
    const ParamSpec& spec = graph.params()[i];
    torch::Tensor value = torch::empty(spec.shape, scalar_type(dtype));
    const core::Stream stream(stream_seed, "weights", identity, static_cast<uint32_t>(i));
    if (is_weight(spec.role)) {
      fill_weight(value.data_ptr<T>(), spec, init, stream, weights++);
      last_fan_in = fans(spec).in;
    } else if (is_of_tokens(spec.role) && init == Init::kReference) {
      fill_weight(value.data_ptr<T>(), spec, init, stream, weights++);
    } else if (is_of_tokens(spec.role)) {
      const double deviation = spec.role == ParamRole::kEmbedding ? 1.0 : kTokenDeviation;
      stream.fill_normal(value.data_ptr<T>(), static_cast<size_t>(spec.numel()), deviation);
    } else if (spec.role == ParamRole::kNormWeight) {
      value.fill_(1.0);
    } else if (spec.role == ParamRole::kLinearBias && init == Init::kPytorch) {
      const double bound = 1.0 / std::sqrt(last_fan_in);
      stream.fill_uniform(value.data_ptr<T>(), static_cast<size_t>(spec.numel()), -bound, bound);
    } else {
      value.zero_();
    }
    params.push_back(value.set_requires_grad(true));
  }
  return params;
}

}  // namespace

std::vector<torch::Tensor> initial_params(const spaces::OpGraph& graph, Init init, DType dtype, uint64_t seed,
                                          int repeat, uint64_t identity) {
  return dtype == DType::kFloat64 ? fill_params<double>(graph, init, dtype, seed, repeat, identity)
                                  : fill_params<float>(graph, init, dtype, seed, repeat, identity);
}

}  // namespace zeroth::nn
