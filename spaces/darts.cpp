// DARTS: a normal and a reduction cell of 4 nodes, each the sum of two edges with one of 7 operations, or `none`.
// Liu, Simonyan and Yang, ICLR 2019, arXiv:1806.09055.
//
// All is said in genotype_space.h. What the authors' search derives has two different inputs a node and no `none`,
// which are (180 * 7^8)^2 = 1.1 * 10^18 architectures, pairs of a node in one order: samples, steps and children are of
// these. Tables also hold equal inputs and `none`, which the authors' network takes as well, and NDS (Radosavovic et
// al., ICCV 2019, arXiv:1905.13214) counts them: (8^8 * 14,400)^2, its 242 * 10^9 a cell. The full shape is the
// authors' CIFAR-10 network, 36 wide and 20 cells deep. The example is DARTS_V2.
#include <memory>
#include <utility>

#include "spaces/genotype_space.h"

namespace zeroth::spaces {

std::unique_ptr<SearchSpace> space_darts() {
  GenotypeSettings settings;
  settings.name = "darts";
  settings.summary =
      "two cells of 4 nodes with two of 7 operations each, CIFAR-sized images; 1.1 * 10^18 architectures";
  settings.citation = "Liu et al., ICLR 2019, arXiv:1806.09055";
  settings.example =
      "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', "
      "1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], "
      "normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), "
      "('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), "
      "('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])";
  settings.operations = {"none",         "max_pool_3x3", "avg_pool_3x3", "skip_connect",
                         "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"};
  settings.nodes = 4;
  settings.samples_regular_nodes = true;
  settings.channels = 36;
  return std::make_unique<GenotypeSpace>(std::move(settings));
}

}  // namespace zeroth::spaces
