// What is chosen in the spaces of DARTS and NDS.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/random.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

const SearchSpace& darts() { return find_space("darts"); }

// Choices of each node: operation, input, operation, input.
std::vector<std::vector<int>> nodes_of(const Architecture& architecture) {
  std::vector<std::vector<int>> nodes;
  for (auto node = architecture.choices.begin(); node != architecture.choices.end(); node += 4) {
    nodes.emplace_back(node, node + 4);
  }
  return nodes;
}

bool regular(const std::vector<int>& node) { return node[0] != 0 && node[2] != 0 && node[1] != node[3]; }

TEST_CASE("the five genotype spaces have the decisions of their papers") {
  const std::map<std::string, std::pair<size_t, size_t>> expected = {// operations and edges of a cell
                                                                     {"darts", {8, 8}},
                                                                     {"nds-enas", {5, 10}},
                                                                     {"nds-amoeba", {8, 10}},
                                                                     {"nds-pnas", {8, 10}},
                                                                     {"nds-nasnet", {13, 10}}};
  for (const auto& [name, numbers] : expected) {
    INFO(name);
    const SearchSpace& space = find_space(name);
    CHECK_FALSE(space.size());
    CHECK(space.draws() == 4 * numbers.second);
    std::set<int> operations, last_inputs;
    const core::Stream stream(3, "decisions");
    for (uint32_t i = 0; i < 400; ++i) {
      const Architecture drawn = space.sample(stream, i * space.draws());
      for (size_t choice = 0; choice < drawn.choices.size(); choice += 2) operations.insert(drawn.choices[choice]);
      last_inputs.insert(drawn.choices.back());
    }
    CHECK(operations.size() == numbers.first - (name == "darts" ? 1 : 0));
    CHECK(last_inputs.size() == numbers.second / 2 + 1);
  }
}

TEST_CASE("samples of DARTS read two different inputs a node, all pairs alike, and have no none") {
  const core::Stream stream(4, "decisions");
  std::map<std::vector<int>, int> inputs;  // of the third node of the normal cell
  constexpr int kSamples = 6000;
  for (uint32_t i = 0; i < kSamples; ++i) {
    const auto nodes = nodes_of(darts().sample(stream, i * darts().draws()));
    CHECK(std::all_of(nodes.begin(), nodes.end(), regular));
    ++inputs[{std::min(nodes[2][1], nodes[2][3]), std::max(nodes[2][1], nodes[2][3])}];
  }
  CHECK(inputs.size() == 6);
  for (const auto& [pair, count] : inputs) CHECK(count == Approx(kSamples / 6.0).epsilon(0.12));
}

TEST_CASE("NDS's spaces also sample equal inputs") {
  const SearchSpace& space = find_space("nds-enas");
  const core::Stream stream(5, "decisions");
  int equal = 0;
  constexpr int kSamples = 1000;
  for (uint32_t i = 0; i < kSamples; ++i) {
    const auto nodes = nodes_of(space.sample(stream, i * space.draws()));
    equal += nodes[0][1] == nodes[0][3];
  }
  CHECK(equal == Approx(kSamples / 2.0).epsilon(0.15));
}

TEST_CASE("steps in DARTS keep two different inputs and no none, where a node has them") {
  // Six more operations on each of 16 edges; of an edge of node i, which has i other sources than its own and the other
  // edge's: i - 2 of them for i = 2 ... 5 states, two edges a node and two cells.
  const Architecture published = darts().parse(darts().example());
  const std::vector<Architecture> steps = darts().neighbours(published);
  CHECK(steps.size() == 16 * 6 + 2 * 2 * (0 + 1 + 2 + 3));
  for (const Architecture& step : steps) {
    const auto nodes = nodes_of(step);
    CHECK(std::all_of(nodes.begin(), nodes.end(), regular));
  }
  // 'none' in the first node, which lets the other edge and both inputs vary as they like.
  Architecture with_none = published;
  with_none.choices[0] = 0;
  const std::vector<Architecture> others = darts().neighbours(with_none);
  CHECK(others.size() == 14 * 6 + 24 + 7 + 2);
  for (const Architecture& other : others) {
    const auto nodes = nodes_of(other);
    CHECK_FALSE(regular(nodes[0]));
    CHECK(std::all_of(nodes.begin() + 1, nodes.end(), regular));
    const std::vector<Architecture> back = darts().neighbours(other);
    CHECK(std::count(back.begin(), back.end(), with_none) == 1);
  }
}

TEST_CASE("NDS's spaces step to every other operation and input") {
  const SearchSpace& space = find_space("nds-nasnet");
  CHECK(space.neighbours(space.parse(space.example())).size() == 20 * 12 + 2 * 2 * (1 + 2 + 3 + 4 + 5));
}

TEST_CASE("children in DARTS take a node's inputs from one parent and each operation from either") {
  const core::Stream stream(6, "decisions");
  int mixed_operations = 0;
  for (uint32_t i = 0; i < 500; ++i) {
    const uint32_t first = 3 * i * darts().draws();
    const Architecture a = darts().sample(stream, first), b = darts().sample(stream, first + darts().draws());
    const auto child = nodes_of(darts().crossover(a, b, stream, first + 2 * darts().draws()));
    const auto of_a = nodes_of(a), of_b = nodes_of(b);
    for (size_t node = 0; node < child.size(); ++node) {
      const auto inputs_of = [&child, node](const std::vector<int>& parent) {
        return child[node][1] == parent[1] && child[node][3] == parent[3];
      };
      CHECK(regular(child[node]));
      CHECK((inputs_of(of_a[node]) || inputs_of(of_b[node])));
      for (const size_t edge : {0, 2}) {
        const int operation = child[node][edge];
        CHECK((operation == of_a[node][edge] || operation == of_b[node][edge]));
      }
      mixed_operations += child[node][0] != of_a[node][0] && child[node][2] != of_b[node][2];
    }
  }
  CHECK(mixed_operations > 100);
}

}  // namespace
}  // namespace zeroth::spaces
