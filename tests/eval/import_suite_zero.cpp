// NAS-Bench-Suite-Zero's JSON, in both shapes that it was published in, and hostile JSON.
#include <catch2/catch.hpp>

#include "eval/import/naslib_key.h"
#include "tests/eval/import_helpers.h"

using Catch::Matchers::Contains;
using namespace zeroth::tests;
using zeroth::eval::architecture_of_naslib;

namespace {

const std::string kToday = R"json({"cifar10": {
  "(4, 0, 3, 1, 4, 3)": {"idx": "534", "arch": "(4, 0, 3, 1, 4, 3)", "val_accuracy": 81.9,
                         "nwot": {"score": -0.5, "time": 1.25}, "zen": {"score": NaN, "time": 2}},
  "(0, 0, 0, 0, 0, 0)": {"val_accuracy": 50, "nwot": {"score": -Infinity, "time": 3}}},
 "ImageNet16-120": {"(4, 0, 3, 1, 4, 3)": {"val_accuracy": 25.7, "nwot": {"score": 1e-3, "time": 1}}}})json";

std::string refused(const std::string& json, const std::string& space = "nasbench201") {
  const TemporaryFolder folder;
  return refusal("suite-zero", folder.write("zc.json", json), space);
}

}  // namespace

TEST_CASE("Proxies, seconds and accuracies of all data sets stand in an architecture's row") {
  const TemporaryFolder folder;
  const auto table = imported("suite-zero", folder.write("zc.json", kToday), "nasbench201");
  CHECK(table.columns == std::vector<std::string>{"arch", "cifar10_val_acc", "cifar10_nwot", "cifar10_nwot_seconds",
                                                  "cifar10_zen_seconds", "ImageNet16-120_val_acc",
                                                  "ImageNet16-120_nwot", "ImageNet16-120_nwot_seconds"});
  REQUIRE(table.rows.size() == 2);
  // NASLib lists edges by their first node, and identity, zero, 3x3, 1x1, pooling.
  CHECK(cell(table, 0, "arch") ==
        "|avg_pool_3x3~0|+|skip_connect~0|none~1|+|nor_conv_1x1~0|avg_pool_3x3~1|nor_conv_1x1~2|");
  CHECK(cell(table, 0, "cifar10_val_acc") == "81.9");
  CHECK(cell(table, 0, "cifar10_nwot") == "-0.5");
  CHECK(cell(table, 0, "ImageNet16-120_nwot") == "0.001");
  CHECK(cell(table, 1, "cifar10_nwot").empty());  // not finite
  CHECK(cell(table, 1, "cifar10_nwot_seconds") == "3");
  CHECK(cell(table, 1, "ImageNet16-120_nwot").empty());
  const std::string twice = R"json({"cifar10": {"(4, 0, 3, 1, 4, 3)": {"nwot": 1, "nwot": 2}}})json";
  CHECK(cell(imported("suite-zero", folder.write("zc.json", twice), "nasbench201"), 0, "cifar10_nwot") == "2");
}

TEST_CASE("The earlier shape, with plain numbers under the space's name, is read too") {
  const TemporaryFolder folder;
  const std::string json =
      R"json({"nasbench201": {"cifar100": {"(4, 3, 3, 3, 2, 3)": {"flops": 62.5, "val_accuracy": 68.25}}}})json";
  const auto table = imported("suite-zero", folder.write("zc.json", json), "nasbench201");
  CHECK(table.columns == std::vector<std::string>{"arch", "cifar100_flops", "cifar100_val_acc"});
  CHECK(cell(table, 0, "cifar100_flops") == "62.5");
}

