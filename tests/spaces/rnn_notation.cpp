#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "spaces/search_space.h"
#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

const SearchSpace& space() { return find_space("rnn"); }

constexpr const char* kRnn = "linear:x:h0/tanh:0/new:1";
constexpr const char* kGru = "linear:x:h0/sigm:0/linear:x:h0/sigm:2/prod:1:h0/linear:x:4/tanh:5/blend:3:h0:6/new:7";
// The authors' own example recipes.
constexpr const char* kRnnRecipe =
    R"({"f": {"op": "linear", "input": ["x", "h_prev_0"]}, "h_new_0": {"op": "activation_tanh", "input": ["f"]}})";
constexpr const char* kLstmRecipe =
    R"({"i": {"op": "linear", "input": ["x", "h_prev_0"]}, "i_act": {"op": "activation_tanh", "input": ["i"]},
        "j": {"op": "linear", "input": ["x", "h_prev_0"]}, "j_act": {"op": "activation_sigm", "input": ["j"]},
        "f": {"op": "linear", "input": ["x", "h_prev_0"]}, "f_act": {"op": "activation_sigm", "input": ["f"]},
        "o": {"op": "linear", "input": ["x", "h_prev_0"]}, "o_act": {"op": "activation_tanh", "input": ["o"]},
        "h_new_1_part1": {"op": "elementwise_prod", "input": ["f_act", "h_prev_1"]},
        "h_new_1_part2": {"op": "elementwise_prod", "input": ["i_act", "j_act"]},
        "h_new_1": {"op": "elementwise_sum", "input": ["h_new_1_part1", "h_new_1_part2"]},
        "h_new_1_act": {"op": "activation_tanh", "input": ["h_new_1"]},
        "h_new_0": {"op": "elementwise_prod", "input": ["h_new_1_act", "o_act"]}})";
constexpr const char* kGruRecipe =
    R"({"r": {"op": "linear", "input": ["x", "h_prev_0"]}, "r_act": {"op": "activation_sigm", "input": ["r"]},
        "z": {"op": "linear", "input": ["x", "h_prev_0"]}, "z_act": {"op": "activation_sigm", "input": ["z"]},
        "rh": {"op": "elementwise_prod", "input": ["r_act", "h_prev_0"]},
        "h_tilde": {"op": "linear", "input": ["x", "rh"]},
        "h_tilde_act": {"op": "activation_tanh", "input": ["h_tilde"]},
        "h_new_0": {"op": "blend", "input": ["z_act", "h_prev_0", "h_tilde_act"]}})";

std::string message(const std::string& text) { return tests::message(space(), text); }

Architecture drawn(uint64_t seed) { return space().sample(core::Stream(seed, "rnn notation"), 0); }

TEST_CASE("recurrent cells' choices are the states' nodes, then operation and operands of each node") {
  std::vector<int> choices(3 + 25 * 4, 0);
  choices[0] = 2;                                  // h_new_0 is node 1
  choices[3] = 2, choices[4] = 3, choices[5] = 0;  // linear of two: x, h0
  choices[3 + 4] = 7, choices[3 + 5] = 4;          // tanh of node 0
  CHECK(space().parse(kRnn).choices == choices);
  CHECK(space().print({choices}) == kRnn);
}

TEST_CASE("the authors' recipes are read, node by node") {
  CHECK(space().print(space().parse(kRnnRecipe)) == kRnn);
  CHECK(space().print(space().parse(kLstmRecipe)) == space().example());
  CHECK(space().print(space().parse(kGruRecipe)) == kGru);
  CHECK(recognise_space(kGruRecipe) == &space());
}

TEST_CASE("a recipe's nodes may come in any order") {
  const char* reversed =
      R"({"h_new_1": {"op": "activation_leaky_relu", "input": ["b"]}, "b": {"op": "linear", "input": ["h_new_0", "x"]},
          "h_new_0": {"op": "activation_sigm", "input": ["a"]}, "a": {"op": "linear", "input": ["h_prev_1", "x"]}})";
  CHECK(space().print(space().parse(reversed)) == "linear:h1:x/sigm:0/linear:1:x/leaky_relu:2/new:1:3");
}

TEST_CASE("white space around a recurrent cell is no part of it") {
  CHECK(space().parse(std::string(" \t") + kGru + "\r\n") == space().parse(kGru));
}

