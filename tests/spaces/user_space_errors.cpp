// Mistakes in the file of a space, and in its architectures.
#include <rapidcheck/catch.h>
#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "spaces/search_space.h"
#include "spaces/user_space.h"
#include "tests/temporary_folder.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kSound = R"(name: mine
input: {image: {channels: 3, resolution: 8}}
classes: 10
full: {channels: 16, cells: 2}
fast: {channels: 8, cells: 1, resolution: 4}
blocks:
  three: [conv: {kernel: 3, out: $width}, batch_norm, $function]
  kept: [conv: {kernel: 3}, batch_norm]
cells:
  cell: {nodes: 3, on_edges: [zero, identity, kept]}
network:
  - {block: three, name: stage, width: [1x, 2x], function: [relu, tanh], repeats: [1, 2]}
  - cell
head: [relu]
constraints: {params: <= 1e6}
)";

std::string message_of(const std::string& text) {
  const tests::TemporaryFolder folder;
  const std::string path = folder.write("space.yaml", text);
  try {
    read_user_space(path);
  } catch (const core::Error& error) {
    std::string message = error.what();
    CHECK(message.find('\n') == std::string::npos);
    CHECK(message.rfind(path + ":", 0) == 0);
    return message.substr(path.size() + 1);
  }
  return "sound";
}

// The message where `from` is `to`.
std::string with(const std::string& from, const std::string& to) {
  std::string text = kSound;
  REQUIRE(text.find(from) != std::string::npos);
  boost::replace_first(text, from, to);
  return message_of(text);
}

TEST_CASE("the file that the mistakes below are made in is sound") { CHECK(message_of(kSound) == "sound"); }

TEST_CASE("an unknown key of a space is told with its line, the nearest and all known ones") {
  CHECK(with("classes:", "clases:") ==
        "3: unknown key \"clases\"; did you mean \"classes\"? known: name, summary, citation, example, input, classes, "
        "full, fast, blocks, cells, network, head, constraints");
  CHECK(with("kernel: 3,", "kernal: 3,") ==
        "7: unknown key \"kernal\"; did you mean \"kernel\"? known: out, kernel, stride, groups, dilation, padding");
  CHECK(with("width: [", "widht: [") ==
        "12: unknown key \"widht\"; did you mean \"width\"? known: name, block, cell, operators, skip, scope, repeats, "
        "width, function");
  CHECK(with("nodes: 3", "nods: 3") ==
        "10: unknown key \"nods\"; did you mean \"nodes\"? known: nodes, on_edges, on_nodes");
  CHECK(with("params:", "param:") == "15: unknown key \"param\"; did you mean \"params\"? known: params, macs, depth");
}

TEST_CASE("an unknown name in a space is told with the nearest") {
  CHECK_THAT(
      with("batch_norm, $", "batchnorm, $"),
      Catch::StartsWith("7: three: unknown operator \"batchnorm\"; did you mean \"batch_norm\"? known: identity, "
                        "zero, conv,"));
  CHECK_THAT(with("block: three", "block: tree"), Catch::StartsWith("12: block: unknown block \"tree\"; did you mean "
                                                                    "\"three\"?"));
  CHECK_THAT(with("- cell\n", "- cel\n"), Catch::StartsWith("13: network: unknown block \"cel\""));
  CHECK_THAT(with("[relu, tanh]", "[relu, tan]"),
             Catch::StartsWith("12: function: unknown block \"tan\"; did you mean \"tanh\"?"));
  CHECK_THAT(with("kept]}", "kepd]}"),
             Catch::StartsWith("10: on_edges: unknown block \"kepd\"; did you mean \"kept\"?"));
}

TEST_CASE("a missing key of a space is told") {
  CHECK(with("classes: 10\n", "") == "1: the key \"classes\" is missing");
  CHECK(with("{channels: 16, cells: 2}", "{cells: 2}") == "4: full: the key \"channels\" is missing");
  CHECK(with("{kernel: 3, out: $width}", "{out: $width}") == "7: three: conv: the key \"kernel\" is missing");
  CHECK(with("width: [1x, 2x], ", "") == "12: stage: the block three needs the key \"width\"");
  CHECK(with("block: three, ", "") == "12: network: a part of the network needs one of block, cell and operators");
  CHECK(with("on_edges", "on_nodes") == "sound");
  CHECK(with(", on_edges: [zero, identity, kept]", "") == "10: cell: needs operations on_edges or on_nodes");
}

