// How a NAS-Bench-101 cell is written, and what its neighbours, samples and children are.
#include <fmt/format.h>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "spaces/nasbench101_cell.h"
#include "spaces/search_space.h"
#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

using Texts = std::vector<std::string>;

const SearchSpace& space() { return find_space("nasbench101"); }

std::string message(const std::string& text) { return tests::message(space(), text); }

// As it is printed after it is read.
std::string reprinted(const std::string& text) { return space().print(space().parse(text)); }

std::string json(const std::string& matrix, const std::string& operations) {
  return fmt::format(R"({{"module_adjacency": {}, "module_operations": {}}})", matrix, operations);
}

Texts neighbours(const std::string& text) {
  Texts texts;
  for (const Architecture& neighbour : space().neighbours(space().parse(text)))
    texts.push_back(space().print(neighbour));
  std::sort(texts.begin(), texts.end());
  return texts;
}

TEST_CASE("NAS-Bench-101 choices are a matrix of seven vertices, row by row, and five operations") {
  CHECK(space().parse("111010000010001100011:10002").choices ==
        std::vector<int>{1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 2});
  CHECK(space().table_columns() == Texts{"matrix_upper", "ops"});
}

TEST_CASE("a small NAS-Bench-101 cell takes the first places, and the output reads the places left over") {
  CHECK(space().parse("110111:12").choices ==
        std::vector<int>{1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 2, 0, 0, 0});
  CHECK(space().parse("1:").choices ==
        std::vector<int>{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0});
}

TEST_CASE("the JSON of the benchmark's API is read, under its names and those of ModelSpec") {
  const std::string matrix =
      "[[0,1,1,1,0,1,0],[0,0,0,0,0,0,1],[0,0,0,0,0,0,1],[0,0,0,0,1,0,0],[0,0,0,0,0,0,1],[0,0,0,0,0,0,1],[0,0,0,0,0,0,0]"
      "]";
  const std::string operations = R"(["input", "conv1x1-bn-relu", "conv3x3-bn-relu", "conv3x3-bn-relu",
      "conv3x3-bn-relu", "maxpool3x3", "output"])";
  CHECK(reprinted(json(matrix, operations)) == space().example());
  CHECK(reprinted(fmt::format(R"({{"matrix": {}, "ops": {}, "epochs": 108}})", matrix, operations)) ==
        space().example());
  CHECK(reprinted("\n " + json("[[0,1],[0,0]]", R"(["input","output"])") + "\n") == "1:");
}

TEST_CASE("white space around a NAS-Bench-101 cell is no part of it") { CHECK(reprinted(" 101:2\t\r\n") == "101:2"); }

TEST_CASE("vertices on no path from input to output are dropped, and edges counted after that") {
  CHECK(reprinted("100010:12") == "101:1");
  CHECK(reprinted("001010:12") == "1:");
  CHECK(reprinted("0110100010:120") == "101:2");
  // Ten edges, one of them to a vertex that nobody reads.
  CHECK(reprinted("111110101101010:0121") == "1111011111:012");
}

TEST_CASE("a NAS-Bench-101 cell that is cut off is refused") {
  CHECK(message("0:") == "\"0:\" is no nasbench101 architecture: no path leads from the input to the output");
  CHECK_THAT(message("100:1"), Catch::Contains("no path leads from the input to the output"));
  CHECK_THAT(message(json("[[0,0],[0,0]]", R"(["input","output"])")), Catch::Contains("no path leads"));
}

TEST_CASE("more than nine edges or seven vertices are refused") {
  CHECK(message("1111111111:000") ==
        "\"1111111111:000\" is no nasbench101 architecture: 10 edges between vertices that are alive, at most 9 are "
        "allowed");
  CHECK_THAT(message("1000000100000100001000100101:000000"),
             Catch::Contains("28 matrix digit(s), should be 1, 3, 6, 10, 15 or 21, for 2 to 7 vertices"));
  CHECK_THAT(message(R"({"matrix": [0,0,0,0,0,0,0,0], "ops": []})"),
             Catch::Contains("matrix has 8 row(s), should have 2 to 7"));
}

