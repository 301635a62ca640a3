// ENAS cells as NDS samples them: 5 nodes, 5 operations, (5^10 * 518,400)^2 = 2.6 * 10^25 architectures.
// Radosavovic et al., ICCV 2019, arXiv:1905.13214; the operations are of Pham et al., ICML 2018, arXiv:1802.03268.
//
// The cell's output joins the loose ends. Any two cells make an architecture. All else is said in genotype_space.h. The
// full shape is 16 wide and 20 cells deep, of the widths (16, 24, 32) and depths (4 to 20) that NDS trained.
#include <memory>
#include <utility>

#include "spaces/genotype_space.h"

namespace zeroth::spaces {

std::unique_ptr<SearchSpace> space_nds_enas() {
  GenotypeSettings settings;
  settings.name = "nds-enas";
  settings.summary = "two cells of 5 nodes with two of 5 operations each, CIFAR-sized images; 5.1 * 10^12 a cell";
  settings.citation = "Radosavovic et al., ICCV 2019, arXiv:1905.13214; Pham et al., ICML 2018, arXiv:1802.03268";
  settings.example =
      "Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 1), ('sep_conv_5x5', 1), ('skip_connect', "
      "0), ('avg_pool_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('avg_pool_3x3', 1), "
      "('sep_conv_5x5', 1), ('avg_pool_3x3', 0)], normal_concat=[2, 3, 4, 5, 6], reduce=[('sep_conv_5x5', "
      "0), ('avg_pool_3x3', 1), ('sep_conv_3x3', 1), ('avg_pool_3x3', 1), ('sep_conv_3x3', 1), "
      "('avg_pool_3x3', 1), ('avg_pool_3x3', 1), ('sep_conv_5x5', 4), ('sep_conv_3x3', 5), "
      "('sep_conv_5x5', 0)], reduce_concat=[2, 3, 6])";
  settings.operations = {"skip_connect", "sep_conv_3x3", "sep_conv_5x5", "avg_pool_3x3", "max_pool_3x3"};
  settings.nodes = 5;
  settings.joins_loose_ends = true;
  settings.channels = 16;
  return std::make_unique<GenotypeSpace>(std::move(settings));
}

}  // namespace zeroth::spaces
