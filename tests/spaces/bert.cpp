// FlexiBERT: notation, network, and the table of GLUE scores.
#include <rapidcheck/catch.h>
#include <catch2/catch.hpp>

#include <boost/algorithm/string.hpp>
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

using Kinds = std::vector<OpKind>;

const SearchSpace& space() { return find_space("bert"); }

OpGraph network(const std::string& text, const NetShape& shape) {
  return space().lower(space().cells(space().parse(text)), shape);
}

std::string message(const std::string& text) { return tests::message(space(), text); }

// Operators of the first layer of a network of two such layers.
Kinds first_layer(const std::string& layer, const NetShape& shape) {
  const OpGraph net = network("h128|" + layer + "|" + layer, shape);
  Kinds kinds;
  for (const OpNode& node : net.nodes()) {
    if (node.scope.rfind("encoder.layer.0.", 0) == 0) kinds.push_back(node.kind);
  }
  return kinds;
}

// Parameters of one layer: what a network of four has more than one of two, by two.
int64_t layer_params(const std::string& width, const std::string& layer) {
  const std::string two = width + "|" + layer + "|" + layer, four = two + "|" + layer + "|" + layer;
  const NetShape shape = space().full_shape();
  return (network(four, shape).parameter_count() - network(two, shape).parameter_count()) / 2;
}

TEST_CASE("FlexiBERT choices are the width, two layers and the pair that may follow") {
  const char* deep = "h256|SA-WMA-n4-f1024-s3|LT-DCT-n2-f512-s3|SA-SDP-n4-f512-s3|SA-SDP-n4-f1024-s1";
  CHECK(space().parse(deep).choices == std::vector<int>{1, 15, 25, 1 + 48 * 5 + 6});
  CHECK(space().print({{1, 15, 25, 1 + 48 * 5 + 6}}) == deep);
  CHECK(space().print({{0, 0, 47, 0}}) == "h128|SA-SDP-n2-f512-s1|DSC-9-n4-f1024-s3");
  CHECK(space().parse("\t h128|SA-SDP-n2-f512-s1|DSC-9-n4-f1024-s3\r\n").choices == std::vector<int>{0, 0, 47, 0});
}

TEST_CASE("FlexiBERT has 10,621,440 architectures, enumerated with the last pair fastest") {
  CHECK(space().size() == 10621440u);
  CHECK(space().at(0).choices == std::vector<int>{0, 0, 0, 0});
  CHECK(space().at(2305).choices == std::vector<int>{0, 0, 1, 0});
  CHECK(space().at(10621439).choices == std::vector<int>{1, 47, 47, 2304});
  CHECK_THROWS_AS(space().at(10621440), core::Bug);
}

TEST_CASE("FlexiBERT samples are as often deep as not") {
  const core::Stream stream(5, "bert");
  int deep = 0;
  for (uint32_t i = 0; i < 400; ++i) deep += space().sample(stream, i * space().draws()).choices[3] > 0;
  CHECK(std::abs(deep - 200) < 40);
}

TEST_CASE("FlexiBERT neighbours change one trait, or two equal layers come and go") {
  CHECK(space().neighbours({{0, 3, 4, 0}}).size() == 1 + 16 + 48);
  CHECK(space().neighbours({{0, 3, 4, 1 + 48 * 7 + 8}}).size() == 1 + 16 + 16);
  CHECK(space().neighbours({{0, 3, 4, 1 + 48 * 7 + 7}}).size() == 1 + 16 + 16 + 1);
}

TEST_CASE("what FlexiBERT prints it reads") {
  rc::prop("parse(print(a)) is a", [](uint64_t index) {
    const Architecture architecture = space().at(index % *space().size());
    RC_ASSERT(space().parse(space().print(architecture)) == architecture);
  });
}

