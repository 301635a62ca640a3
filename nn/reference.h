// The reference rule: weights, images and labels as pure integer hashes, so that another framework can rebuild the
// same network and minibatch without exchanging a file, and check our scores. In full:
//
//   splitmix64(x):  z = x + 0x9E3779B97F4A7C15;  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
//                   z = (z ^ z >> 27) * 0x94D049BB133111EB;  return z ^ z >> 31        (64-bit, wrapping)
//   u(k, i)       = (splitmix64(k * 2^32 + i) >> 11) * 2^-53                             in [0, 1)
//   weight tensor k (convolutions and linear layers in module order), element i in row-major order:
//                   sqrt(6 / fan_in) * (2 u(k, i) - 1);  norms 1 and 0;  biases 0. Embeddings, class tokens and
//                   position embeddings count among the weight tensors, with their width for fan_in
//   image batch of stream s, element i:  u(q, 12i) + ... + u(q, 12i + 11) - 6,  q = 0x1000000 + s
//   label of image n:  n mod classes
//   normal weight tensor k, element i: as image element i of stream k, but q = 0x3000000 + k
//   random sign of element i of tapped feature map f (0 is the stem's), numbered as (N, C, H, W):
//                   1 where u(0x2000000 + f, i) < 0.5, else -1
//
// Streams: 1 and 2 are the first and second minibatch, 11, 12 and 13 those of the thin network.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zeroth::nn {

double reference_uniform(uint64_t k, uint64_t i);

// Elements 0 .. count-1 of weight tensor k.
template <typename T>
void fill_reference_weights(T* out, size_t count, uint64_t k, int64_t fan_in);

// Elements 0 .. count-1 of normal weight tensor k.
template <typename T>
void fill_reference_normal_weights(T* out, size_t count, uint64_t k);

// Elements 0 .. count-1 of the signs of feature map f.
template <typename T>
void fill_reference_signs(T* out, size_t count, uint64_t f);

// Elements 0 .. count-1 of image stream s.
template <typename T>
void fill_reference_images(T* out, size_t count, uint64_t stream);

}  // namespace zeroth::nn
