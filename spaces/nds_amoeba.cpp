// AmoebaNet cells as NDS samples them: 5 nodes, 8 operations, (8^10 * 518,400)^2 = 3.1 * 10^29 architectures.
// Radosavovic et al., ICCV 2019, arXiv:1905.13214; the operations are of Real et al., AAAI 2019, arXiv:1802.01548.
//
// The cell's output joins the loose ends. Any two cells make an architecture. All else is said in genotype_space.h. The
// full shape is 16 wide and 20 cells deep, of the widths (16, 24, 32) and depths (4 to 20) that NDS trained.
#include <memory>
#include <utility>

#include "spaces/genotype_space.h"

namespace zeroth::spaces {

std::unique_ptr<SearchSpace> space_nds_amoeba() {
  GenotypeSettings settings;
  settings.name = "nds-amoeba";
  settings.summary = "two cells of 5 nodes with two of 8 operations each, CIFAR-sized images; 5.6 * 10^14 a cell";
  settings.citation = "Radosavovic et al., ICCV 2019, arXiv:1905.13214; Real et al., AAAI 2019, arXiv:1802.01548";
  settings.example =
      "Genotype(normal=[('avg_pool_3x3', 0), ('max_pool_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_5x5', "
      "2), ('sep_conv_3x3', 0), ('avg_pool_3x3', 3), ('sep_conv_3x3', 1), ('skip_connect', 1), "
      "('skip_connect', 0), ('avg_pool_3x3', 1)], normal_concat=[4, 5, 6], reduce=[('avg_pool_3x3', 0), "
      "('sep_conv_3x3', 1), ('max_pool_3x3', 0), ('sep_conv_7x7', 2), ('sep_conv_7x7', 0), "
      "('avg_pool_3x3', 1), ('max_pool_3x3', 0), ('max_pool_3x3', 1), ('conv_7x1_1x7', 0), "
      "('sep_conv_3x3', 5)], reduce_concat=[3, 4, 6])";
  settings.operations = {"skip_connect", "sep_conv_3x3", "sep_conv_5x5",     "sep_conv_7x7",
                         "avg_pool_3x3", "max_pool_3x3", "dil_sep_conv_3x3", "conv_7x1_1x7"};
  settings.nodes = 5;
  settings.joins_loose_ends = true;
  settings.channels = 16;
  return std::make_unique<GenotypeSpace>(std::move(settings));
}

}  // namespace zeroth::spaces