TEST_CASE("what a node of a cell cannot be is named with its place") {
  CHECK(message("linear:x:h0/tan:0/new:1") ==
        "\"linear:x:h0/tan:0/new:1\" is no rnn architecture: node 1: unknown operation \"tan\"; did you mean \"tanh\"? "
        "known: linear, blend, prod, sum, tanh, sigm, leaky_relu");
  CHECK_THAT(message("linear:x:h0/tanh/new:1"), Catch::Contains("node 1: tanh of 0 operand(s), should be 1"));
  CHECK_THAT(message("linear:x:h0:x:h0/new:0"), Catch::Contains("linear of 4 operand(s), should be 1 or 2 or 3"));
  CHECK_THAT(message("linear:x:h0/blend:0:0/new:1"), Catch::Contains("node 1: blend of 2 operand(s), should be 3"));
  CHECK_THAT(message("linear:x:y/new:0"),
             Catch::Contains("node 0: operand \"y\" should be x, h0 to h2 or the number of an earlier node"));
  for (const char* operand : {"h3", "h00", "00", "-1", "", "1000000000000", "h"}) {
    CHECK_THAT(message(std::string("linear:x:") + operand + "/new:0"), Catch::Contains("operand \""));
  }
  CHECK_THAT(message("tanh:0/new:0"), Catch::Contains("node 0: reads node 0, not an earlier"));
  CHECK_THAT(message("linear:x:h0/prod:0:x/new:1"), Catch::Contains("node 1: reads x, which linear nodes alone do"));
  CHECK_THAT(message("linear:x:h1/new:0"), Catch::Contains("node 0: reads h_prev_1, but there is no h_new_1"));
}

TEST_CASE("what the states of a cell cannot be is named") {
  CHECK_THAT(message("linear:x:h0/tanh:0"), Catch::Contains("\"tanh:0\" should be the cell's states"));
  CHECK_THAT(message(""), Catch::Contains("\"\" should be the cell's states"));
  CHECK_THAT(message("new:0"), Catch::Contains("0 node(s), should be 1 to 25"));
  CHECK_THAT(message("linear:x:h0/new"), Catch::Contains("0 state(s), should be 1 to 3"));
  CHECK_THAT(message("linear:x:h0/new:0:0:0:0"), Catch::Contains("4 state(s), should be 1 to 3"));
  CHECK_THAT(message("linear:x:h0/new:1"), Catch::Contains("state 0: \"1\" should be the number of a node, 0 to 0"));
  CHECK_THAT(message("linear:x:h0/new:0:0"), Catch::Contains("state 1: node 0 is a state already"));
}

TEST_CASE("a cell has at most 25 nodes") {
  std::string nodes = "linear:x:h0/";
  for (int i = 1; i < 25; ++i) nodes += "tanh:" + std::to_string(i - 1) + "/";
  CHECK(space().print(space().parse(nodes + "new:24")) == nodes + "new:24");
  CHECK_THAT(message(nodes + "tanh:24/new:25"), Catch::Contains("26 node(s)"));
}

TEST_CASE("what a recipe cannot be is named in one line") {
  CHECK_THAT(message("{"), Catch::Contains("parse error"));
  CHECK_THAT(message("{}"), Catch::Contains("0 node(s)"));
  CHECK_THAT(message("{\"a\":\n 1}"),
             Catch::Contains("node \"a\": should be {\"op\": OPERATION") && !Catch::Contains("\n"));
  CHECK_THAT(message(R"({"a": {"op": "linear"}})"), Catch::Contains("node \"a\": should be"));
  CHECK_THAT(message(R"({"a": {"op": "linear", "input": "x"}})"), Catch::Contains("node \"a\": should be"));
  CHECK_THAT(message(R"({"a": {"op": "linear", "input": [1]}})"), Catch::Contains("node \"a\": should be"));
  CHECK_THAT(message(R"({"a": {"op": "linear", "inputs": ["x"]}})"),
             Catch::Contains("unknown field \"inputs\"; did you mean \"input\"?"));
  CHECK_THAT(message(R"({"a": {"op": "activation_tan", "input": ["x"]}})"),
             Catch::Contains("did you mean \"activation_tanh\"?"));
  CHECK_THAT(message(R"({"h_new_0": {"op": "linear", "input": ["x", "hprev_0"]}})"),
             Catch::Contains("node \"h_new_0\": unknown input \"hprev_0\"; did you mean \"h_prev_0\"?"));
  CHECK_THAT(message(R"({"h_new_1": {"op": "linear", "input": ["x"]}})"), Catch::Contains("there is no h_new_0"));
  CHECK_THAT(message(R"({"h_new_3": {"op": "linear", "input": ["x"]}})"), Catch::Contains("4 state(s)"));
  CHECK_THAT(message(R"({"x": {"op": "linear", "input": ["x"]}})"), Catch::Contains("has the name of an input"));
  CHECK_THAT(message(R"({"h_new_0": {"op": "linear", "input": ["x"]}, "h_new_0": {"op": "linear", "input": ["x"]}})"),
             Catch::Contains("\"h_new_0\" is there twice"));
  CHECK_THAT(message(R"({"h_new_0": {"op": "elementwise_sum", "input": ["a", "h_prev_0"]},
                         "a": {"op": "activation_sigm", "input": ["h_new_0"]}})"),
             Catch::Contains("the inputs of h_new_0, a run in a circle"));
  CHECK_THAT(message(R"({"h_new_0": {"op": "activation_sigm", "input": ["h_prev_1"]}})"),
             Catch::Contains("node \"h_new_0\": reads h_prev_1, but there is no h_new_1"));
  CHECK_THAT(message("{\"\xff\": 1}"), Catch::Contains("parse error"));
}

