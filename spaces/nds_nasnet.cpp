// NASNet cells as NDS samples them: 5 nodes, 13 operations, (13^10 * 518,400)^2 = 5.1 * 10^33 architectures.
// Radosavovic et al., ICCV 2019, arXiv:1905.13214; the operations are of Zoph et al., CVPR 2018, arXiv:1707.07012.
//
// The cell's output joins the loose ends. Any two cells make an architecture. All else is said in genotype_space.h. The
// full shape is 16 wide and 20 cells deep, of the widths (16, 24, 32) and depths (4 to 20) that NDS trained.
#include <memory>
#include <utility>

#include "spaces/genotype_space.h"

namespace zeroth::spaces {

std::unique_ptr<SearchSpace> space_nds_nasnet() {
  GenotypeSettings settings;
  settings.name = "nds-nasnet";
  settings.summary = "two cells of 5 nodes with two of 13 operations each, CIFAR-sized images; 7.1 * 10^16 a cell";
  settings.citation = "Radosavovic et al., ICCV 2019, arXiv:1905.13214; Zoph et al., CVPR 2018, arXiv:1707.07012";
  settings.example =
      "Genotype(normal=[('conv_1x1', 0), ('sep_conv_3x3', 1), ('conv_3x1_1x3', 2), ('skip_connect', 1), "
      "('sep_conv_5x5', 0), ('max_pool_5x5', 1), ('dil_conv_3x3', 3), ('avg_pool_3x3', 0), ('conv_3x3', "
      "1), ('sep_conv_7x7', 4)], normal_concat=[5, 6], reduce=[('max_pool_7x7', 0), ('conv_7x1_1x7', 1), "
      "('max_pool_3x3', 0), ('dil_conv_3x3', 2), ('avg_pool_3x3', 3), ('sep_conv_5x5', 1), "
      "('sep_conv_3x3', 2), ('skip_connect', 0), ('conv_3x1_1x3', 1), ('conv_1x1', 5)], reduce_concat=[4, "
      "6])";
  settings.operations = {"skip_connect", "conv_3x1_1x3", "conv_7x1_1x7", "dil_conv_3x3", "avg_pool_3x3",
                         "max_pool_3x3", "max_pool_5x5", "max_pool_7x7", "conv_1x1",     "conv_3x3",
                         "sep_conv_3x3", "sep_conv_5x5", "sep_conv_7x7"};
  settings.nodes = 5;
  settings.joins_loose_ends = true;
  settings.channels = 16;
  return std::make_unique<GenotypeSpace>(std::move(settings));
}

}  // namespace zeroth::spaces
