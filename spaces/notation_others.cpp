// The notations of NAS-Bench-101, DARTS and TransNAS-Bench-101.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "spaces/genotype_notation.h"
#include "spaces/nasbench101_cell.h"
#include "spaces/notation.h"
#include "spaces/notation_json.h"

namespace zeroth::spaces {
namespace {

// As NASBench's ModelSpec has it: the whole matrix, and a name for each vertex.
std::string write_nasbench101_json(const Architecture& architecture) {
  const auto cell = nasbench101::read_cell(find_space("nasbench101").print(architecture));
  nlohmann::ordered_json matrix = nlohmann::ordered_json::array(), operations = matrix;
  for (int from = 0; from < cell.vertices; ++from) {
    nlohmann::ordered_json row = nlohmann::ordered_json::array();
    for (int to = 0; to < cell.vertices; ++to) row.push_back(cell.edge[from][to] ? 1 : 0);
    matrix.push_back(row);
    const bool ends = from == 0 || from + 1 == cell.vertices;
    operations.push_back(ends ? (from == 0 ? "input" : "output") : nasbench101::kOperations.at(cell.operation[from]));
  }
  return nlohmann::ordered_json{{"module_adjacency", matrix}, {"module_operations", operations}}.dump();
}

// ---------------------------------------------------------------------------------------------------- NNI's DARTS

constexpr int kNodes = 4;
constexpr int kInputs = 2;  // of a cell, and of a node

// NNI counts a cell's inputs among its nodes. Calls `edge(operation key, input key)` in the order of our choices.
template <typename Edge>
void for_each_edge(const Edge& edge) {
  for (const char* cell : {"normal", "reduce"}) {
    for (int node = kInputs; node < kInputs + kNodes; ++node) {
      for (int k = 0; k < kInputs; ++k) {
        edge(fmt::format("{}/op_{}_{}", cell, node, k), fmt::format("{}/input_{}_{}", cell, node, k));
      }
    }
  }
}

// What the dictionary says, as a genotype: DARTS itself checks the numbers.
Architecture read_nni_darts(std::string_view text) {
  ChoiceObject object(text, "nni-darts");
  Genotype genotype;
  for_each_edge([&](const std::string& operation, const std::string& input) {
    GenotypeCell& cell = operation[0] == 'n' ? genotype.normal : genotype.reduce;
    std::string name = object.name(operation);
    cell.edges.push_back({std::move(name), object.number(input)});
  });
  object.finish();
  for (int node = kInputs; node < kInputs + kNodes; ++node) {
    genotype.normal.concat.push_back(node);
    genotype.reduce.concat.push_back(node);
  }
  return find_space("darts").parse(write_genotype(genotype));
}

std::string write_nni_darts(const Architecture& architecture) {
  const SearchSpace& darts = find_space("darts");
  const Genotype genotype = read_genotype(darts.print(architecture), darts.name());
  nlohmann::ordered_json object;
  size_t number = 0;  // of an edge, both cells
  for_each_edge([&](const std::string& operation, const std::string& input) {
    const size_t in_cell = genotype.normal.edges.size();
    const GenotypeEdge& edge =
        number < in_cell ? genotype.normal.edges[number] : genotype.reduce.edges.at(number - in_cell);
    object[operation] = edge.operation;
    object[input] = edge.input;
    ++number;
  });
  return object.dump();
}

}  // namespace

Notation notation_nasbench101() {
  return own_notation(find_space("nasbench101"),
                      "the matrix above its diagonal and the operations: 111010000010001100011:10002");
}

Notation notation_nasbench101_json() {
  return {"nasbench101-json", "nasbench101",
          R"(ModelSpec's matrix and operations: {"module_adjacency":[[0,1],[0,0]],"module_operations":[...]})",
          [](std::string_view text) { return find_space("nasbench101").parse(text); }, write_nasbench101_json};
}

Notation notation_darts() {
  return own_notation(find_space("darts"),
                      "the genotype as Python prints it: Genotype(normal=[('sep_conv_3x3', 0), ...], ...)");
}

Notation notation_nni_darts() {
  return {"nni-darts", "darts", R"(NNI's dictionary: {"normal/op_2_0":"sep_conv_3x3","normal/input_2_0":0,...})",
          read_nni_darts, write_nni_darts};
}

Notation notation_transnas101_micro() {
  return own_notation(find_space("transnas101-micro"), "the benchmark's string of a cell: 64-41414-3_32_132");
}

}  // namespace zeroth::spaces