TEST_CASE("mistakes in a FlexiBERT are named") {
  const std::string layer = "SA-SDP-n4-f512-s1";
  CHECK_THAT(message("h128|" + layer), Catch::Contains("2 part(s) between '|', should be 3 or 5, as in h256|SA-SDP"));
  CHECK_THAT(message("h128|" + layer + "|" + layer + "|" + layer), Catch::Contains("4 part(s)"));
  CHECK_THAT(message("h64|" + layer + "|" + layer), Catch::Contains("hidden width: \"h64\" should be h128 or h256"));
  CHECK_THAT(message("h128|SA-SPD-n4-f512-s1|" + layer),
             Catch::Contains("layer 1: unknown operation \"SA-SPD\"; did you mean \"SA-SDP\"? known: SA-SDP, SA-WMA, "
                             "LT-DFT, LT-DCT, DSC-5, DSC-9"));
  CHECK_THAT(message("h128|" + layer + "|SA-SDP-n3-f512-s1"),
             Catch::Contains("layer 2, heads: \"n3\" should be n2 or n4"));
  CHECK_THAT(message("h128|" + layer + "|SA-SDP-n4-f256-s1"),
             Catch::Contains("layer 2, feed-forward width: \"f256\" should be f512 or f1024"));
  CHECK_THAT(message("h128|" + layer + "|SA-SDP-n4-f512-s2"),
             Catch::Contains("layer 2, feed-forward stack: \"s2\" should be s1 or s3"));
  CHECK_THAT(message("h128|" + layer + "|SA-SDP-n4-f512"),
             Catch::Contains("layer 2: \"SA-SDP-n4-f512\" should be TYPE-PARAMETER-nHEADS-fWIDTH-sSTACK"));
  CHECK_THAT(message(""), Catch::Contains("1 part(s)"));
}

TEST_CASE("attention of FlexiBERT has a norm behind each shortcut, and a matrix without bias where it is weighted") {
  const NetShape shape = space().fast_shape();
  const Kinds weighted = {OpKind::kLinear,
                          OpKind::kLinear,
                          OpKind::kLinear,
                          OpKind::kLinear,
                          OpKind::kAttentionScores,
                          OpKind::kAttentionContext,
                          OpKind::kLinear,
                          OpKind::kAdd,
                          OpKind::kLayerNorm,
                          OpKind::kLinear,
                          OpKind::kGelu,
                          OpKind::kLinear,
                          OpKind::kAdd,
                          OpKind::kLayerNorm};
  const Kinds plain(weighted.begin() + 1, weighted.end());
  CHECK(first_layer("SA-SDP-n4-f512-s1", shape) == plain);
  CHECK(first_layer("SA-WMA-n4-f512-s1", shape) == weighted);
  CHECK(layer_params("h128", "SA-WMA-n4-f512-s1") - layer_params("h128", "SA-SDP-n4-f512-s1") == 128 * 128);
  const int64_t feed_forward = 128 * 512 + 512 + 512 * 128 + 128 + 2 * 128;
  CHECK(layer_params("h128", "SA-SDP-n4-f512-s1") == 4 * (128 * 128 + 128) + 2 * 128 + feed_forward);
}

TEST_CASE("a transform of FlexiBERT has neither shortcut nor norm of its own, and a stack has more layers") {
  CHECK(first_layer("LT-DFT-n2-f512-s3", space().fast_shape()) ==
        Kinds{OpKind::kLinear, OpKind::kFourierTransform, OpKind::kLinear, OpKind::kGelu, OpKind::kLinear,
              OpKind::kGelu, OpKind::kLinear, OpKind::kGelu, OpKind::kLinear, OpKind::kAdd, OpKind::kLayerNorm});
  CHECK(first_layer("LT-DCT-n2-f512-s1", space().fast_shape())[1] == OpKind::kCosineTransform);
  CHECK(layer_params("h256", "LT-DCT-n2-f1024-s3") - layer_params("h256", "LT-DCT-n2-f1024-s1") ==
        2 * (1024 * 1024 + 1024));
}

