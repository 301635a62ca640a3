// The operators of transformers that are more than one call: tokens x (N, T, D), and attention by heads.
#pragma once

#include "nn/torch_compat.h"
#include "spaces/op_graph.h"

namespace zeroth::nn {

// x W^T + b for vectors (N, in) or tokens (N, T, in); the bias may be undefined.
torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

// Over the last dimension.
torch::Tensor layer_norm(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                         double epsilon);

// (N, C, H, W) to (N, H W, C).
torch::Tensor pixels_as_tokens(const torch::Tensor& map);
// The last H W of the tokens (N, T, C) to (N, C, H, W), H and W those of `shape`.
torch::Tensor tokens_as_pixels(const torch::Tensor& tokens, const spaces::FeatureShape& shape);

// `token` (1, D) in front of the others.
torch::Tensor with_class_token(const torch::Tensor& x, const torch::Tensor& token);

// softmax(q k^T / sqrt(d)), d the channels of a head: (N, heads, queries, keys).
torch::Tensor attention_scores(const torch::Tensor& query, const torch::Tensor& key, int64_t heads);

// Scores (N, heads, queries, keys) times values (N, keys, D): (N, queries, D).
torch::Tensor attention_context(const torch::Tensor& scores, const torch::Tensor& value);

// Of tokens (N, T, D), by head: the real part of the discrete Fourier transform over the tokens and the channels of the
// head; the cosine transform of type II in both directions. Neither is scaled.
torch::Tensor fourier_transform(const torch::Tensor& x, int64_t heads);
torch::Tensor cosine_transform(const torch::Tensor& x, int64_t heads);

// Kernels (N, T, heads * K), whose softmax over K weighs the K values (N, T, D) around each token, by head; values
// beyond the ends are zero.
torch::Tensor dynamic_convolution(const torch::Tensor& kernels, const torch::Tensor& values, int64_t heads);

}  // namespace zeroth::nn
