// Which recurrent cells are the same function.
#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/random.h"
#include "spaces/canonical.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

const SearchSpace& space() { return find_space("rnn"); }

std::string function(const std::string& text) { return canonical_form(space().cells(space().parse(text))).text; }

using States = std::map<std::string, double>;

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

// A linear layer of a number of its own for its node, and of any order of operands.
double linear(int origin, const std::vector<double>& values) {
  double total = 0.1 * origin;
  for (const double value : values) total += (1.5 + origin) * value + value * value;
  return total;
}

double value(const Unit& unit, const std::vector<double>& read) {
  if (unit.kind == UnitKind::kParametric) return linear(unit.origin, read);
  if (unit.label == "product") return read.at(0) * read.at(1);
  if (unit.label == "complement") return 1 - sum(read);
  if (unit.label == "tanh") return std::tanh(sum(read));
  if (unit.label == "sigm") return 1 / (1 + std::exp(-sum(read)));
  if (unit.label == "leaky_relu") return sum(read) < 0 ? sum(read) / 100 : sum(read);
  return sum(read);
}

// One step of a cell of width one on these inputs; the states that its output reads.
States step(const UnitGraph& cell, const States& inputs) {
  std::vector<double> values;
  States states;
  const size_t units = boost::num_vertices(cell);
  for (size_t unit = 0; unit < units; ++unit) {
    std::vector<double> read;
    for (const size_t operand : operands_of(cell, unit)) read.push_back(values[operand]);
    values.push_back(cell[unit].kind == UnitKind::kInput ? inputs.at(cell[unit].label) : value(cell[unit], read));
  }
  for (const size_t part : operands_of(cell, units - 1)) states[cell[part].label] = values[part];
  return states;
}

const States kInputs = {{"x", 0.3}, {"h_prev_0", -0.7}, {"h_prev_1", 0.2}, {"h_prev_2", 1.1}};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST_CASE("the example is the LSTM cell") {
  const States states = step(space().cells(space().parse(space().example()))[0], kInputs);
  const std::vector<double> read = {0.3, -0.7};
  const double c = sigmoid(linear(4, read)) * 0.2 + std::tanh(linear(0, read)) * sigmoid(linear(2, read));
  CHECK(states.at("h_new_1") == Approx(c));
  CHECK(states.at("h_new_0") == Approx(std::tanh(c) * std::tanh(linear(6, read))));
  CHECK(states.size() == 2);
}

TEST_CASE("a GRU cell blends the state and the candidate") {
  const std::string gru = "linear:x:h0/sigm:0/linear:x:h0/sigm:2/prod:1:h0/linear:x:4/tanh:5/blend:3:h0:6/new:7";
  const States states = step(space().cells(space().parse(gru))[0], kInputs);
  const double r = sigmoid(linear(0, {0.3, -0.7})), z = sigmoid(linear(2, {0.3, -0.7}));
  const double candidate = std::tanh(linear(5, {0.3, r * -0.7}));
  CHECK(states.at("h_new_0") == Approx(z * -0.7 + (1 - z) * candidate));
}

TEST_CASE("the order of operands matters where it matters") {
  CHECK(function("linear:x:h0/tanh:0/new:1") == function("linear:h0:x/tanh:0/new:1"));
  CHECK(function("linear:x:h0/prod:0:h0/new:1") == function("linear:x:h0/prod:h0:0/new:1"));
  CHECK(function("linear:x:h0/sum:0:h0/new:1") == function("linear:x:h0/sum:h0:0/new:1"));
  CHECK(function("linear:x:h0/sigm:0/blend:1:h0:0/new:2") != function("linear:x:h0/sigm:0/blend:1:0:h0/new:2"));
  CHECK(function("linear:x:h0/sigm:0/blend:1:h0:0/new:2") != function("linear:x:h0/sigm:0/blend:h0:1:0/new:2"));
}

