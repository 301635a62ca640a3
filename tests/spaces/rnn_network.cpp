#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/csv.h"
#include "core/error.h"
#include "spaces/canonical.h"
#include "spaces/search_space.h"
#include "tests/benchmarks.h"

namespace zeroth::spaces {
namespace {

const SearchSpace& space() { return find_space("rnn"); }

constexpr const char* kRnn = "linear:x:h0/tanh:0/new:1";
constexpr const char* kGru = "linear:x:h0/sigm:0/linear:x:h0/sigm:2/prod:1:h0/linear:x:4/tanh:5/blend:3:h0:6/new:7";
// What the authors' last layer shares with the embedding.
constexpr int64_t kUntied = 10000 * 400;

OpGraph network(std::string_view text, const NetShape& shape) {
  return space().lower(space().cells(space().parse(text)), shape);
}

std::map<OpKind, int> operators(const OpGraph& net) {
  std::map<OpKind, int> counts;
  for (const OpNode& node : net.nodes()) ++counts[node.kind];
  return counts;
}

TEST_CASE("the plain recurrent network has its operators, by hand") {
  const OpGraph net = network(kRnn, space().fast_shape());
  // Two layers of eight steps; the states before the first, of 24 and 16 numbers, hang on a word of 16.
  const std::map<OpKind, int> expected = {{OpKind::kInput, 1},   {OpKind::kEmbedding, 1},  {OpKind::kToken, 8},
                                          {OpKind::kConcat, 17}, {OpKind::kNarrow, 1},     {OpKind::kZero, 2},
                                          {OpKind::kLinear, 17}, {OpKind::kActivation, 16}};
  CHECK(operators(net) == expected);
  CHECK(net.nodes().back().role == Role::kClassifier);
  std::vector<std::string> names;
  for (const ParamSpec& param : net.params()) names.push_back(param.name);
  CHECK(names == std::vector<std::string>{"encoder.weight", "rnns.0.cell.components.node_0.weight",
                                          "rnns.0.cell.components.node_0.bias", "rnns.1.cell.components.node_0.weight",
                                          "rnns.1.cell.components.node_0.bias", "decoder.weight", "decoder.bias"});
  CHECK(net.params()[1].shape == std::vector<int64_t>{24, 16 + 24});
  CHECK(net.params()[3].shape == std::vector<int64_t>{16, 24 + 16});
  CHECK(net.parameter_count() == 64 * 16 + 24 * 40 + 24 + 16 * 40 + 16 + 64 * 16 + 64);
  CHECK(net.macs() == 8 * (24 * 40 + 16 * 40) + 64 * 16);
  CHECK(net.taps().size() == 3);
}

TEST_CASE("parameters at the full shape are the authors', but for a last layer of its own") {
  // A linear node of the word and one state has 1,720,000 weights and 1,600 biases over the three layers.
  const NetShape full = space().full_shape();
  CHECK(network(kRnn, full).parameter_count() - kUntied == 4010000 + 1721600);
  CHECK(network(space().example(), full).parameter_count() - kUntied == 4010000 + 4 * 1721600);
  CHECK(network(kGru, full).parameter_count() - kUntied == 4010000 + 3 * 1721600);
  CHECK(network(space().example(), full).macs() == 70 * 4 * 1720000 + kUntied);
}

TEST_CASE("a blend is two products, a complement and a sum, in each step") {
  const OpGraph net = network(kGru, space().fast_shape());
  const std::map<OpKind, int> counts = operators(net);
  CHECK(counts.at(OpKind::kComplement) == 16);
  CHECK(counts.at(OpKind::kMultiply) == 3 * 16);
  CHECK(counts.at(OpKind::kAdd) == 16);
  for (const OpNode& node : net.nodes()) {
    if (node.kind != OpKind::kComplement) continue;
    CHECK(net.nodes()[static_cast<size_t>(node.operands[0])].activation == Activation::kSigmoid);
  }
}

TEST_CASE("later steps use the parameters of the first, and each layer has its own") {
  const OpGraph net = network(space().example(), space().fast_shape());
  std::map<int, int> uses;  // by weight
  for (const OpNode& node : net.nodes()) {
    if (node.kind == OpKind::kLinear) ++uses[node.params[0]];
  }
  CHECK(uses.size() == 2 * 4 + 1);
  for (const auto& [weight, count] : uses)
    CHECK(count == (weight + 2 == static_cast<int>(net.params().size()) ? 1 : 8));
}

TEST_CASE("states go from step to step, and outputs from layer to layer") {
  NetShape shape = space().fast_shape();
  shape.tokens = 3;
  const OpGraph net = network(kRnn, shape);
  const auto read_by = [&net](int node) {  // what the linear layer before a tanh is applied to
    const int linear = net.nodes()[static_cast<size_t>(node)].operands[0];
    return net.nodes()[static_cast<size_t>(net.nodes()[static_cast<size_t>(linear)].operands[0])].operands;
  };
  std::vector<int> tanhs, tokens;
  for (int i = 0; i <= net.output(); ++i) {
    const OpNode& node = net.nodes()[static_cast<size_t>(i)];
    if (node.kind == OpKind::kActivation) tanhs.push_back(i);
    if (node.kind == OpKind::kToken) tokens.push_back(i);
  }
  REQUIRE(tanhs.size() == 6);
  REQUIRE(tokens.size() == 3);
  for (size_t t = 0; t < 3; ++t) {
    CHECK(net.nodes()[static_cast<size_t>(tokens[t])].token == static_cast<int>(t));
    const std::vector<int> lower = read_by(tanhs[t]), upper = read_by(tanhs[3 + t]);
    CHECK(lower[0] == tokens[t]);
    CHECK(upper[0] == tanhs[t]);
    if (t == 0) {
      CHECK(net.nodes()[static_cast<size_t>(lower[1])].kind == OpKind::kZero);
      CHECK(net.nodes()[static_cast<size_t>(upper[1])].kind == OpKind::kZero);
    } else {
      CHECK(lower[1] == tanhs[t - 1]);
      CHECK(upper[1] == tanhs[3 + t - 1]);
    }
  }
  CHECK(net.nodes().back().operands[0] == tanhs[5]);
}

TEST_CASE("only what the output depends on is computed, and dead nodes as they are written") {
  // Two states that take turns: the upper layer needs one of them a step, the lower its output in each.
  const char* turns = "linear:x:h1/tanh:0/linear:x:h0/tanh:2/new:1:3";
  CHECK(operators(network(turns, space().fast_shape()))[OpKind::kLinear] == 8 + (8 + 7) + 1);
  const char* dead = "linear:x:h0/tanh:0/linear:1/new:1";
  CHECK(operators(network(dead, space().fast_shape()))[OpKind::kLinear] == 2 * 16 + 1);
  const OpGraph live = space().lower(canonical_form(space().cells(space().parse(dead))).cells, space().fast_shape());
  CHECK(operators(live)[OpKind::kLinear] == 16 + 1);
  CHECK(live.parameter_count() == network(kRnn, space().fast_shape()).parameter_count());
}

TEST_CASE("a cell that never looks at the word still hangs on it") {
  const OpGraph net = network("tanh:h0/new:0", space().fast_shape());
  CHECK(operators(net)[OpKind::kActivation] == 8);
  CHECK(operators(net)[OpKind::kZero] == 1);
  CHECK(net.nodes().back().shape.channels == 64);
}

TEST_CASE("any text length, width and number of layers will do, none below one") {
  NetShape shape = space().fast_shape();
  shape.tokens = shape.cells = shape.channels = shape.vocabulary = shape.classes = 1;
  CHECK(network(space().example(), shape).nodes().back().shape.channels == 1);
  shape.channels = 7;
  shape.cells = 4;
  CHECK(network(space().example(), shape).params()[1].shape == std::vector<int64_t>{10, 7 + 10});
  for (int64_t NetShape::*field :
       {&NetShape::tokens, &NetShape::cells, &NetShape::channels, &NetShape::vocabulary, &NetShape::classes}) {
    NetShape none = space().fast_shape();
    none.*field = 0;
    CHECK_THROWS_AS(network(kRnn, none), core::UsageError);
  }
  NetShape dense = space().fast_shape();
  dense.dense = true;
  CHECK_THROWS_WITH(network(kRnn, dense), Catch::Contains("rnn reads text"));
}

TEST_CASE("parameters of known and of drawn cells are among the benchmark's") {
  const std::string path = tests::benchmark_file("nasbench_nlp_rnn.csv.gz");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  std::set<double> known;
  for (size_t row = 0; row < table.rows.size(); ++row) known.insert(table.number(row, table.column("params")).value());
  CHECK(table.rows.size() == 8794);
  NetShape shape = space().full_shape();
  shape.tokens = 8;  // as many parameters, in less time
  const auto params = [&shape](const Architecture& architecture) {
    const OpGraph net = space().lower(space().cells(architecture), shape);
    return static_cast<double>(net.parameter_count() - kUntied);
  };
  CHECK(*known.begin() == params(space().parse(kRnn)));
  CHECK(known.count(params(space().parse(space().example()))) == 1);
  CHECK(known.count(params(space().parse(kGru))) == 1);
  int among = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    among += static_cast<int>(known.count(params(space().sample(core::Stream(seed, "rnn network"), 0))));
  }
  CHECK(among >= 190);
}

}  // namespace
}  // namespace zeroth::spaces
