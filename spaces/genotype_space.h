// The spaces of DARTS (Liu et al., ICLR 2019, arXiv:1806.09055) and of the NAS design spaces that NDS compares
// (Radosavovic et al., ICCV 2019, arXiv:1905.13214): they differ in operations, nodes, and what the cell's output is.
//
// An architecture is a normal and a reduction cell. A cell has some nodes in a row; each is the sum of two edges, and
// an edge is an operation on an earlier node or on one of the outputs of the two cells before. The output joins nodes
// along channels: all of them, or the loose ends, those that no edge reads. It is written as the literal that DARTS
// prints (genotype_notation.h), pairs of a node in either order, which is kept. Decisions 2k and 2k + 1 are edge k's
// operation, as a number in the space's list, and input; the normal cell's edges come first. Counted so, a cell has
// (operations * inputs) ^ 2 for each node, which are NDS's numbers.
//
// The network, as the authors build it for CIFAR-10: a 3x3 convolution to 3C channels with batch norm, then three
// stages of `cells` normal cells each, with a reduction cell that halves the map and doubles C before the second and
// third; global average pooling and a linear layer. A cell brings both its inputs to C channels (preprocess0, which
// also halves a map from before a reduction, and preprocess1). Operations of a reduction cell that read an input have
// stride
// 2. Pooling is without batch norm; there is no auxiliary head and no drop path. The fast shape scales C, the cells of
// a stage and the image: five cells, N R N R N, keep every kind of neighbour that a cell can have in the full network.
//
// It departs from the authors' code in this: `none` edges add no operator; where a node is nothing but these, it is a
// preprocessed input times zero; and a stride of 2 in one direction (conv_7x1_1x7) is reached another way to the same
// result. Depths that are not 3 * cells + 2 are not built.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spaces/factored_space.h"
#include "spaces/genotype_notation.h"

namespace zeroth::spaces {

struct GenotypeSettings {
  std::string_view name, summary, citation, example;
  std::vector<std::string> operations;
  int nodes = 4;
  bool joins_loose_ends = false;  // alone; otherwise all nodes
  // A node counts as regular where its two inputs differ and neither operation is `none`. Where this is set, samples
  // have regular nodes, a neighbour has them where the architecture has them, and a child takes a node's two inputs
  // from one parent. Other nodes are read all the same.
  bool samples_regular_nodes = false;
  int64_t channels = 36;  // C of the full shape
};

class GenotypeSpace : public FactoredSpace {
 public:
  explicit GenotypeSpace(GenotypeSettings settings);

  std::string_view name() const override { return settings_.name; }
  std::string_view summary() const override { return settings_.summary; }
  std::string_view citation() const override { return settings_.citation; }
  std::string_view example() const override { return settings_.example; }
  std::vector<std::string> table_columns() const override { return {"genotype"}; }

  Architecture sample(const core::Stream& stream, uint32_t first) const override;
  std::vector<Architecture> neighbours(const Architecture& architecture) const override;
  Architecture crossover(const Architecture& a, const Architecture& b, const core::Stream& stream,
                         uint32_t first) const override;
  Architecture parse(std::string_view text) const override;
  std::string print(const Architecture& architecture) const override;
  std::vector<UnitGraph> cells(const Architecture& architecture) const override;
  NetShape full_shape() const override;
  NetShape fast_shape() const override;
  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override;

 private:
  Genotype genotype(const Architecture& architecture) const;
  std::vector<int> joined(const std::vector<GenotypeEdge>& edges) const;
  void parse_cell(const GenotypeCell& cell, std::string_view text, const std::string& where,
                  std::vector<int>& choices) const;
  // Of each node in both cells, whether it is regular.
  std::vector<bool> regular_nodes(const Architecture& architecture) const;
  int add_cell(OpGraph& net, const UnitGraph& cell, const std::vector<int>& inputs, int64_t channels, bool reduction,
               const std::string& scope) const;

  GenotypeSettings settings_;
};

}  // namespace zeroth::spaces
