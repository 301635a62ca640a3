// The gradients of each image to the weights, for all images in one backward pass of our own: at each layer they are
// one batched product of what autograd would only give summed.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

// Give observe() to a forward pass, then call backward(), as often as wanted.
class SampleGradients {
 public:
  // What the means and deviations of batch norms depend on where they are differentiated.
  enum class Statistics {
    kConstant,    // nothing, so that an image's logits depend on that image alone
    kOfBatch,     // all images: a row is what the layer's input of one image adds to the gradient of all logits
    kOfEachImage  // the image itself; for a forward pass with nn::Norm::kEachImage
  };
  // Receives the rows (N, elements) of a parameter that the logits depend on.
  using Consumer = std::function<void(spaces::ParamRole role, const torch::Tensor& rows)>;

  explicit SampleGradients(const nn::Network& network);

  void observe(const nn::NodeResult& result);

  // Row n is the gradient of <logits[n], logit_gradient[n]>: to the weights of convolutions, the weight and bias of
  // linear layers and the gains of batch norms.
  void backward(const torch::Tensor& logit_gradient, Statistics statistics, const Consumer& consumer);

 private:
  void add_gradient(int node, const torch::Tensor& gradient);
  void pass_back(size_t index, const torch::Tensor& gradient);
  void convolution(const spaces::OpNode& node, const torch::Tensor& gradient);
  void batch_norm(size_t index, const spaces::OpNode& node, const torch::Tensor& gradient);
  void linear(const spaces::OpNode& node, const torch::Tensor& gradient);
  void product(const spaces::OpNode& node, const torch::Tensor& gradient);
  void concatenation(const spaces::OpNode& node, const torch::Tensor& gradient);
  const torch::Tensor& operand(const spaces::OpNode& node) const;
  const torch::Tensor& patches(const spaces::OpNode& node);

  const nn::Network& network_;
  std::vector<torch::Tensor> values_, inverse_deviations_, gradients_;
  std::map<std::pair<int, spaces::Window>, torch::Tensor> patches_;  // by source and window
  Statistics statistics_ = Statistics::kConstant;
  const Consumer* consumer_ = nullptr;
};

}  // namespace zeroth::proxies