TEST_CASE("wrong digits are named with their place") {
  CHECK_THAT(message("no such thing"),
             Catch::Contains("should be MATRIX:OPERATIONS, as in 111010000010001100011:10002"));
  CHECK_THAT(message(""), Catch::Contains("should be MATRIX:OPERATIONS"));
  CHECK_THAT(message(":"), Catch::Contains("0 matrix digit(s)"));
  CHECK_THAT(message("1101:1"), Catch::Contains("4 matrix digit(s)"));
  CHECK_THAT(message("1x1:1"), Catch::Contains("matrix digit 2 is 'x', should be 0 or 1"));
  CHECK_THAT(message("111:"), Catch::Contains("0 operation(s), should be 1, one for each vertex between input and "
                                              "output of 3"));
  CHECK_THAT(message("111:1:"), Catch::Contains("2 operation(s), should be 1"));
  CHECK_THAT(
      message("110111:13"),
      Catch::Contains("operation 2 is '3', should be 0 (conv3x3-bn-relu), 1 (conv1x1-bn-relu) or 2 (maxpool3x3)"));
  CHECK_THAT(message("110111:/1"), Catch::Contains("operation 1 is '/'"));
  CHECK(message("111:\n1").find('\n') == std::string::npos);
}

TEST_CASE("faults of the JSON are named with their place, in one line") {
  const std::string ends = R"(["input", "output"])";
  CHECK(message("{\n}") == "\"{ }\" is no nasbench101 architecture: \"module_adjacency\" is missing");
  CHECK_THAT(message("{\"matrix\": "), Catch::Contains("no JSON: stopped at byte 11"));
  CHECK_THAT(message("{\"matrix\": \"\xff\"}"), Catch::Contains("no JSON: stopped at byte"));
  CHECK_THAT(message(R"({"matrix": 3})"), Catch::Contains("matrix should be a list"));
  CHECK_THAT(message(R"({"matrix": [[0,1],[0,0]]})"), Catch::Contains("\"module_operations\" is missing"));
  CHECK_THAT(message(json("[]", ends)), Catch::Contains("module_adjacency has 0 row(s), should have 2 to 7"));
  CHECK_THAT(message(json("[[0,1],[0]]", ends)),
             Catch::Contains("module_adjacency[1] should be a list of 2 entries, as there are rows"));
  CHECK_THAT(message(json("[[0,1],0]", ends)), Catch::Contains("module_adjacency[1] should be a list"));
  CHECK_THAT(message(json("[[0,1],[1,0]]", ends)),
             Catch::Contains("module_adjacency[1][0] is 1: an edge leads from a lower to a higher vertex"));
  CHECK_THAT(message(json("[[1,1],[0,0]]", ends)), Catch::Contains("module_adjacency[0][0] is 1: an edge"));
  for (const char* entry : {"2", "-1", "0.5", "true", "null", "\"1\"", "[1]", "18446744073709551617"}) {
    CHECK_THAT(message(json(fmt::format("[[0,{}],[0,0]]", entry), ends)),
               Catch::Contains("module_adjacency[0][1] is ") && Catch::Contains(", should be 0 or 1"));
  }
}

TEST_CASE("faults of the JSON's operations are named with their place") {
  const auto with = [](const char* operations) { return message(json("[[0,1,1],[0,0,1],[0,0,0]]", operations)); };
  CHECK_THAT(with(R"(["input","output"])"),
             Catch::Contains("module_operations has 2 name(s), should have 3, one for each row"));
  CHECK_THAT(with(R"(["input","maxpool","output"])"),
             Catch::Contains("module_operations[1]: unknown operation \"maxpool\"; did you mean \"maxpool3x3\"? known: "
                             "conv3x3-bn-relu, conv1x1-bn-relu, maxpool3x3"));
  CHECK_THAT(with(R"(["input",2,"output"])"), Catch::Contains("module_operations[1] is 2, should be a name"));
  CHECK_THAT(with(R"(["in","maxpool3x3","output"])"),
             Catch::Contains("module_operations[0] is \"in\", should be \"input\""));
  CHECK_THAT(with(R"(["input","maxpool3x3","input"])"),
             Catch::Contains("module_operations[2] is \"input\", should be \"output\""));
}