TEST_CASE("operands of products and of linear nodes are values, not terms of a sum") {
  // (a + b) c is not a b c, and a linear node of a + b not one of a and b.
  CHECK(function("linear:x/sum:h0:0/prod:1:h0/new:2") != function("linear:x/sum:h0:0/prod:0:h0/new:2"));
  CHECK(function("linear:x/sum:h0:0/linear:1/new:2") != function("linear:x/linear:h0:0/new:1"));
  CHECK(function("linear:x/prod:0:0/new:1") != function("linear:x/tanh:0/prod:0:1/new:2"));
  CHECK(function("linear:x:h0/linear:0/new:1") != function("linear:x:h0/linear:0:0/new:1"));
}

TEST_CASE("the encoding of a recurrent cell names operands, products and states") {
  CHECK(function("linear:x:h0/tanh:0/new:1") ==
        "1=h_prev_1();2=h_prev_2();3=x();4=operand(0);5=operand(3);6=linear(4+5);7=tanh(6);8=h_new_0(7);out(8)");
  CHECK(function("linear:x/prod:0:h0/new:1") ==
        "1=h_prev_1();2=h_prev_2();3=x();4=operand(0);5=operand(3);6=linear(5);7=operand(6);8=product(4+7);"
        "9=h_new_0(8);out(9)");
}

TEST_CASE("equal values are one, and linear nodes never") {
  CHECK(function("linear:x:h0/tanh:0/tanh:0/sum:1:2/new:3") == function("linear:x:h0/tanh:0/sum:1:1/new:2"));
  CHECK(function("linear:x:h0/tanh:0/prod:0:1/prod:1:0/sum:2:3/new:4") ==
        function("linear:x:h0/tanh:0/prod:0:1/sum:2:2/new:3"));
  CHECK(function("linear:x:h0/linear:x:h0/sum:0:1/new:2") != function("linear:x:h0/sum:0:0/new:1"));
}

TEST_CASE("sums are flattened, and a blend's two products are terms of them") {
  CHECK(function("linear:x/sum:0:h0/sum:1:h0/new:2") == function("linear:x/sum:h0:h0/sum:0:1/new:2"));
  CHECK(function("linear:x/sigm:0/blend:1:h0:0/sum:2:h0/new:3") ==
        function("linear:x/sigm:0/blend:1:h0:0/sum:h0:2/new:3"));
}

TEST_CASE("nodes and states on which the output never depends leave no trace") {
  const std::string plain = function("linear:x:h0/tanh:0/new:1");
  CHECK(function("linear:x:h0/tanh:0/linear:1:x/new:1") == plain);
  CHECK(function("linear:x:h0/tanh:0/linear:1:x/new:1:2") == plain);
  CHECK(function("linear:x:h0/tanh:0/linear:1:h1/new:1:2") == plain);
  CHECK(function("linear:x:h0/tanh:0/linear:1:h2/linear:2:h1/new:1:2:3") == plain);
  // Here the output depends on them, one or two steps later.
  CHECK(function("linear:x:h1/tanh:0/linear:1:x/new:1:2") != function("linear:x:h0/tanh:0/linear:1:x/new:1:2"));
  CHECK(function("linear:x:h1/tanh:0/linear:1:h2/linear:x/new:1:2:3").find("h_new_2") != std::string::npos);
}

TEST_CASE("a canonical recurrent cell computes what the written one computes") {
  rc::prop("its states are the same", [] {
    const Architecture drawn = space().sample(core::Stream(*rc::gen::inRange<uint64_t>(0, 10000), "rnn"), 0);
    const std::vector<Architecture> around = space().neighbours(drawn);
    const Architecture& architecture = around[*rc::gen::inRange<size_t>(0, around.size())];
    const UnitGraph written = space().cells(architecture)[0];
    const States expected = step(written, kInputs), found = step(canonical_cell(written), kInputs);
    RC_ASSERT(found.size() == expected.size());
    for (const auto& [state, number] : expected) {
      RC_ASSERT(std::abs(found.at(state) - number) <= 1e-9 * (1 + std::abs(number)));
    }
  });
}

}  // namespace
}  // namespace zeroth::spaces
