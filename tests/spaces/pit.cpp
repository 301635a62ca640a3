// PiT: notation, network, and the ViT-Bench table.
#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

#include "core/csv.h"
#include "core/error.h"
#include "spaces/canonical.h"
#include "spaces/search_space.h"
#include "tests/benchmarks.h"
#include "tests/spaces/networks.h"

namespace zeroth::spaces {
namespace {

const SearchSpace& space() { return find_space("pit"); }

constexpr const char* kTiny = R"({"base_dim":32,"mlp_ratio":4,"depth":[2,6,4],"num_heads":[2,4,8]})";

OpGraph network(const std::string& text, const NetShape& shape) {
  return space().lower(space().cells(space().parse(text)), shape);
}

std::string message(const std::string& text) { return tests::message(space(), text); }

std::string with(const std::string& from, const std::string& to) {
  std::string text = kTiny;
  return text.replace(text.find(from), from.size(), to);
}

TEST_CASE("PiT choices are head width, ratio, depths and the heads of all stages") {
  CHECK(space().parse(kTiny).choices == std::vector<int>{2, 1, 1, 1, 1, 4});
  CHECK(space().print({{2, 1, 1, 1, 1, 4}}) == kTiny);
  CHECK(space().size() == 4320);
  CHECK(space().neighbours(space().parse(kTiny)).size() == 3 + 3 + 6 + 9);
}

TEST_CASE("mistakes in a PiT are named") {
  CHECK_THAT(message(with("32", "48")), Catch::Contains("base_dim: 48 should be one of 16, 24, 32, 40"));
  CHECK_THAT(message(with("[2,6,4]", "[2,6]")), Catch::Contains("depth: 2 numbers, should be 3"));
  CHECK_THAT(message(with("[2,6,4]", "[2,3,4]")), Catch::Contains("depth, number 2: 3 should be one of 4, 6, 8"));
  CHECK_THAT(message(with("[2,6,4]", "[2,5,4]")), Catch::Contains("depth, number 2: 5 should be one of"));
  CHECK_THAT(message(with("[2,4,8]", "[2,4]")), Catch::Contains("num_heads: 2 numbers, should be 3"));
  CHECK_THAT(message(with("[2,4,8]", "[4,2,8]")),
             Catch::Contains("num_heads: 4, 2, 8 must not fall from one stage to the next"));
  CHECK_THAT(message(with("[2,4,8]", "[2,4,6]")), Catch::Contains("num_heads, number 3: 6 should be one of 2, 4, 8"));
  CHECK_THAT(message(with("base_dim", "hidden_dim")), Catch::Contains("unknown key \"hidden_dim\""));
}

TEST_CASE("PiT-Ti has the parameters and multiply-adds of its layers") {
  NetShape shape = space().full_shape();
  shape.classes = 1000;
  const OpGraph net = network(kTiny, shape);
  const auto block = [](int64_t d) {
    return 2 * d + 3 * (d * d + d) + (d * d + d) + 2 * d + 4 * d * d + 4 * d + 4 * d * d + d;
  };
  const auto pool = [](int64_t d) { return 9 * 2 * d + 2 * d + 2 * d * d + 2 * d; };
  const int64_t embedding = 768 * 64 + 64 + 64 * 27 * 27 + 64;
  CHECK(net.parameter_count() == embedding + 2 * block(64) + pool(64) + 6 * block(128) + pool(128) + 4 * block(256) +
                                     2 * 256 + 1000 * 256 + 1000);
  CHECK(net.parameter_count() == 4847272);  // 4.85 million, as published for PiT-Ti
  const auto products = [](int64_t d, int64_t tokens) { return tokens * 12 * d * d + 2 * tokens * tokens * d; };
  const int64_t pools = 9 * 128 * 196 + 64 * 128 + 9 * 256 * 49 + 128 * 256;
  CHECK(net.macs() ==
        768 * 64 * 729 + 2 * products(64, 730) + 6 * products(128, 197) + 4 * products(256, 50) + pools + 1000 * 256);
  CHECK(net.taps().size() == 1 + 2 + 1 + 6 + 1 + 4);
}

TEST_CASE("between stages of PiT the map goes through a strided convolution and the class token past it") {
  const OpGraph net = network(kTiny, space().full_shape());
  std::vector<OpKind> kinds;
  std::vector<int64_t> sides;
  for (const OpNode& node : net.nodes()) {
    if (node.scope.rfind("pools.0", 0) != 0) continue;
    kinds.push_back(node.kind);
    sides.push_back(node.shape.height);
    if (node.kind == OpKind::kConv2d) {
      CHECK(node.groups == 64);
      CHECK(node.window == Window::square(3, 2, 1));
      CHECK(node.shape.channels == 128);
    }
  }
  CHECK(kinds == std::vector<OpKind>{OpKind::kMap, OpKind::kConv2d, OpKind::kAddParameter, OpKind::kToken,
                                     OpKind::kLinear, OpKind::kTokens, OpKind::kPrependToken});
  CHECK(sides == std::vector<int64_t>{27, 14, 14, 1, 1, 196, 197});
}

TEST_CASE("stages of PiT may have one width") {
  const OpGraph net = network(with("[2,4,8]", "[8,8,8]"), space().fast_shape());
  std::vector<std::vector<int64_t>> shapes;
  for (const ParamSpec& param : net.params()) {
    if (param.name.rfind("pools.", 0) == 0 && param.role == ParamRole::kConvWeight) shapes.push_back(param.shape);
  }
  CHECK(shapes == std::vector<std::vector<int64_t>>{{64, 1, 3, 3}, {64, 1, 3, 3}});
}

TEST_CASE("all 4,320 architectures of PiT are different functions") {
  std::set<std::string> forms;
  for (uint64_t index = 0; index < *space().size(); ++index) {
    std::string form;  // a chain of units with weights is its own canonical form
    const UnitGraph chain = space().cells(space().at(index)).front();
    for (size_t unit = 0; unit < boost::num_vertices(chain); ++unit) form += chain[unit].label + ' ';
    forms.insert(form);
  }
  CHECK(forms.size() == 4320);
  const CanonicalForm form = canonical_form(space().cells(space().parse(kTiny)));
  CHECK(form.text.rfind("1=encoder-s1-b32-h2-r4(0);2=encoder-s1-b32-h2-r4(1);3=encoder-s2-b32-h4-r4(2);", 0) == 0);
}

TEST_CASE("images that PiT cannot cut are usage errors") {
  NetShape shape = space().full_shape();
  shape.resolution = 36;
  CHECK_THROWS_WITH(network(kTiny, shape), Catch::Contains("it must be a multiple of 8"));
  shape.resolution = 8;
  CHECK_THROWS_WITH(network(kTiny, shape), "resolution 8: pit needs one patch of 16");
  shape.resolution = 16;
  CHECK(network(kTiny, shape).parameter_count() > 0);
}

TEST_CASE("every PiT of the ViT-Bench table is read and printed byte for byte") {
  const std::string path = tests::benchmark_file("vitbench_pit.csv");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  const size_t arch = table.column("arch");
  std::vector<std::string> wrong;
  for (const auto& row : table.rows) {
    if (space().print(space().parse(row.fields[arch])) != row.fields[arch]) wrong.push_back(row.fields[arch]);
  }
  CAPTURE(wrong);
  CHECK(wrong.empty());
  CHECK(table.rows.size() == 100);
}

}  // namespace
}  // namespace zeroth::spaces