TEST_CASE("any NAS-Bench-101 choices that prune to a cell are read back as that cell") {
  rc::prop("reading is the inverse of printing", [] {
    const auto vertices = *rc::gen::inRange(2, nasbench101::kMaxVertices + 1);
    std::string text;
    for (int i = 0; i < vertices * (vertices - 1) / 2; ++i) text += *rc::gen::element('0', '0', '1');
    text += ':';
    for (int i = 2; i < vertices; ++i) text += *rc::gen::element('0', '1', '2');
    try {
      const Architecture architecture = space().parse(text);
      RC_ASSERT(space().parse(space().print(architecture)) == architecture);
      RC_ASSERT(nasbench101::read_cell(text).edges() <= nasbench101::kMaxEdges);
    } catch (const core::Error& error) {
      const std::string why = error.what();
      RC_ASSERT(why.find("no path leads") != std::string::npos || why.find("edges between") != std::string::npos);
    }
  });
}

TEST_CASE("NAS-Bench-101 has 1,293,208 architectures, small ones first and with the last operation fastest") {
  REQUIRE(space().size() == 1293208U);
  std::map<int, uint64_t> graphs;
  uint64_t architectures = 0;
  for (const nasbench101::Cell& graph : nasbench101::all_graphs()) {
    ++graphs[graph.vertices];
    uint64_t labellings = 1;
    for (int i = 2; i < graph.vertices; ++i) labellings *= 3;
    architectures += labellings;
  }
  CHECK(graphs == std::map<int, uint64_t>{{2, 1}, {3, 2}, {4, 10}, {5, 121}, {6, 1545}, {7, 4793}});
  CHECK(architectures == 1293208);

  Texts first;
  for (uint64_t index = 0; index < 9; ++index) first.push_back(space().print(space().at(index)));
  CHECK(first == Texts{"1:", "101:0", "101:1", "101:2", "111:0", "111:1", "111:2", "100101:00", "100101:01"});
  CHECK(space().print(space().at(1293207)) == "111100100001000100101:22222");
  CHECK_THROWS_AS(space().at(1293208), core::Bug);
}

TEST_CASE("neighbours have another operation, or an edge more or less") {
  CHECK(neighbours("1:") == Texts{"111:0"});
  CHECK(neighbours("111:1") == Texts{"101111:10", "101:1", "111011:10", "111:0", "111:2"});
}

TEST_CASE("a last conv3x3 with one operand comes and goes in one step") {
  const auto has = [](const char* from, const std::string& to) {
    const Texts all = neighbours(from);
    return std::find(all.begin(), all.end(), to) != all.end();
  };
  CHECK(has("111:1", "111011:10"));
  CHECK(has("111011:10", "111:1"));
  CHECK_FALSE(has("111011:12", "111:1"));
  CHECK_FALSE(has("101:0", "1:"));  // without its one way the cell is cut off
}

TEST_CASE("samples of NAS-Bench-101 are uniform over architectures") {
  const core::Stream stream(1, "samples");
  std::map<int, int> by_vertices;
  for (uint32_t i = 0; i < 2000; ++i) {
    ++by_vertices[nasbench101::read_cell(space().print(space().sample(stream, i * space().draws()))).vertices];
  }
  // 90.06 % have seven vertices and 9.68 % six: three deviations of 2,000 samples are 2 %.
  CHECK(std::abs(by_vertices[7] / 2000.0 - 0.9006) < 0.02);
  CHECK(std::abs(by_vertices[6] / 2000.0 - 0.0968) < 0.02);
}

TEST_CASE("a child of two equal parents is that parent, and of others it is pruned") {
  const core::Stream stream(1, "children");
  const Architecture a = space().parse("1:"), b = space().parse("101:2");
  CHECK(space().crossover(b, b, stream, 0) == b);
  std::set<std::string> children;
  for (uint32_t i = 0; i < 200; ++i) {
    children.insert(space().print(space().crossover(a, b, stream, i * space().draws())));
  }
  CHECK(children == std::set<std::string>{"1:", "101:0", "101:2", "111:0", "111:2"});
}

}  // namespace
}  // namespace zeroth::spaces
