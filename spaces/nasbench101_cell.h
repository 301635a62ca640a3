// The cell of NAS-Bench-101 as a matrix and a list of operations, and how it is written.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zeroth::spaces::nasbench101 {

constexpr int kMaxVertices = 7;
constexpr int kMaxEdges = 9;
constexpr const char* kExample = "111010000010001100011:10002";

// By the digit that stands for them in a table; the benchmark's own order.
constexpr std::array<const char*, 3> kOperations = {"conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"};
constexpr int kOperationCount = static_cast<int>(kOperations.size());

// Vertex 0 is the cell's input, the last its output.
struct Cell {
  int vertices = 0;
  std::array<std::array<bool, kMaxVertices>, kMaxVertices> edge = {};  // [from][to], from < to
  std::array<int, kMaxVertices> operation = {};  // of the vertices between the two, in kOperations

  int edges() const;
};

// The cell without the vertices that lie on no path from the input to the output; nothing where there is no path.
std::optional<Cell> pruned(const Cell& cell);

// The graphs of all cells, conv3x3-bn-relu at each of their vertices: small ones first, then in the order of the
// written matrices.
const std::vector<Cell>& all_graphs();

// Reads a cell and prunes it. Throws core::Error that says what is wrong with the text.
Cell read_cell(std::string_view text);
std::string write_cell(const Cell& cell);

}  // namespace zeroth::spaces::nasbench101
