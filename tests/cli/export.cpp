// export and convert, through the program; what an exported module computes, against the scores of rank.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/csv.h"
#include "core/manifest.h"
#include "tests/cli/program.h"
#include "tests/python.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

const std::string kCell = "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|";
const std::string kExport = "export " + kCell + " --space nasbench201 --fidelity fast ";

}  // namespace

TEST_CASE("an exported module has the scores of rank, by PyTorch's own autograd") {
  if (!python_has("torch, numpy")) return;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"nasbench201", kCell}, {"nasbench101", "111010000010001100011:10002"}, {"transnas101-macro", "64-224131-basic"}};
  const TemporaryFolder folder;
  for (const auto& [space, architecture] : cases) {
    INFO(space);
    const std::string source = folder.path(space + ".py"), scores = folder.path(space + ".csv");
    const std::string archs = folder.write("archs.txt", architecture + "\n");
    run_well("export " + architecture + " --space " + space + " --format pytorch --fidelity fast --out " + source);
    run_well("rank --space " + space + " --archs " + archs +
             " --graph as-written --init reference --input reference --dtype float64 --batch 4 "
             "--proxies grad_norm,snip,plain --quiet --top 0 --out " +
             scores);
    const auto table = core::CsvTable::read(scores);
    const PythonRun run = run_python(ZEROTH_TESTS_DIR "/cli/check_export.py " + source + " 4");
    INFO(run.text);
    REQUIRE(run.status == 0);
    const auto theirs = core::parse_csv_line(run.text.substr(0, run.text.find('\n')));
    REQUIRE(theirs);
    REQUIRE(theirs->size() == 3);
    size_t place = 0;
    for (const char* proxy : {"grad_norm", "snip", "plain"}) {
      const auto expected = core::parse_number((*theirs)[place++]);
      REQUIRE(expected);
      CHECK(table.number(0, table.column(proxy)).value() == Approx(*expected).epsilon(1e-6));
    }
  }
}

TEST_CASE("export writes every format, to a file or to standard output") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out");
  CHECK_THAT(run_well(kExport + "--format pytorch").out, StartsWith("# " + kCell + "\n# of nasbench201, C=8"));
  CHECK_THAT(run_well(kExport + "--format dot").out, StartsWith("digraph"));
  CHECK_THAT(run_well(kExport + "--format svg").out, StartsWith("<?xml"));
  run_well(kExport + "--format onnx --out " + out);
  CHECK_THAT(TemporaryFolder::read(out), Contains("zeroth") && Contains("stem.0.weight"));
  run_well(kExport + "--format json --out " + out);
  const auto written = core::Json::parse(TemporaryFolder::read(out));
  const auto canonical = core::Json::parse(run_well(kExport + "--format json --graph canonical --classes 7").out);
  CHECK(canonical.at("params") < written.at("params"));
  CHECK(canonical.at("nodes").back().at("shape").at(0) == 7);
  const auto full = core::Json::parse(run_well("export " + kCell + " --space nasbench201 --format json").out);
  CHECK(full.at("nodes").at(0).at("shape").dump() == "[3,32,32]");
}

TEST_CASE("an ONNX file holds the weights of its seed, the same bytes each time") {
  const TemporaryFolder folder;
  const auto model = [&](const std::string& options) {
    const std::string out = folder.path("model.onnx");
    run_well(kExport + "--format onnx --out " + out + " " + options);
    return TemporaryFolder::read(out);
  };
  const std::string first = model("");
  CHECK(first == model("--seed 0 --init pytorch"));
  CHECK(first != model("--seed 1"));
  CHECK(first != model("--init normal"));
}

TEST_CASE("mistakes in export are answered with what is allowed") {
  const auto refused = [](const std::string& arguments) {
    const Outcome outcome = run_program(arguments);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  CHECK_THAT(refused(kExport + "--format onix"), Contains("unknown format \"onix\"; did you mean \"onnx\"?") &&
                                                     Contains("known: pytorch, onnx, torchscript, dot, svg, json"));
  CHECK_THAT(refused(kExport + "--format torchscript"), Contains("--out FILE"));
  CHECK_THAT(refused(kExport + "--format onnx"), Contains("--out FILE"));
  CHECK_THAT(refused(kExport + "--format dot --seed 3"), Contains("dot holds no weights"));
  CHECK_THAT(refused(kExport + "--format dot --graph life"), Contains("as-written"));
  CHECK_THAT(refused(kExport + "--format dot --fidelity paper"), Contains("known: fast, shared"));
  CHECK_THAT(refused(kExport + "--format dot --classes 0"), Contains("at least 1"));
  CHECK_THAT(refused("export x --space nowhere --format dot"), Contains("unknown space \"nowhere\""));
  const Outcome nonsense = run_program("export nonsense --space nasbench201 --format dot");
  CHECK(nonsense.code == 1);
  CHECK_THAT(nonsense.err, Contains("nonsense"));
  const Outcome unwritable = run_program(kExport + "--format dot --out /nonexistent/network.dot");
  CHECK(unwritable.code == 1);
  CHECK_THAT(unwritable.err, Contains("/nonexistent/network.dot"));
}

TEST_CASE("convert rewrites lines of a file or of standard input, and passes comments over") {
  const TemporaryFolder folder;
  const std::string file = folder.write("archs", "# mine\r\n0\r\n\r\n3\r\n");
  const std::string expected = "(4, 3, 3, 0, 0, 0)\n(4, 0, 1, 1, 1, 0)\n";
  CHECK(run_well("convert --from nats-index --to naslib " + file).out == expected);
  CHECK(run_well("convert --from nats-index --to naslib", "0\n3").out == expected);
  CHECK(run_well("convert --from naslib --to nats-index -", expected).out == "0\n3\n");
  const std::string help = run_well("convert --help").out;
  for (const char* notation : {"nasbench101-json", "nni-darts", "archai-nats", "transnas101-micro"}) {
    CHECK_THAT(help, Contains(notation));
  }
}

TEST_CASE("an impossible conversion says why, with file and line, and writes nothing") {
  const TemporaryFolder folder;
  const std::string file = folder.write("archs", "0\n\n15625\n");
  const Outcome line = run_program("convert --from nats-index --to naslib " + file);
  CHECK(line.code == 1);
  CHECK(line.out.empty());
  CHECK_THAT(line.err, Contains(file + ":3: \"15625\" is not in the notation nats-index"));
  const Outcome pooling = run_program("convert --from nasbench201 --to transnas101-micro", kCell + "\n");
  CHECK(pooling.code == 1);
  CHECK_THAT(pooling.err, Contains("standard input:1: ") && Contains("edge 6 is avg_pool_3x3"));
  const Outcome spaces = run_program("convert --from nasbench201 --to darts", kCell + "\n");
  CHECK(spaces.code == 2);
  CHECK_THAT(spaces.err, Contains("no architecture of nasbench201") && Contains("is one of darts"));
  const Outcome unknown = run_program("convert --from nats --to darts", "0\n");
  CHECK(unknown.code == 2);
  CHECK_THAT(unknown.err, Contains("unknown notation \"nats\""));
  CHECK(run_program("convert --from darts --to nni-darts", "# nothing\n").code == 1);
  CHECK(run_program("convert --from darts --to nni-darts " + folder.path("absent")).code == 1);
}