TEST_CASE("any text is a recurrent cell or an error") {
  rc::prop("no other exception, whatever is cut out of a cell", [] {
    std::string text = *rc::gen::element<std::string>(kRnn, kGru, kRnnRecipe, kLstmRecipe);
    const size_t from = *rc::gen::inRange<size_t>(0, text.size()), length = *rc::gen::inRange<size_t>(0, 12);
    text.replace(from, length, *rc::gen::container<std::string>(rc::gen::elementOf(std::string("x0:/hn2{}[]\"1, "))));
    try {
      const Architecture read = space().parse(text);
      RC_ASSERT(space().parse(space().print(read)) == read);
    } catch (const core::Error& error) {
      RC_ASSERT(std::string(error.what()).find('\n') == std::string::npos);
    }
  });
}

TEST_CASE("neighbours of a recurrent cell change an operation, an operand or a state, or add what does nothing") {
  std::set<std::string> found;
  for (const Architecture& neighbour : space().neighbours(space().parse(kRnn))) found.insert(space().print(neighbour));
  const std::set<std::string> expected = {"linear:x:h0/tanh:0/new:0",
                                          "linear:x:h0/tanh:0/new:1:0",  // states
                                          "linear:x/tanh:0/new:1",
                                          "linear:x:h0:h0/tanh:0/new:1",  // operations
                                          "linear:x:h0/linear:0/new:1",
                                          "linear:x:h0/linear:0:h0/new:1",
                                          "linear:x:h0/linear:0:h0:h0/new:1",
                                          "linear:x:h0/blend:0:h0:h0/new:1",
                                          "linear:x:h0/prod:0:h0/new:1",
                                          "linear:x:h0/sum:0:h0/new:1",
                                          "linear:x:h0/sigm:0/new:1",
                                          "linear:x:h0/leaky_relu:0/new:1",
                                          "linear:h0:h0/tanh:0/new:1",
                                          "linear:x:x/tanh:0/new:1",
                                          "linear:x:h0/tanh:h0/new:1",  // operands
                                          "linear:x:h0/tanh:0/linear:h0/new:1",
                                          "linear:x:h0/tanh:0/linear:h0:h0/new:1",  // one more node
                                          "linear:x:h0/tanh:0/linear:h0:h0:h0/new:1",
                                          "linear:x:h0/tanh:0/blend:h0:h0:h0/new:1",
                                          "linear:x:h0/tanh:0/prod:h0:h0/new:1",
                                          "linear:x:h0/tanh:0/sum:h0:h0/new:1",
                                          "linear:x:h0/tanh:0/tanh:h0/new:1",
                                          "linear:x:h0/tanh:0/sigm:h0/new:1",
                                          "linear:x:h0/tanh:0/leaky_relu:h0/new:1"};
  CHECK(found == expected);
}

TEST_CASE("neighbours and children of recurrent cells are recurrent cells") {
  rc::prop("they are read as they are printed", [] {
    const Architecture a = drawn(*rc::gen::inRange<uint64_t>(0, 1000)), b = drawn(*rc::gen::inRange<uint64_t>(0, 1000));
    const Architecture child = space().crossover(a, b, core::Stream(*rc::gen::inRange<uint64_t>(0, 1000), "child"), 0);
    RC_ASSERT(space().parse(space().print(child)) == child);
    const std::vector<Architecture> around = space().neighbours(child);
    const Architecture& neighbour = around[*rc::gen::inRange<size_t>(0, around.size())];
    RC_ASSERT(space().parse(space().print(neighbour)) == neighbour);
  });
}

TEST_CASE("cells are drawn as the authors draw them: all inputs used, no state made of an earlier one directly") {
  std::set<size_t> states;
  size_t longest = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const std::string text = space().print(drawn(seed));
    const size_t count = static_cast<size_t>(drawn(seed).choices[1] > 0) + (drawn(seed).choices[2] > 0) + 1;
    states.insert(count);
    CHECK(text.find(":x") != std::string::npos);
    for (size_t k = 0; k < 3; ++k) {
      CHECK((text.find(":h" + std::to_string(k)) != std::string::npos) == (k < count));
      const int node = drawn(seed).choices[k] - 1;
      if (node < 0) continue;
      const std::vector<int> choices = drawn(seed).choices;
      const size_t place = 3 + 4 * static_cast<size_t>(node);
      const int operation = choices[place];
      const int operands = operation >= 7 || operation == 1 ? 1 : operation == 3 || operation == 4 ? 3 : 2;
      for (int i = 1; i <= operands; ++i) CHECK(choices[place + static_cast<size_t>(i)] >= 3);
    }
    size_t nodes = 0;
    while (nodes < 25 && drawn(seed).choices[3 + 4 * nodes] > 0) ++nodes;
    longest = std::max(longest, nodes);
  }
  CHECK(states == std::set<size_t>{1, 2, 3});
  CHECK(longest >= 15);
}

}  // namespace
}  // namespace zeroth::spaces