TEST_CASE("NASLib's numbers are the architectures that the spaces write") {
  CHECK(architecture_of_naslib("(1, 0, 0, 2, 1, 0)", "transnas101-micro") == "64-41414-1_00_210");
  CHECK(architecture_of_naslib("(1, 2, 4, 2, 0, 0)", "transnas101-macro") == "64-1242-basic");
  CHECK(architecture_of_naslib("(0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 2, 1)", "nasbench101") == "111:2");
  CHECK_THAT(
      architecture_of_naslib("[[(0, 4), (1, 3), (0, 2), (2, 3), (2, 3), (0, 3), (2, 6), (3, 5)], [(0, 3), (1, 3), "
                             "(1, 1), (0, 5), (2, 3), (0, 2), (4, 4), (3, 1)]]",
                             "darts"),
      Contains("'sep_conv_5x5', 0") && Contains("reduce=") && Contains("'avg_pool_3x3', 3"));
  for (const char* space : {"nasbench101", "nasbench201", "darts", "transnas101-micro", "transnas101-macro"}) {
    for (const char* key : {"()", "(1)", "(-1, 2, 1, 2, 1, 1)", "(0, -1, 0, 0, 0, 1)", "(9, 9, 9, 9, 9, 9)", "[[]]",
                            "(99999999999999999999999, 0, 0, 0, 0, 0)"}) {
      INFO(space << " " << key);
      CHECK_THROWS_AS(architecture_of_naslib(key, space), zeroth::core::Error);
    }
  }
}

TEST_CASE("The modules of a macro backbone stand before the zeros") {
  CHECK(architecture_of_naslib("(1, 3, 4, 2, 0, 0)", "transnas101-macro") == "64-1342-basic");
  CHECK_THROWS_AS(architecture_of_naslib("(1, 0, 3, 4, 2, 0)", "transnas101-macro"), zeroth::core::Error);
}

TEST_CASE("JSON that is none, or not of this benchmark, is named by its byte") {
  CHECK_THAT(refused(""), Contains("zc.json") && Contains("at byte 0"));
  CHECK_THAT(refused("{\"cifar10\": {"), Contains("zc.json") && Contains("at byte"));
  CHECK_THAT(refused("{\"cifar10\" {}}"), Contains("parse error"));
  CHECK_THAT(refused("{}"), Contains("no architectures"));
  CHECK_THAT(refused("[1, 2]"), Contains("no architectures"));
  CHECK_THAT(refused(R"json({"(4, 0, 3, 1, 4, 3)": {"nwot": 1}})json"), Contains("outside of a data set"));
  CHECK_THAT(refused(R"json({"cifar10": {"(4, 0, 3)": {"nwot": 1}}})json"), Contains("3 number(s), should be 6"));
  CHECK_THAT(refused(R"json({"cifar10": {"(4, 0, 3, 1, 4, 3)": {"val_accuracy": "90.5"}}})json"),
             Contains("zc.json: the text \"90.5\" stands where a number should"));
  CHECK_THAT(refused(kToday, "transnas101-micro"), Contains("no architecture of transnas101-micro"));
}

TEST_CASE("Hostile JSON is refused before it takes memory") {
  CHECK_THAT(refused(std::string(1000000, '[')), Contains("nested more deeply"));
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"a\":";
  CHECK_THAT(refused(deep), Contains("nested more deeply"));
  CHECK_THAT(refused("{\"" + std::string(1000000, 'a') + "\": 1}"), Contains("a text of more than 65536 bytes"));
  CHECK_THAT(refused("{\"" + std::string(500000, '\\') + "\": 1}"), Contains("a text of more than 65536 bytes"));
  CHECK_THAT(refused("{\"a\": " + std::string(1000000, '1') + "}"), Contains("a number of more than 65536 digits"));
  CHECK_THAT(refused("{\"a\": 1e99999}"), Contains("number overflow"));
  std::string wide = R"json({"cifar10": {"(4, 0, 3, 1, 4, 3)": {"first": 1)json";
  for (int i = 0; i < 1000; ++i) wide += ", \"p" + std::to_string(i) + "\": 1";
  CHECK_THAT(refused(wide + "}}}"), Contains("zc.json: more kinds of numbers"));
}
