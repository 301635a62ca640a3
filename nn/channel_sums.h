// Sums over a feature map's images and positions, and linear combinations of maps, by channel: what the derivatives of
// batch norm are made of. Maps are channels-last in memory, so that each is a matrix (rows, channels) with rows = N * H
// * W.
#pragma once

#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::nn {

// By channel, in double: m(a), the mean of a map, and m(ab), that of its product with each of one or two others. All of
// one shape. With more than one group the images are that many equal parts, each with means of its own: those of group
// g are at g * C + channel.
std::vector<std::vector<double>> channel_means(const torch::Tensor& a, const std::vector<torch::Tensor>& others,
                                               int64_t groups = 1);

// sum_k factors[k][channel] * maps[k] + offset[channel]: a channels-last map. One to three maps. Factors and offset of
// a multiple of C elements are those of as many groups of images.
torch::Tensor combine_channels(const std::vector<torch::Tensor>& maps, const std::vector<std::vector<double>>& factors,
                               const std::vector<double>& offset);

// A tensor (C) as numbers.
std::vector<double> channel_values(const torch::Tensor& tensor);

// Vectors (N, C) as maps of one pixel; maps as they are.
inline torch::Tensor as_map(const torch::Tensor& x) { return x.dim() == 2 ? x.unsqueeze(2).unsqueeze(3) : x; }

// The map itself, or a channels-last copy.
inline torch::Tensor channels_last(const torch::Tensor& map) { return map.contiguous(at::MemoryFormat::ChannelsLast); }

}  // namespace zeroth::nn
