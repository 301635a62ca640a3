// rank --models, through the program: modules that python3-torch makes, scripted and traced, as candidates.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/csv.h"
#include "tests/cli/program.h"
#include "tests/python.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;

constexpr size_t kImageModels = 13;  // of make_models.py, that read images

// What make_models.py wrote, once for all tests; null where Python has no torch.
const TemporaryFolder* made_models() {
  static const std::unique_ptr<TemporaryFolder> folder = [] {
    auto made = std::make_unique<TemporaryFolder>();
    const PythonRun run = run_python("-B -W ignore " ZEROTH_TESTS_DIR "/nn/make_models.py " + made->path(""));
    INFO(run.text);
    REQUIRE(run.status == 0);
    std::filesystem::create_directory(made->path("texts"));
    for (const char* name : {"text_scripted.pt", "text_traced.pt"}) {
      std::filesystem::rename(made->path(name), made->path(std::string("texts/") + name));
    }
    return made;
  }();
  return folder.get();
}

std::string rank_models(const std::string& paths, const std::string& shape) {
  return "rank --models " + paths + " --input-shape " + shape + " --quiet --top 0 --batch 4 ";
}

std::string cell(const core::CsvTable& table, size_t row, const std::string& column) {
  return table.rows[row].fields[table.column(column)];
}

size_t row_of(const core::CsvTable& table, const std::string& arch) {
  for (size_t row = 0; row < table.rows.size(); ++row) {
    if (cell(table, row, "arch") == arch) return row;
  }
  FAIL("no row " << arch);
  return 0;
}

}  // namespace

TEST_CASE("a folder of models ranks in one call, and a model without counterpart is named in its row") {
  if (!python_has("torch, numpy")) return;
  const TemporaryFolder* models = made_models();
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  run_well(rank_models(models->path(""), "3,32,32") + "--proxies default,grad_norm,zen,epe_nas,gradsign --out " + out);
  const auto table = core::CsvTable::read(out);
  REQUIRE(table.rows.size() == kImageModels);
  for (size_t row = 0; row < table.rows.size(); ++row) {
    const std::string arch = cell(table, row, "arch"), status = cell(table, row, "status");
    INFO(arch << ": " << status);
    if (arch.rfind("rolling", 0) == 0) {
      CHECK_THAT(status, Contains("aten::roll") && Contains("no counterpart"));
      if (arch == "rolling_scripted.pt") CHECK_THAT(status, Contains("make_models.py:"));
      CHECK(cell(table, row, "grad_norm").empty());
      continue;
    }
    CHECK(table.number(row, table.column("grad_norm")).value_or(0.0) > 0.0);
    if (arch.rfind("vit", 0) == 0) continue;  // most of the default set is for maps
    const bool normed = arch.rfind("vgg", 0) != 0 && arch.rfind("frozen", 0) != 0;
    for (const char* proxy : {"ntk_cond", "swap", "meco_opt", "t_cet:log", "az_expressivity"}) {
      if (proxy == std::string("t_cet:log") && !normed) continue;  // its signal dies without batch norm
      CHECK(table.number(row, table.column(proxy)));
    }
  }
  SECTION("a scripted and a traced module are one network, and get the same scores") {
    for (const char* kind : {"resnet", "mobilenet", "vit", "vgg", "shufflenet"}) {
      const size_t scripted = row_of(table, std::string(kind) + "_scripted.pt");
      const size_t traced = row_of(table, std::string(kind) + "_traced.pt");
      CHECK(cell(table, scripted, "grad_norm") == cell(table, traced, "grad_norm"));
      CHECK(cell(table, scripted, "macs") == cell(table, traced, "macs"));
    }
  }
  SECTION("scores do not depend on the workers, nor on what else is scored") {
    const std::string other = folder.path("other.csv");
    run_well(rank_models(models->path("resnet_traced.pt"), "3,32,32") + "-j 1 --proxies grad_norm,swap --out " + other);
    const auto one = core::CsvTable::read(other);
    CHECK(cell(one, 0, "swap") == cell(table, row_of(table, "resnet_traced.pt"), "swap"));
    CHECK(cell(one, 0, "grad_norm") == cell(table, row_of(table, "resnet_traced.pt"), "grad_norm"));
  }
}

TEST_CASE("gradient proxies of models equal PyTorch's own autograd on the same weights and images") {
  if (!python_has("torch, numpy")) return;
  const TemporaryFolder* models = made_models();
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  std::string paths;
  for (const char* kind : {"resnet", "mobilenet", "vit", "vgg", "shufflenet"}) {
    for (const char* how : {"_scripted.pt", "_traced.pt"}) paths += " " + models->path(std::string(kind) + how);
  }
  run_well(rank_models(paths, "3,32,32") +
           "--weights own --input reference --dtype float64 --proxies grad_norm,snip,plain,grad_norm:all --out " + out);
  const auto table = core::CsvTable::read(out);
  const PythonRun run = run_python("-B -W ignore " ZEROTH_TESTS_DIR "/nn/model_gradients.py 4 " + paths);
  INFO(run.text);
  REQUIRE(run.status == 0);
  std::string rest = run.text;
  for (size_t row = 0; row < 10; ++row) {
    const size_t end = rest.find('\n');
    REQUIRE(end != std::string::npos);
    const auto theirs = core::parse_csv_line(rest.substr(0, end));
    rest.erase(0, end + 1);
    REQUIRE(theirs);
    REQUIRE(theirs->size() == 6);
    INFO((*theirs)[0]);
    CHECK(cell(table, row, "arch") == (*theirs)[0]);
    size_t place = 1;
    for (const char* proxy : {"grad_norm", "snip", "plain", "grad_norm:all", "params"}) {
      INFO(proxy);
      const auto expected = core::parse_number((*theirs)[place++]);
      REQUIRE(expected);
      CHECK(table.number(row, table.column(proxy)).value() == Approx(*expected).epsilon(1e-4));
    }
  }
}