TEST_CASE("a convolution of FlexiBERT takes half of the heads") {
  const OpGraph net = network("h256|DSC-9-n4-f512-s1|DSC-5-n2-f512-s1", space().full_shape());
  std::vector<int> heads;
  for (const OpNode& node : net.nodes()) {
    if (node.kind == OpKind::kDynamicConvolution || node.kind == OpKind::kAttentionScores) heads.push_back(node.heads);
    if (node.kind == OpKind::kConcat) CHECK(node.shape.channels == 256);
  }
  CHECK(heads == std::vector<int>{2, 2, 1, 1});
  const int64_t half = 128, projections = 4 * (256 * half + half), separable = 256 * 9 + 256 * half + half;
  const int64_t kernels = half * 2 * 9 + 2 * 9, output = 256 * 256 + 256 + 2 * 256;
  CHECK(layer_params("h256", "DSC-9-n4-f512-s1") ==
        projections + separable + kernels + output + 256 * 512 + 512 + 512 * 256 + 256 + 2 * 256);
}

TEST_CASE("FlexiBERT's fast shape scales all widths alike") {
  const OpGraph net = network("h256|SA-SDP-n4-f1024-s1|DSC-5-n2-f512-s1", space().fast_shape());
  const auto shape_of = [&net](const std::string& name) {
    for (const ParamSpec& param : net.params()) {
      if (param.name == name) return param.shape;
    }
    return std::vector<int64_t>{};
  };
  CHECK(shape_of("embeddings.word_embeddings.weight") == std::vector<int64_t>{256, 16});
  CHECK(shape_of("embeddings.position_embeddings.weight") == std::vector<int64_t>{16, 16});
  CHECK(shape_of("embeddings_project.weight") == std::vector<int64_t>{32, 16});
  CHECK(shape_of("encoder.layer.0.intermediate.dense_in.weight") == std::vector<int64_t>{128, 32});
  CHECK(shape_of("encoder.layer.1.intermediate.dense_in.weight") == std::vector<int64_t>{64, 32});
  CHECK(net.taps().size() == 3);
  CHECK(net.nodes().back().role == Role::kClassifier);
}

TEST_CASE("a text that FlexiBERT cannot read is a usage error") {
  const auto lower_with = [](void (*change)(NetShape&)) {
    NetShape shape = space().fast_shape();
    change(shape);
    network(std::string(space().example()), shape);
  };
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.tokens = 0; }), "tokens 0: must be at least 1");
  CHECK_THROWS_WITH(lower_with([](NetShape& shape) { shape.vocabulary = -1; }), "vocabulary -1: must be at least 1");
  CHECK_THROWS_AS(lower_with([](NetShape& shape) { shape.dense = true; }), core::UsageError);
  CHECK_NOTHROW(lower_with([](NetShape& shape) { shape.channels = 1; }));
}

TEST_CASE("every FlexiBERT of the table is read, and its parameters are those that the authors counted") {
  const std::string path = tests::benchmark_file("flexibert_glue.csv");
  if (path.empty()) return;
  const core::CsvTable table = core::CsvTable::read(path);
  const size_t arch = table.column("arch"), params = table.column("params");
  const NetShape shape = space().full_shape();
  std::vector<std::string> wrong;
  std::set<std::string> functions;
  int as_written = 0;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const std::string text = table.rows[row].fields[arch];
    const Architecture architecture = space().parse(text);
    functions.insert(canonical_form(space().cells(architecture)).text);
    // The authors counted at these widths, with two token types of 128 numbers and without a classifier.
    const std::string counted =
        boost::replace_all_copy(boost::replace_all_copy(text, "h128", "h256"), "-f512", "-f1024");
    const auto of = [&shape](const std::string& what, int64_t width) {
      return static_cast<double>(network(what, shape).parameter_count() - 2 * width - 2 + 2 * 128);
    };
    const bool right = space().print(architecture) == text && of(counted, 256) == table.number(row, params);
    if (!right) wrong.push_back(text);
    as_written += of(text, text.rfind("h128", 0) == 0 ? 128 : 256) == table.number(row, params);
  }
  CAPTURE(wrong);
  CHECK(wrong.empty());
  CHECK(table.rows.size() == 500);
  CHECK(functions.size() == 491);  // nine architectures occur twice
  CHECK(as_written == 38);
}

}  // namespace
}  // namespace zeroth::spaces