TEST_CASE("a value of the wrong kind in a space is told with what is allowed") {
  CHECK(with("classes: 10", "classes: ten") == "3: classes: \"ten\": must be a whole number from 1 to 65536");
  CHECK(with("channels: 3", "channels: 0") == "2: channels: \"0\": must be a whole number from 1 to 65536");
  CHECK(with("kernel: 3,", "kernel: 3.5,") == "7: kernel: \"3.5\" must be a whole number from 1 to 31");
  CHECK(with("kernel: 3,", "kernel: [],") == "7: kernel: the list is empty");
  CHECK(with("kernel: 3,", "kernel: [3, 3],") == "7: kernel: \"3\" stands in the list twice");
  CHECK(with("kernel: 3,", "kernel: {},") == "7: kernel: must be a text or number");
  CHECK(
      with("[1x, 2x]", "[1x, 2y]") ==
      "12: width: \"2y\" must be a number of channels up to 65536, a multiple of the network's width (2x), of what the "
      "block reads (6in), or same");
  CHECK(with("[1, 2]}", "[1, two]}") == "12: repeats: \"two\": must be a whole number from 0 to 100");
  CHECK(with("<= 1e6", "< 1e6") == "15: params: \"< 1e6\": must be a number, as in \"<= 5e6\"");
  CHECK(with("name: mine", "name: my space") == "1: name: \"my space\": a name has letters, digits and _ only");
  CHECK(with("[relu]", "relu") == "14: head: must be a list");
  CHECK(with("cell: {nodes: 3", "cell: {nodes: 1") == "10: nodes: \"1\": must be a whole number from 2 to 12");
}

TEST_CASE("what does not fit in a described network is told with the operator's line") {
  CHECK_THAT(
      with("kernel: 3,", "kernel: 9, padding: 0,"),
      Catch::StartsWith("7: conv: kernel 9 with dilation 1 and padding 0 is larger than the map, 8x8 pixels here "
                        "(full shape, architecture cell=|zero~0|"));
  CHECK_THAT(with("kernel: 3,", "kernel: 3, groups: 2,"),
             Catch::StartsWith("7: conv: groups 2 must divide the 3 channels that are read and the 16 that come out"));
  CHECK_THAT(with("conv: {kernel: 3}, batch_norm]", "linear, batch_norm]"),
             Catch::StartsWith("8: linear: reads a vector, and here is a map; global_avg_pool makes one of it"));
  CHECK_THAT(
      with("conv: {kernel: 3}, batch_norm]", "conv: {kernel: 3, stride: 2}]"),
      Catch::StartsWith("10: cell: the operation \"kept\" makes 16 channels of 4x4 pixels of 16 of 8x8; operations "
                        "of a cell must keep the shape"));
  CHECK(with("[relu, tanh]", "[relu, zero]") ==
        "12: network: zero would end it here; zero can stand in a block with skip, or in a cell");
  CHECK(with("head: [relu]", "head: [zero]") ==
        "14: network: zero would end it here; zero can stand in a block with skip, or in a cell");
  CHECK_THAT(with("zero, identity, kept", "zero, identity, sigmoid"),
             Catch::StartsWith("10: cell: the operation \"sigmoid\" makes something of zeros"));
  CHECK_THAT(with("[1x, 2x]", "[1x, 0.01x]"), Catch::StartsWith("7: conv: out: \"0.01x\" is 0 channels here"));
}

