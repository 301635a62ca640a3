// Which NAS-Bench-101 cells are one function, and what each costs: against the benchmark's own table and hash.
#include <fmt/format.h>
#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/csv.h"
#include "spaces/canonical.h"
#include "spaces/nasbench101_cell.h"
#include "spaces/nasbench101_hash.h"
#include "spaces/search_space.h"
#include "tests/benchmarks.h"

namespace zeroth::spaces {
namespace {

using nasbench101::Cell;

const SearchSpace& space() { return find_space("nasbench101"); }

UnitGraph graph_of(const std::string& text) { return space().cells(space().parse(text)).front(); }
std::string canonical_text(const std::string& text) { return canonical_form({graph_of(text)}).text; }
std::string hash(const std::string& text) { return nasbench101_hash(graph_of(text)); }

// The cell with vertices `first` and first + 1, between which there is no edge, in each other's place.
Cell swapped(const Cell& cell, int first) {
  const auto moved = [first](int vertex) { return vertex == first ? first + 1 : vertex == first + 1 ? first : vertex; };
  Cell result;
  result.vertices = cell.vertices;
  for (int from = 0; from < cell.vertices; ++from) {
    result.operation[moved(from)] = cell.operation[from];
    for (int to = from + 1; to < cell.vertices; ++to) {
      if (cell.edge[from][to]) result.edge[moved(from)][moved(to)] = true;
    }
  }
  return result;
}

// The cell with its vertices numbered anew, edges still from lower to higher numbers.
Cell renumbered(Cell cell) {
  const auto swaps = *rc::gen::container<std::vector<int>>(20, rc::gen::inRange(1, nasbench101::kMaxVertices - 2));
  for (const int first : swaps) {
    if (first + 2 < cell.vertices && !cell.edge[first][first + 1]) cell = swapped(cell, first);
  }
  return cell;
}

TEST_CASE("the canonical form of a NAS-Bench-101 cell keeps its projections with the vertices") {
  CHECK(canonical_text("1:") == "out(0)");
  CHECK(canonical_text("101:2") == "1=maxpool3x3(0);out(1)");
  CHECK(canonical_text("111:0") == "1=conv3x3-bn-relu(0);out(0+1)");
  CHECK(canonical_text("111010000010001100011:10002") ==
        "1=maxpool3x3(0);2=conv1x1-bn-relu(0);3=conv3x3-bn-relu(0);4=conv3x3-bn-relu(0);5=conv3x3-bn-relu(3);"
        "out(1+2+4+5)");
}

TEST_CASE("poolings that read the same are two, for each has its own width and projection") {
  CHECK(canonical_text("110011:22") == "1=maxpool3x3(0);2=maxpool3x3(0);out(1+2)");
  CHECK(canonical_text("1000110011:022") == "1=conv3x3-bn-relu(0);2=maxpool3x3(1);3=maxpool3x3(1);out(2+3)");
}

TEST_CASE("isomorphic NAS-Bench-101 cells are one function and have one hash") {
  rc::prop("numbering does not matter", [] {
    const Architecture a = space().at(*rc::gen::inRange<uint64_t>(0, *space().size()));
    const Cell cell = nasbench101::read_cell(space().print(a));
    const std::string text = nasbench101::write_cell(cell), other = nasbench101::write_cell(renumbered(cell));
    RC_CLASSIFY(text != other);
    RC_ASSERT(canonical_text(text) == canonical_text(other));
    RC_ASSERT(hash(text) == hash(other));
    RC_ASSERT(hash(text) == nasbench101_hash(canonical_cell(graph_of(text))));
  });
}

TEST_CASE("renumbering does find other texts of the same cell") {
  const Cell cell = nasbench101::read_cell("110011:02");
  CHECK(nasbench101::write_cell(swapped(cell, 1)) == "110011:20");
  CHECK(canonical_text("110011:02") == canonical_text("110011:20"));
  CHECK(canonical_text("110011:02") != canonical_text("110011:01"));
}

TEST_CASE("isomorphic cells have one canonical network, and at the fast shape as many parameters") {
  // Of three vertices that the output reads, the first two are one channel wider than the last.
  const Architecture a = space().parse("1110001011:001"), b = space().parse("1110001011:100");
  const auto params = [](const std::vector<UnitGraph>& cells, const NetShape& shape) {
    return space().lower(cells, shape).parameter_count();
  };
  const auto written = [&](const Architecture& of, const NetShape& shape) { return params(space().cells(of), shape); };
  const auto canonical = [&](const Architecture& of, const NetShape& shape) {
    return params(canonical_form(space().cells(of)).cells, shape);
  };
  CHECK(written(a, space().full_shape()) != written(b, space().full_shape()));
  CHECK(canonical(a, space().full_shape()) == canonical(b, space().full_shape()));
  CHECK(written(a, space().fast_shape()) == written(b, space().fast_shape()));
  CHECK(written(a, space().fast_shape()) == canonical(a, space().fast_shape()));
}

TEST_CASE("the graph hash is the benchmark's") {
  CHECK(hash("1:") == "043721b9c7fe8c5fad811d47d83132ec");
  CHECK(hash("101:2") == "53cee42601ad14d661bb6878031d6acb");
  CHECK(hash("111:1") == "09fc2d10bdd6225e167a6f81a22a3f06");
  CHECK(hash("110011000101000100101:10200") == "02e5a0247bbdcf2860b7e96f74961594");  // the most accurate cell
}

TEST_CASE("the canonical form and the benchmark's hash tell the same cells apart, up to five vertices") {
  std::set<std::string> texts, hashes;
  std::set<std::pair<std::string, std::string>> pairs;
  for (uint64_t index = 0; index < 1 + 6 + 90 + 3267; ++index) {
    const UnitGraph cell = space().cells(space().at(index)).front();
    const auto [pair, is_new] = pairs.emplace(canonical_form({cell}).text, nasbench101_hash(cell));
    texts.insert(pair->first);
    hashes.insert(pair->second);
  }
  CHECK(texts.size() == 1 + 6 + 84 + 2441);  // as many as the benchmark has
  CHECK(hashes.size() == texts.size());
  CHECK(pairs.size() == texts.size());
}

TEST_CASE("every 85th row of NAS-Bench-101 has the benchmark's parameters and hash, and a canonical form of its own") {
  const std::string path = tests::benchmark_file("nb101.csv.gz");
  if (path.empty()) return;
  std::vector<std::string> wrong;
  std::set<std::string> texts;
  size_t rows = 0;
  core::CsvFile::read(
      path,
      [](const std::vector<std::string>& columns) {
        REQUIRE(columns == std::vector<std::string>{"index", "hash", "vertices", "matrix_upper", "ops", "params",
                                                    "cifar10_test_acc"});
      },
      [&](const core::CsvRow& row) {
        if (rows++ % 85 != 0) return;
        const std::string text = row.fields[3] + ":" + row.fields[4];
        const Architecture architecture = space().parse(text);
        const std::vector<UnitGraph> cells = space().cells(architecture);
        const int64_t params = space().lower(cells, space().full_shape()).parameter_count();
        const bool right = space().print(architecture) == text && std::to_string(params) == row.fields[5] &&
                           nasbench101_hash(cells.front()) == row.fields[1];
        if (!right) wrong.push_back(text);
        texts.insert(canonical_form(cells).text);
      });
  CAPTURE(wrong);
  CHECK(wrong.empty());
  CHECK(rows == 423624);
  CHECK(texts.size() == 4984);
}

}  // namespace
}  // namespace zeroth::spaces
