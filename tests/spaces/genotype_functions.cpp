// Which genotypes are the same function.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/csv.h"
#include "spaces/canonical.h"
#include "spaces/search_space.h"
#include "tests/benchmarks.h"

namespace zeroth::spaces {
namespace {

const SearchSpace& darts() { return find_space("darts"); }

// Two pairs a node, as "operation input"; nodes that are not given are two skips of input 1.
std::string cell(std::vector<std::string> pairs) {
  while (pairs.size() < 8) pairs.emplace_back("skip_connect 1");
  for (std::string& pair : pairs) {
    const size_t blank = pair.find(' ');
    pair = fmt::format("('{}', {})", pair.substr(0, blank), pair.substr(blank + 1));
  }
  return fmt::format("[{}]", fmt::join(pairs, ", "));
}

std::vector<UnitGraph> forms(const std::vector<std::string>& pairs) {
  const std::string text = fmt::format(
      "Genotype(normal={0}, normal_concat=range(2, 6), reduce={0}, "
      "reduce_concat=range(2, 6))",
      cell(pairs));
  return canonical_form(darts().cells(darts().parse(text))).cells;
}
std::string normal(const std::vector<std::string>& pairs) { return encoding(forms(pairs).at(0)); }
std::string reduce(const std::vector<std::string>& pairs) { return encoding(forms(pairs).at(1)); }

TEST_CASE("the order of a node's pairs is no part of the function") {
  CHECK(normal({"sep_conv_3x3 0", "max_pool_3x3 1"}) == normal({"max_pool_3x3 1", "sep_conv_3x3 0"}));
  CHECK(normal({"sep_conv_3x3 0", "max_pool_3x3 1"}) != normal({"sep_conv_3x3 1", "max_pool_3x3 0"}));
}

TEST_CASE("nodes in another order are the same cell, since all are joined") {
  CHECK(normal({"sep_conv_3x3 0", "sep_conv_5x5 0", "dil_conv_3x3 1", "dil_conv_5x5 1"}) ==
        normal({"dil_conv_3x3 1", "dil_conv_5x5 1", "sep_conv_3x3 0", "sep_conv_5x5 0"}));
}

TEST_CASE("skips vanish in a normal cell and are operations with weights in a reduction cell") {
  CHECK(normal({}) == "1=s1();2=part(1+1);3=part(1+1);4=part(1+1);5=part(1+1);out(2+3+4+5)");
  CHECK(normal({"skip_connect 0", "sep_conv_3x3 1", "skip_connect 2", "skip_connect 2"}) ==
        "1=s1();2=sep_conv_3x3(1);3=part(1+1);4=part(1+1);5=part(0+0+2+2);6=part(0+2);out(3+4+5+6)");
  const std::string reduction = reduce({"skip_connect 0", "max_pool_3x3 1", "skip_connect 2", "skip_connect 2"});
  CHECK(reduction.find("factorized_reduce:s2(0)") != std::string::npos);
  CHECK(reduction.find("max_pool_3x3:s2(1)") != std::string::npos);
  CHECK(reduction.find("skip_connect") == std::string::npos);
}

TEST_CASE("operations of a reduction cell on its own nodes keep the size") {
  const std::string form = reduce({"sep_conv_3x3 0", "none 0", "sep_conv_3x3 2", "dil_conv_5x5 1"});
  CHECK(form.find("sep_conv_3x3:s2(0)") != std::string::npos);
  CHECK(form.find("dil_conv_5x5:s2(1)") != std::string::npos);
  CHECK(form.find("sep_conv_3x3(") != std::string::npos);
}

TEST_CASE("equal pools of one sum are one pool, equal convolutions are two") {
  CHECK(normal({"max_pool_3x3 0", "max_pool_3x3 0"}) ==
        "1=s1();2=max_pool_3x3(0);3=part(1+1);4=part(1+1);5=part(1+1);6=part(2+2);out(3+4+5+6)");
  CHECK(normal({"sep_conv_3x3 0", "sep_conv_3x3 0"}) ==
        "1=s1();2=sep_conv_3x3(0);3=sep_conv_3x3(0);4=part(1+1);5=part(1+1);6=part(1+1);7=part(2+3);out(4+5+6+7)");
}

TEST_CASE("none is no term, and what reads nothing but none is nothing, but a part of the output stays") {
  const std::string form = normal({"none 0", "none 1", "sep_conv_5x5 2", "skip_connect 1"});
  CHECK(form == normal({"none 0", "none 1", "none 1", "skip_connect 1"}));
  CHECK(form.find("part();") != std::string::npos);
  CHECK(form.find("sep_conv") == std::string::npos);
  CHECK(normal({"none 0", "dil_conv_3x3 1"}) == normal({"dil_conv_3x3 1", "none 1"}));
}

TEST_CASE("a node that is no loose end is joined by nobody") {
  const SearchSpace& enas = find_space("nds-enas");
  const std::string chain =
      "[('sep_conv_3x3', 0), ('skip_connect', 1), ('sep_conv_3x3', 2), ('avg_pool_3x3', 2), "
      "('sep_conv_5x5', 3), ('sep_conv_5x5', 3), ('skip_connect', 4), ('sep_conv_3x3', 4), ('skip_connect', 5), "
      "('skip_connect', 0)]";
  const std::string text = fmt::format("Genotype(normal={0}, normal_concat=[6], reduce={0}, reduce_concat=[6])", chain);
  const std::string form = encoding(canonical_form(enas.cells(enas.parse(text))).cells.at(0));
  CHECK(form ==
        "1=s1();2=sep_conv_3x3(0);3=avg_pool_3x3(1+2);4=sep_conv_3x3(1+2);5=sep_conv_5x5(3+4);"
        "6=sep_conv_5x5(3+4);7=sep_conv_3x3(5+6);8=part(0+5+6+7);out(8)");
}

TEST_CASE("the 1,000 DARTS cells of SWAP are 999 functions, the 214 random ones 214") {
  const std::vector<std::pair<const char*, size_t>> tables = {{"darts_swap1000.csv", 999},
                                                              {"darts_random214.csv", 214}};
  for (const auto& [name, expected] : tables) {
    const std::string path = tests::benchmark_file(name);
    if (path.empty()) return;
    const core::CsvTable table = core::CsvTable::read(path);
    const size_t genotype = table.column("genotype");
    std::set<Architecture> architectures;
    std::set<std::string> functions;
    for (const auto& row : table.rows) {
      const Architecture architecture = darts().parse(row.fields[genotype]);
      architectures.insert(architecture);
      functions.insert(canonical_form(darts().cells(architecture)).text);
    }
    CHECK(architectures.size() == table.rows.size());
    CHECK(functions.size() == expected);
  }
}

}  // namespace
}  // namespace zeroth::spaces
