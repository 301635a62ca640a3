// PNAS cells as NDS samples them: 5 nodes, 8 operations, (8^10 * 518,400)^2 = 3.1 * 10^29 architectures.
// Radosavovic et al., ICCV 2019, arXiv:1905.13214; the operations are of Liu et al., ECCV 2018, arXiv:1712.00559.
//
// The cell's output joins all nodes. Any two cells make an architecture. All else is said in genotype_space.h. The
// full shape is 16 wide and 20 cells deep, of the widths (16, 24, 32) and depths (4 to 20) that NDS trained.
#include <memory>
#include <utility>

#include "spaces/genotype_space.h"

namespace zeroth::spaces {

std::unique_ptr<SearchSpace> space_nds_pnas() {
  GenotypeSettings settings;
  settings.name = "nds-pnas";
  settings.summary = "two cells of 5 nodes with two of 8 operations each, CIFAR-sized images; 5.6 * 10^14 a cell";
  settings.citation = "Radosavovic et al., ICCV 2019, arXiv:1905.13214; Liu et al., ECCV 2018, arXiv:1712.00559";
  settings.example =
      "Genotype(normal=[('sep_conv_5x5', 0), ('max_pool_3x3', 0), ('sep_conv_7x7', 1), ('max_pool_3x3', "
      "1), ('sep_conv_5x5', 1), ('sep_conv_3x3', 1), ('sep_conv_3x3', 4), ('max_pool_3x3', 1), "
      "('sep_conv_3x3', 0), ('skip_connect', 1)], normal_concat=[2, 3, 4, 5, 6], reduce=[('sep_conv_5x5', "
      "0), ('max_pool_3x3', 0), ('sep_conv_7x7', 1), ('max_pool_3x3', 1), ('sep_conv_5x5', 1), "
      "('sep_conv_3x3', 1), ('sep_conv_3x3', 4), ('max_pool_3x3', 1), ('sep_conv_3x3', 0), "
      "('skip_connect', 1)], reduce_concat=[2, 3, 4, 5, 6])";
  settings.operations = {"sep_conv_3x3", "sep_conv_5x5", "sep_conv_7x7", "conv_7x1_1x7",
                         "skip_connect", "avg_pool_3x3", "max_pool_3x3", "dil_conv_3x3"};
  settings.nodes = 5;
  settings.channels = 16;
  return std::make_unique<GenotypeSpace>(std::move(settings));
}

}  // namespace zeroth::spaces