TEST_CASE("parts of a described space that contradict each other are told") {
  CHECK(with("  - cell\n", "  - relu\n") == "10: cell: the network has no such cell in it");
  CHECK(with("kept: [conv", "three: [conv") == "8: the key \"three\" stands here twice");
  CHECK(with("kept: [conv", "relu: [conv") == "8: relu: is already the name of an operator, a block or a cell");
  CHECK(with("kept: [conv: {kernel: 3}", "kept: [kept") ==
        "8: kept: blocks lie too deep, or the block contains itself");
  CHECK(with("{kernel: 3, out: $width}", "{kernel: 3, out: $repeats}") ==
        "7: three: a parameter cannot be called $repeats");
  CHECK(with("conv: {kernel: 3}, batch_norm]", "conv: {kernel: [3, 5]}]") ==
        "10: on_edges: the operation \"kept\" has the parameter \"kernel\", which a cell cannot set");
  CHECK(with("name: stage, ", "name: stage, scope: blocks, ") ==
        "12: network: modules of other parts are called \"blocks\"; give the part another name or scope");
  CHECK_THAT(with("  - cell\n", "  - cell\n  - {block: three, name: stage, width: [1x, 2x], function: relu}\n"),
             Catch::StartsWith("14: name \"stage\": an earlier part of that name has decisions too"));
  CHECK(message_of("name: a\ninput: {vector: {features: 2}}\nclasses: 2\nfull: {channels: 2}\nnetwork: [relu]\n") ==
        "5: network: nothing is left to choose; a list of values is a choice");
}

TEST_CASE("a file that is no YAML, or is not there, is told") {
  CHECK_THAT(with("classes: 10", "classes: [10"), Catch::Contains("end of sequence flow not found"));
  CHECK(message_of("") == "1: must be a map of keys and values");
  CHECK_THROWS_WITH(find_space("no/such/space.yaml"), Catch::Contains("no/such/space.yaml"));
  CHECK_THROWS_WITH(find_space("nosuchspace.yml"), Catch::Contains("nosuchspace.yml"));
  CHECK_THROWS_WITH(find_space("nosuchspace"), Catch::Contains("unknown space") && Catch::Contains("FILE.yaml"));
}

TEST_CASE("architectures of a described space that are none are told with what is") {
  const tests::TemporaryFolder folder;
  const auto space = read_user_space(folder.write("space.yaml", kSound));
  const std::string cell = "cell=|kept~0|+|zero~0|identity~1|";
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string bad = cell + ":stage.repeats=1:stage.width=1x:stage.function=relu";
    boost::replace_first(bad, from, to);
    try {
      space->parse(bad);
    } catch (const core::Error& error) {
      const std::string start = "\"" + bad + "\" is no mine architecture: ";
      REQUIRE(std::string(error.what()).rfind(start, 0) == 0);
      return std::string(error.what()).substr(start.size());
    }
    return std::string("sound");
  };
  CHECK(refused("x", "x") == "sound");
  CHECK(refused("=1x", "=3x") == "stage.width: unknown value \"3x\"; did you mean \"1x\"? known: 1x, 2x");
  CHECK(refused("stage.width", "stage.with") ==
        "unknown decision \"stage.with\"; did you mean \"stage.width\"? known: cell, stage.repeats, stage.width, "
        "stage.function");
  CHECK(refused(":stage.width=1x", "") == "\"stage.width\" is missing");
  CHECK(refused(cell + ":", "") == "\"cell\" is missing");
  CHECK(refused(":stage.width=1x", ":stage.repeats=2") == "\"stage.repeats\" stands there twice");
  CHECK(refused(":stage.width=1x", ":stage") == "\"stage\" should be NAME=VALUE");
  CHECK(refused("identity~1", "identity~0") == "node 2, edge 2: \"identity~0\" should be OPERATION~1");
  CHECK(refused("kept~0", "kepd~0") ==
        "node 1, edge 1: unknown operation \"kepd\"; did you mean \"kept\"? known: zero, identity, kept");
}

TEST_CASE("a file with a damaged place is read or refused with a line of it") {
  rc::prop("damaged", [] {
    std::string text = kSound;
    const auto place = *rc::gen::inRange<size_t>(0, text.size());
    const auto length = *rc::gen::inRange<size_t>(0, 12);
    const auto put = *rc::gen::container<std::string>(
        rc::gen::element('{', '[', ']', '}', ':', '-', ' ', '\n', '$', '1', 'x', '&', '*', '"', '0', '~', ','));
    text.replace(place, length, put.substr(0, 4));
    const std::string message = message_of(text);
    RC_ASSERT(message == "sound" || (message.front() >= '1' && message.front() <= '9'));
  });
}

}  // namespace
}  // namespace zeroth::spaces
