// How many directions the hidden states of a feed-forward block vary in.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "nn/network.h"

namespace zeroth::proxies {

// Where the node is a feed-forward layer in front of its block's activation: appends the eigenvalues, ascending, of the
// scatter matrix of its result, rows the tokens of all images and columns its units, each column less its mean. With
// fewer rows than columns only as many as there are rows; the others are 0.
void add_hidden_spectrum(const spaces::OpGraph& graph, const nn::NodeResult& result,
                         std::vector<Eigen::VectorXd>& spectra);

}  // namespace zeroth::proxies
