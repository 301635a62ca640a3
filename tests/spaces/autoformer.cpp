// AutoFormer: notation, network, and the ViT-Bench table.
#include <rapidcheck/catch.h>
#include <catch2/catch.hpp>

#include <algorithm>
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

const SearchSpace& space() { return find_space("autoformer"); }

OpGraph network(const Architecture& architecture, const NetShape& shape) {
  return space().lower(space().cells(architecture), shape);
}

std::string message(const std::string& text) { return tests::message(space(), text); }

// A network of equal blocks.
std::string uniform(int width, int depth, int heads, const std::string& ratio) {
  std::string ratio_list, head_list;
  for (int block = 0; block < depth; ++block) {
    const std::string comma = block == 0 ? "" : ",";
    ratio_list += comma + ratio;
    head_list += comma + std::to_string(heads);
  }
  return "{\"hidden_dim\":" + std::to_string(width) + ",\"mlp_ratio\":[" + ratio_list +
         "],\"depth\":" + std::to_string(depth) + ",\"num_heads\":[" + head_list + "]}";
}

int count(const OpGraph& net, OpKind kind) {
  const auto& nodes = net.nodes();
  return static_cast<int>(
      std::count_if(nodes.begin(), nodes.end(), [kind](const OpNode& node) { return node.kind == kind; }));
}

TEST_CASE("AutoFormer choices are the width and the blocks, absent ones zero") {
  const Architecture architecture = space().parse(uniform(216, 13, 4, "3.5"));
  CHECK(architecture.choices == std::vector<int>{1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0});
  CHECK(space().print(architecture) == uniform(216, 13, 4, "3.5"));
  CHECK(space().parse(uniform(240, 14, 3, "4.0")).choices ==
        std::vector<int>{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2});
}

TEST_CASE("AutoFormer keys are read in any order and with blanks") {
  const std::string text = uniform(192, 12, 3, "4");
  CHECK(space().print(space().parse(text)) == uniform(192, 12, 3, "4.0"));
  const std::string other = " { \"depth\" : 12," + text.substr(1, text.find(",\"depth\"") - 1) +
                            text.substr(text.find(",\"num_heads\"")) + "\n";
  CHECK(space().parse(other) == space().parse(text));
}

TEST_CASE("AutoFormer has 1,056,964,608 architectures, enumerated by depth") {
  CHECK(space().size() == 1056964608u);
  CHECK(space().print(space().at(0)) == uniform(192, 12, 3, "3.5"));
  CHECK(space().print(space().at(3u * 16777216 - 1)) == uniform(240, 12, 4, "4.0"));
  CHECK(space().print(space().at(3u * 16777216)) == uniform(192, 13, 3, "3.5"));
  CHECK(space().print(space().at(1056964607)) == uniform(240, 14, 4, "4.0"));
  CHECK_THROWS_AS(space().at(1056964608), core::Bug);
}

TEST_CASE("AutoFormer samples have every depth about equally often") {
  const core::Stream stream(3, "autoformer");
  std::vector<int> depths(15);
  for (uint32_t i = 0; i < 600; ++i) {
    const auto choices = space().sample(stream, i * space().draws()).choices;
    ++depths[std::count_if(choices.begin() + 1, choices.end(), [](int option) { return option > 0; })];
  }
  for (const int depth : {12, 13, 14}) CHECK(std::abs(depths[depth] - 200) < 45);
}

TEST_CASE("AutoFormer neighbours change the width, a block's heads or ratio, or the depth") {
  CHECK(space().neighbours(space().parse(uniform(192, 12, 3, "4.0"))).size() == 2 + 24 + 4);
  CHECK(space().neighbours(space().parse(uniform(192, 13, 3, "4.0"))).size() == 2 + 26 + 1 + 4);
  CHECK(space().neighbours(space().parse(uniform(192, 14, 3, "4.0"))).size() == 2 + 28 + 1);
}

TEST_CASE("a child of AutoFormers of different depth has no gap") {
  rc::prop("blocks of a child are in a row", [](uint32_t seed) {
    const core::Stream stream(seed, "crossover");
    const Architecture a = space().parse(uniform(192, 12, 3, "4.0")), b = space().parse(uniform(240, 14, 4, "3.5"));
    const Architecture child = space().crossover(a, b, stream, 0);
    RC_ASSERT(child.choices[13] != 0 || child.choices[14] == 0);
    for (size_t i = 0; i < child.choices.size(); ++i) {
      RC_ASSERT(child.choices[i] == a.choices[i] || child.choices[i] == b.choices[i]);
    }
  });
}

TEST_CASE("mistakes in an AutoFormer are named") {
  const std::string good = uniform(192, 12, 3, "4.0");
  const auto with = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  CHECK_THAT(message("no such thing"), Catch::Contains("it should be a JSON object, as {\"hidden_dim\":192"));
  CHECK_THAT(message("[1,2]"), Catch::Contains("it should be a JSON object"));
  CHECK_THAT(message(good + "}"), Catch::Contains("it should be a JSON object"));
  CHECK_THAT(message(with("192", "200")), Catch::Contains("hidden_dim: 200 should be one of 192, 216, 240"));
  CHECK_THAT(message(with("192", "[192]")), Catch::Contains("hidden_dim: should be one number, not a list"));
  CHECK_THAT(message(with("192", "\"192\"")), Catch::Contains("hidden_dim: a string is no number"));
  CHECK_THAT(message(with("192", "{\"a\":1}")), Catch::Contains("it should hold numbers and lists of numbers alone"));
  CHECK_THAT(message(with("[3,", "[2,")), Catch::Contains("num_heads, number 1: 2 should be one of 3, 4"));
  CHECK_THAT(message(with("[3,", "[")), Catch::Contains("num_heads: 11 numbers, depth is 12"));
  CHECK_THAT(message(with("[4.0,", "[4.0,4.0,")), Catch::Contains("mlp_ratio: 13 numbers, depth is 12"));
  CHECK_THAT(
      message(with("\"depth\"", "\"dept\"")),
      Catch::Contains("unknown key \"dept\"; did you mean \"depth\"? known: hidden_dim, mlp_ratio, depth, num_heads"));
  CHECK_THAT(message(with("\"depth\":12,", "")), Catch::Contains("key \"depth\" is missing"));
  CHECK_THAT(message(with("\"depth\":12,", "\"depth\":12,\"depth\":12,")),
             Catch::Contains("key \"depth\" occurs twice"));
  CHECK_THAT(message(std::string(100000, '[')), Catch::Contains("is no autoformer architecture"));
  CHECK_THAT(message("{\"depth\":" + std::string(100000, '[')), Catch::Contains("is no autoformer architecture"));
}