TEST_CASE("text models are scored on words") {
  if (!python_has("torch, numpy")) return;
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  run_well(rank_models(made_models()->path("texts"), "12,50") +
           "--proxies grad_norm,synaptic_diversity,head_confidence --out " + out);
  const auto table = core::CsvTable::read(out);
  REQUIRE(table.rows.size() == 2);
  for (size_t row = 0; row < 2; ++row) {
    INFO(cell(table, row, "status"));
    CHECK(table.number(row, table.column("grad_norm")).value_or(0.0) > 0.0);
  }
}

TEST_CASE("a run of models is resumed") {
  if (!python_has("torch, numpy")) return;
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  const std::string command =
      rank_models(made_models()->path("vgg_scripted.pt"), "3,32,32") + "--proxies grad_norm --out " + out;
  run_well(command);
  const std::string first = TemporaryFolder::read(out);
  run_well(command + " --resume");
  CHECK(TemporaryFolder::read(out) == first);
  const Outcome other = run_program(command + " --resume --weights own");
  CHECK(other.code != 0);
}

TEST_CASE("wrong models and shapes are answered with what is wrong") {
  const TemporaryFolder folder;
  const std::string text = folder.write("text.pt", "no module\n");
  std::filesystem::create_directory(folder.path("empty"));
  const auto refused = [](const std::string& arguments, int code) {
    const Outcome outcome = run_program(arguments);
    INFO(outcome.err);
    CHECK(outcome.code == code);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  const std::string out = " --out " + folder.path("scores.csv");
  CHECK_THAT(refused(rank_models(text, "3,32,32") + out, 1), Contains(text) && Contains("no TorchScript module"));
  CHECK_THAT(refused(rank_models(folder.path("none.pt"), "3,32,32") + out, 1), Contains("no such file"));
  CHECK_THAT(refused(rank_models(folder.path("empty"), "3,32,32") + out, 1), Contains("no model in it"));
  CHECK_THAT(refused(rank_models(text, "3;32") + out, 2), Contains("3;32") && Contains("3,224,224"));
  CHECK_THAT(refused("rank --models " + text + out, 2), Contains("--input-shape"));
  CHECK_THAT(refused(rank_models(text, "3,32,32") + "--space nasbench201" + out, 2), Contains("in place of"));
  CHECK_THAT(refused(rank_models(text, "3,32,32") + "--resolution 16" + out, 2), Contains("--resolution"));
  CHECK_THAT(refused(rank_models(text, "3,32,32") + "--weights mine" + out, 2), Contains("known: init, own"));
  CHECK_THAT(refused(rank_models(text, "3,32,32") + "--weights own --init normal" + out, 2), Contains("draws none"));
  CHECK_THAT(refused("rank --sample 3" + out, 2), Contains("--space") && Contains("--models"));
  CHECK_THAT(refused("rank --space nasbench201 --sample 3 --weights own" + out, 2), Contains("go with --models"));
  const Outcome skipped = run_program(rank_models(text, "3,32,32") + "--skip-bad" + out);
  INFO(skipped.err);
  CHECK(skipped.code == 3);
  CHECK_THAT(TemporaryFolder::read(folder.path("scores.csv")), Contains("no TorchScript module"));
}

TEST_CASE("a shape that the module cannot read is named in its row") {
  if (!python_has("torch, numpy")) return;
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  const Outcome outcome =
      run_program(rank_models(made_models()->path("resnet_scripted.pt"), "1,32,32") + "--out " + out);
  CHECK(outcome.code == 3);
  CHECK_THAT(TemporaryFolder::read(out), Contains("aten::conv2d") && Contains("channels"));
}

TEST_CASE("an exported TorchScript module is a model to be ranked") {
  const TemporaryFolder folder;
  const std::string cell_text =
      "|nor_conv_3x3~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_1x1~2|";
  const std::string model = folder.path("cell.pt"), out = folder.path("scores.csv");
  run_well("export " + cell_text + " --space nasbench201 --fidelity fast --format torchscript --seed 7 --out " + model);
  run_well("rank --models " + model +
           " --input-shape 3,8,8 --weights own --fidelity shared --batch 16 --input reference "
           "--proxies grad_norm,snip --quiet --top 0 --out " +
           out);
  const auto imported = core::CsvTable::read(out);
  const std::string archs = folder.write("archs.txt", cell_text + "\n");
  run_well("rank --space nasbench201 --archs " + archs +
           " --graph as-written --seed 7 --input reference "
           "--proxies grad_norm,snip --quiet --top 0 --out " +
           out);
  const auto native = core::CsvTable::read(out);
  for (const char* proxy : {"grad_norm", "snip"}) {
    CHECK(imported.number(0, imported.column(proxy)).value() ==
          Approx(native.number(0, native.column(proxy)).value()).epsilon(1e-4));
  }
}
