// All of NAS-Bench-201: how many functions there are, and what each architecture costs.
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

const SearchSpace& space() { return find_space("nasbench201"); }

std::string canonical_text(const Architecture& architecture) {
  return canonical_form(space().cells(architecture)).text;
}
std::string canonical_text(const char* text) { return canonical_text(space().parse(text)); }

// The benchmark's own rule: a node is written as its sorted incoming terms, joined; zeros are '#', a skip stands for
// its source, any other operation for (source)@operation.
std::string published_text(const Architecture& architecture) {
  static const std::vector<std::string> names = {"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3",
                                                 "avg_pool_3x3"};
  std::vector<std::string> nodes = {"0"};
  int edge = 0;
  for (int node = 1; node < 4; ++node) {
    std::multiset<std::string> terms;
    for (int source = 0; source < node; ++source) {
      const std::string& name = names[architecture.choices[edge++]];
      if (name == "none" || nodes[source] == "#") {
        terms.insert("#");
      } else {
        terms.insert(name == "skip_connect" ? nodes[source] : "(" + nodes[source] + ")@" + name);
      }
    }
    std::string text;
    for (const std::string& term : terms) text += (text.empty() ? "" : "+") + term;
    nodes.push_back(text);
  }
  return nodes.back();
}

TEST_CASE("NAS-Bench-201 has 5,260 functions, and 6,466 classes under the published string rule") {
  std::set<std::string> functions, published;
  for (uint64_t index = 0; index < *space().size(); ++index) {
    const Architecture architecture = space().at(index);
    functions.insert(canonical_text(architecture));
    published.insert(published_text(architecture));
  }
  CHECK(functions.size() == 5260);
  CHECK(published.size() == 6466);
}

TEST_CASE("one convolution used twice is not two convolutions") {
  // The published rule writes both of these as a sum of two equal terms.
  const char* twice = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|skip_connect~2|";
  const char* twins = "|none~0|+|nor_conv_3x3~0|none~1|+|nor_conv_3x3~0|none~1|skip_connect~2|";
  CHECK(canonical_text(twice) == "1=nor_conv_3x3(0);out(1+1)");
  CHECK(canonical_text(twins) == "1=nor_conv_3x3(0);2=nor_conv_3x3(0);out(1+2)");
}

TEST_CASE("convolutions of zeros and results that nobody reads are no part of the function") {
  CHECK(canonical_text("|none~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_1x1~2|") == "out(0)");
  CHECK(canonical_text("|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|avg_pool_3x3~0|none~1|none~2|") ==
        "1=avg_pool_3x3(0);out(1)");
  CHECK(canonical_text("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|") == "out()");
}

TEST_CASE("pools of one sum are one pool, convolutions of one sum are not one") {
  CHECK(canonical_text("|skip_connect~0|+|none~0|none~1|+|avg_pool_3x3~0|avg_pool_3x3~1|none~2|") ==
        "1=avg_pool_3x3(0);out(1+1)");
  CHECK(canonical_text("|skip_connect~0|+|none~0|none~1|+|nor_conv_1x1~0|nor_conv_1x1~1|none~2|") ==
        "1=nor_conv_1x1(0);2=nor_conv_1x1(0);out(1+2)");
}

TEST_CASE("sums inside an operation are kept with their multiplicity") {
  CHECK(canonical_text("|skip_connect~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|skip_connect~1|avg_pool_3x3~2|") ==
        "1=nor_conv_1x1(0);2=avg_pool_3x3(0+1);out(0+2)");
  CHECK(canonical_text("|skip_connect~0|+|skip_connect~0|skip_connect~1|+|none~0|none~1|nor_conv_3x3~2|") ==
        "1=nor_conv_3x3(0+0);out(1)");
}

TEST_CASE("parameters, multiply-adds and the published string equal the benchmark's for all 15,625 architectures") {
  const std::string path = tests::benchmark_file("nb201.csv");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  const size_t arch = table.column("arch"), params = table.column("params_cifar10"),
               macs = table.column("flops_conv_macs_32x32"), unique = table.column("unique_str");
  std::vector<std::string> wrong;
  std::set<Architecture> seen;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const Architecture architecture = space().parse(table.rows[row].fields[arch]);
    const OpGraph net = space().lower(space().cells(architecture), space().full_shape());
    const bool right = static_cast<double>(net.parameter_count()) == table.number(row, params) &&
                       static_cast<double>(net.macs()) == table.number(row, macs) &&
                       published_text(architecture) == table.rows[row].fields[unique];
    if (!right) wrong.push_back(table.rows[row].fields[arch]);
    seen.insert(architecture);
  }
  CAPTURE(wrong);
  CHECK(wrong.empty());
  CHECK(seen.size() == 15625);
}

}  // namespace
}  // namespace zeroth::spaces