TEST_CASE("AutoFormer's network has the parameters and multiply-adds of its layers") {
  NetShape shape = space().full_shape();
  shape.classes = 1000;
  const int64_t d = 192, a = 4 * 64, f = 672, tokens = 197;
  const OpGraph net = network(space().parse(uniform(192, 12, 4, "3.5")), shape);
  const int64_t block = 2 * d + 3 * (d * a + a) + (a * d + d) + 2 * d + (d * f + f) + (f * d + d);
  CHECK(net.parameter_count() == 768 * d + d + d + tokens * d + 12 * block + 2 * d + 1000 * d + 1000);
  const int64_t products = 2 * tokens * tokens * a;
  CHECK(net.macs() == 768 * d * 196 + 12 * (tokens * (4 * d * a + 2 * d * f) + products) + 1000 * d);
  CHECK(net.taps().size() == 13);
  CHECK(count(net, OpKind::kAttentionScores) == 12);
  CHECK(count(net, OpKind::kLayerNorm) == 25);
  CHECK(net.params()[0].name == "patch_embed.projection.weight");
  CHECK(net.params()[2].name == "cls_token");
  CHECK(net.params()[3].shape == std::vector<int64_t>{197, 192});
  CHECK(net.params().back().name == "head.bias");
}

TEST_CASE("AutoFormer's layers have roles, and the class token is no part of the mean") {
  const OpGraph net = network(space().parse(uniform(240, 13, 3, "4.0")), space().fast_shape());
  const auto with = [&net](Role role) {
    const auto& nodes = net.nodes();
    return std::count_if(nodes.begin(), nodes.end(), [role](const OpNode& node) { return node.role == role; });
  };
  for (const Role role : {Role::kQuery, Role::kKey, Role::kValue, Role::kAttentionOutput}) CHECK(with(role) == 13);
  CHECK(with(Role::kFeedForward) == 26);
  CHECK(with(Role::kClassifier) == 1);
  const auto last = static_cast<int>(net.nodes().size());
  CHECK(net.nodes()[last - 2].kind == OpKind::kGlobalAvgPool);
  CHECK(net.nodes()[last - 3].kind == OpKind::kMap);
  CHECK(net.nodes()[last - 3].shape.height == 4);  // 16 patches of the 17 tokens
}

TEST_CASE("AutoFormer's fast shape keeps the ratios of widths") {
  const auto widths = [](int width, int heads, const char* ratio) {
    const OpGraph net = network(space().parse(uniform(width, 12, heads, ratio)), space().fast_shape());
    std::vector<int64_t> found;
    for (const ParamSpec& param : net.params()) {
      if (param.name == "blocks.0.attn.query.weight") found = {param.shape[1], param.shape[0]};
      if (param.name == "blocks.0.mlp.fc1.weight") found.push_back(param.shape[0]);
    }
    return found;
  };
  CHECK(widths(192, 3, "4.0") == std::vector<int64_t>{24, 24, 96});
  CHECK(widths(216, 4, "3.5") == std::vector<int64_t>{27, 32, 94});
  CHECK(widths(240, 3, "3.5") == std::vector<int64_t>{30, 24, 105});
}

TEST_CASE("AutoFormers are different functions exactly if they are written differently") {
  std::set<std::string> forms;
  const auto form = [](const Architecture& architecture) { return canonical_form(space().cells(architecture)).text; };
  const Architecture centre = space().parse(uniform(216, 13, 4, "3.5"));
  forms.insert(form(centre));
  const auto neighbours = space().neighbours(centre);
  for (const Architecture& neighbour : neighbours) forms.insert(form(neighbour));
  CHECK(forms.size() == neighbours.size() + 1);
  CHECK(form(space().at(0)).rfind("1=encoder-d192-h3-r3.5(0);2=encoder-d192-h3-r3.5(1);", 0) == 0);
}

TEST_CASE("an image that is no whole number of patches is a usage error") {
  NetShape shape = space().full_shape();
  shape.resolution = 40;
  CHECK_THROWS_WITH(network(space().at(0), shape),
                    "resolution 40: autoformer divides the image by 16, so it must be a multiple of 16");
}

TEST_CASE("every AutoFormer of the ViT-Bench table is read and printed byte for byte") {
  const std::string path = tests::benchmark_file("vitbench_autoformer.csv");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  const size_t arch = table.column("arch");
  std::vector<std::string> wrong;
  for (const auto& row : table.rows) {
    if (space().print(space().parse(row.fields[arch])) != row.fields[arch]) wrong.push_back(row.fields[arch]);
  }
  CAPTURE(wrong);
  CHECK(wrong.empty());
  CHECK(table.rows.size() == 200);
}

}  // namespace
}  // namespace zeroth::spaces
