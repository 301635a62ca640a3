// zeroth rank: the files it writes and what it prints.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/manifest.h"
#include "core/ranks.h"
#include "core/score_table.h"
#include "tests/cli/program.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

constexpr int kAllRowsFailed = 3;

const std::string kPlain = "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
// The same function: the convolution into node 1 reaches nothing.
const std::string kDead = "|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
const std::string kOther =
    "|nor_conv_1x1~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|avg_pool_3x3~0|nor_conv_3x3~1|skip_connect~2|";

size_t line_count(const std::string& text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

std::vector<std::string> archs_of(const std::string& path) {
  std::vector<std::string> archs;
  for (const core::ScoreRow& row : core::ScoreTable::read(path).rows) archs.push_back(row.arch);
  return archs;
}

// 10 CIFAR-10 records: a label and 32x32x3 bytes each.
std::string cifar_records(unsigned salt) {
  std::string bytes;
  unsigned state = salt;
  for (int label = 0; label < 10; ++label) {
    bytes += static_cast<char>(label);
    for (int i = 0; i < 3072; ++i) bytes += static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
  }
  return bytes;
}

}  // namespace

TEST_CASE("rank writes scores, order, seconds and settings") {
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  const Outcome outcome = run_well(kRank + kTiny + "--sample 6 --seed 5 --top 3 --out " + out);

  const auto scores = core::ScoreTable::read(out);
  CHECK(scores.columns == std::vector<std::string>{"params", "macs", "live_params", "live_macs", "ntk_cond",
                                                   "az_expressivity", "t_cet:log", "swap", "meco_opt"});
  CHECK(scores.rows.size() == 6);
  CHECK(core::CsvTable::read(out).columns.back() == "status");

  const auto times = core::CsvTable::read(folder.path("scores.times.csv"));
  CHECK(times.columns.front() == "arch");
  REQUIRE(times.rows.size() == 6);
  for (size_t i = 0; i < 6; ++i) {
    CHECK(times.rows[i].fields[0] == scores.rows[i].arch);
    CHECK(*core::parse_number(times.rows[i].fields[times.column("total")]) > 0);
  }

  const auto manifest = core::Manifest::read(folder.path("scores.json"));
  CHECK(manifest.settings.at("space") == "nasbench201");
  CHECK(manifest.settings.at("seed") == 5);
  CHECK(manifest.settings.at("fidelity") == "fast");
  CHECK(manifest.settings.at("networks").at("ntk_cond") ==
        "canonical C=4 N=1 8x8 classes=10 batch=4 init=pytorch float32 repeats=1");
  CHECK(manifest.settings.at("minibatches").get<std::string>().size() == 16);
  CHECK(manifest.inputs.at("architectures").at("from") == "sample");
  CHECK(manifest.inputs.at("architectures").at("count") == 6);
  CHECK(manifest.inputs.at("architectures").at("digest").get<std::string>().size() == 16);
  CHECK_FALSE(manifest.started.empty());
  CHECK_FALSE(manifest.finished.empty());
  CHECK_THAT(manifest.command, Contains("--sample 6 --seed 5"));
  CHECK(manifest.results.at("rows") == 6);

  CHECK(line_count(outcome.out) == 1 + 3 + 1);  // header, three rows, what they are ordered by
  CHECK_THAT(outcome.out, Contains("6 architectures by mean log rank of ntk_cond, "));
  CHECK_THAT(outcome.err, Contains("architectures 6/6") && Contains("100%"));
  for (const char* file : {"scores.csv", "scores.ranked.csv", "scores.times.csv", "scores.json"}) {
    CHECK_THAT(outcome.err, Contains(folder.path(file)));
  }
}

TEST_CASE("the minibatches depend on the seed, not on the architectures") {
  const TemporaryFolder folder;
  const auto digest = [&](const std::string& seed, const std::string& arch) {
    run_well(kRank + kTiny + "--archs - --proxies zico --out " + folder.path("a.csv") + " --seed " + seed, arch);
    return core::Manifest::read(folder.path("a.json")).settings.at("minibatches").get<std::string>();
  };
  const std::string first = digest("0", kPlain);
  CHECK(first == digest("0", kOther));
  CHECK(first != digest("1", kPlain));
}

TEST_CASE("the ranking is sorted and equal functions share a rank") {
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  run_well(kRank + kTiny + "--archs - --proxies macs,grad_norm,nwot --out " + out,
           kPlain + "\n" + kOther + "\n" + kDead + "\n");
  const auto table = core::CsvTable::read(folder.path("scores.ranked.csv"));
  REQUIRE(table.rows.size() == 3);
  const auto cell = [&](size_t row, const char* column) { return table.rows[row].fields[table.column(column)]; };
  CHECK(cell(0, "arch") == kOther);  // better in every score
  CHECK(cell(1, "arch") == kPlain);  // of equals the one given first
  CHECK(cell(2, "arch") == kDead);
  CHECK(cell(0, "rank") == "1");
  CHECK(cell(1, "rank") == "2");
  CHECK(cell(2, "rank") == "2");
  CHECK(cell(1, "log_rank") == cell(2, "log_rank"));
  CHECK(*core::parse_number(cell(0, "log_rank")) > *core::parse_number(cell(1, "log_rank")));
  CHECK(archs_of(out) == std::vector<std::string>{kPlain, kOther, kDead});  // the scores keep the order given
}

TEST_CASE("the ranking has the scores that are defined on a whole pool") {
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  run_well(kRank + kTiny + "--sample 8 --proxies ntk_cond,linear_regions --top 0 --out " + out);
  const auto ranked = core::CsvTable::read(folder.path("scores.ranked.csv"));
  const auto numbers = [&](const char* column) {
    std::vector<std::optional<double>> values;
    for (const core::CsvRow& row : ranked.rows) values.push_back(core::parse_number(row.fields[ranked.column(column)]));
    return values;
  };
  const std::vector<double> ntk = core::ranks_with_failures(numbers("ntk_cond"));
  const std::vector<double> regions = core::ranks_with_failures(numbers("linear_regions"));
  const auto te_nas = numbers("te_nas");
  REQUIRE(te_nas.size() == 8);
  for (size_t i = 0; i < te_nas.size(); ++i) CHECK(*te_nas[i] == ntk[i] + regions[i]);

  run_well(kRank + kTiny + "--sample 3 --proxies ntk_cond --top 0 --out " + out);
  const auto columns = core::CsvTable::read(folder.path("scores.ranked.csv")).columns;
  CHECK(std::find(columns.begin(), columns.end(), "te_nas") == columns.end());
}

TEST_CASE("option --loss changes what gradients are of, and is a setting") {
  const TemporaryFolder folder;
  const auto grad_norms = [&](const std::string& loss) {
    const std::string out = folder.path(loss + ".csv");
    run_well(kRank + kTiny + "--archs - --top 0 --proxies grad_norm,zico,nwot --loss " + loss + " --out " + out,
             kPlain + "\n" + kOther + "\n");
    const auto table = core::ScoreTable::read(out);
    std::vector<double> values;
    for (const core::ScoreRow& row : table.rows) values.push_back(*row.values[table.column("grad_norm")]);
    return values;
  };
  const std::vector<double> entropy = grad_norms("ce"), squares = grad_norms("mse"), sums = grad_norms("sum");
  for (size_t i = 0; i < entropy.size(); ++i) {
    CHECK(entropy[i] != squares[i]);
    CHECK(entropy[i] != sums[i]);
    CHECK(squares[i] != sums[i]);
  }
  const auto settings = core::Manifest::read(folder.path("mse.json")).settings;
  CHECK_THAT(settings.at("networks").at("zico").get<std::string>(), Contains("loss=mse"));
  const Outcome wrong = run_program(kRank + "--sample 1 --loss l1");
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, Contains("known: ce, mse, sum"));
}

TEST_CASE("option --unique scores one architecture a function") {
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  const std::string options = kRank + kTiny + "--proxies params --unique --top 0 --out " + out;
  run_well(options + " --archs -", kPlain + "\n" + kDead + "\n" + kOther + "\n");
  CHECK(archs_of(out) == std::vector<std::string>{kPlain, kOther});

  run_well(options + " --sample 2000");
  const auto forms =
      core::CsvTable::read(folder.write("forms.csv", run_well("canonical --space nasbench201 " + out).out));
  std::set<std::string> hashes;
  for (const core::CsvRow& row : forms.rows) hashes.insert(row.fields[forms.column("hash")]);
  CHECK(forms.rows.size() == 2000);
  CHECK(hashes.size() == 2000);
}

TEST_CASE("option --repeats adds a standard error to each proxy that draws weights or images") {
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  run_well(kRank + kTiny + "--archs - --proxies zico,nwot --repeats 3 --out " + out, kOther);
  const auto table = core::ScoreTable::read(out);
  CHECK(table.columns ==
        std::vector<std::string>{"params", "macs", "live_params", "live_macs", "nwot", "nwot_se", "zico", "zico_se"});
  REQUIRE(table.rows.size() == 1);
  CHECK(*table.rows[0].values[table.column("zico_se")] > 0);
  CHECK(core::Manifest::read(folder.path("scores.json"))
            .settings.at("networks")
            .at("nwot")
            .get<std::string>()
            .find("repeats=3") != std::string::npos);
}

TEST_CASE("option --top 0 prints no table and --quiet no progress") {
  const TemporaryFolder folder;
  const Outcome silent = run_well(kRank + kTiny + "--archs - --top 0 --quiet --out " + folder.path("a.csv"), kOther);
  CHECK(silent.out.empty());
  CHECK(silent.err.empty());
  // A warning is no progress.
  const Outcome warned = run_well(kRank + kTiny + "--archs - --skip-bad --top 0 --quiet --out " + folder.path("b.csv"),
                                  kOther + "\nhello\n");
  CHECK(warned.out.empty());
  CHECK(warned.err == "zeroth: warning: 1 of 2 architectures have no score; column status says why\n");
}

TEST_CASE("option --archs takes a CSV file with a column arch") {
  const TemporaryFolder folder;
  const std::string list =
      folder.write("list.csv", "name,arch,acc\nfirst," + kOther + ",91\nsecond," + kPlain + ",80\n");
  run_well(kRank + kTiny + "--proxies nwot --out " + folder.path("a.csv") + " --archs " + list);
  CHECK(archs_of(folder.path("a.csv")) == std::vector<std::string>{kOther, kPlain});
}

TEST_CASE("option --skip-bad makes a row of a line that does not parse") {
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  run_well(kRank + kTiny + "--archs - --skip-bad --out " + out, kPlain + "\nhello; x=1\n" + kOther + "\n");
  const auto table = core::ScoreTable::read(out);
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[1].arch == "hello; x=1");
  CHECK_THAT(table.rows[1].status, StartsWith("parse="));
  for (const auto& value : table.rows[1].values) CHECK_FALSE(value.has_value());
  CHECK(table.rows[2].status == "ok");
  const auto ranked = core::CsvTable::read(folder.path("scores.ranked.csv"));
  CHECK(ranked.rows.back().fields[ranked.column("arch")] == "hello; x=1");
}

TEST_CASE("a run in which every row failed says so with its exit code") {
  const TemporaryFolder folder;
  const std::string out = folder.path("scores.csv");
  const Outcome bad = run_program(kRank + kTiny + "--archs - --skip-bad --out " + out, "hello\nworld\n");
  CHECK(bad.code == kAllRowsFailed);
  CHECK(archs_of(out) == std::vector<std::string>{"hello", "world"});
  CHECK_THAT(bad.err, Contains("warning: 2 of 2 architectures have no score"));
  // A network through which nothing passes has no score either.
  const Outcome dead = run_program(kRank + kTiny + "--archs - --proxies grad_norm,nwot --out " + out,
                                   "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|");
  CHECK(dead.code == kAllRowsFailed);
  CHECK_THAT(core::ScoreTable::read(out).rows.at(0).status, Contains("grad_norm=") && Contains("nwot="));
}

TEST_CASE("rank gives the values of the proxies' authors on the reference network") {
  const TemporaryFolder folder;
  const std::string arch =
      "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|";
  const std::string out = folder.path("scores.csv");
  run_well(kRank +
               "--archs - --graph as-written --init reference --input reference --dtype float64 --channels 16 "
               "--cells 1 --batch 8 --fidelity shared --proxies all --out " +
               out,
           arch);
  const auto ours = core::ScoreTable::read(out);
  REQUIRE(ours.rows.size() == 1);

  std::map<std::string, double> golden;  // by "proxy of peer"
  const auto table = core::CsvTable::read(ZEROTH_TESTS_DIR "/golden/nasbench201.csv");
  for (const core::CsvRow& row : table.rows) {
    const auto field = [&](const char* name) { return row.fields[table.column(name)]; };
    if (field("arch") != arch || field("dtype") != "float64") continue;
    if (field("channels") == "1" || field("channels") == "16") {  // the thin network has one channel
      golden[field("proxy") + " of " + field("peer")] = *core::parse_number(field("value"));
    }
  }
  const auto check = [&](const char* proxy, double expected, double tolerance) {
    INFO(proxy);
    CHECK(ours.rows[0].values[ours.column(proxy)].value() == Approx(expected).epsilon(tolerance));
  };
  check("params", golden.at("params of zero-cost-nas"), 0);
  for (const char* proxy : {"grad_norm", "snip", "plain", "fisher", "grasp", "l2_norm", "jacob_cov"}) {
    check(proxy, golden.at(proxy + std::string(" of zero-cost-nas")), 1e-8);
  }
  check("synflow", std::log(golden.at("synflow of zero-cost-nas")), 1e-8);
  check("nwot", golden.at("nwot_single of NASLib"), 1e-8);
  check("nwot_bw", golden.at("nwot of nas-without-training"), 1e-8);
  check("linear_regions", golden.at("lr_thin of TENAS"), 0);
  check("ntk_cond", -std::log(golden.at("ntk_cond of TENAS")), 1e-8);
  check("zico", golden.at("zico of ZiCo"), 1e-6);
}

TEST_CASE("rank scores on the images of a CIFAR-10 file") {
  const TemporaryFolder folder;
  const auto settings = [&](unsigned salt) {
    const std::string images = folder.write("images.bin", cifar_records(salt));
    run_well(
        kRank + kTiny + "--archs - --proxies grad_norm --out " + folder.path("a.csv") + " --input cifar10:" + images,
        kOther);
    return core::Manifest::read(folder.path("a.json")).settings;
  };
  const core::Json first = settings(1);
  const auto score = [&] { return core::ScoreTable::read(folder.path("a.csv")).rows.at(0).values.back().value(); };
  const double first_score = score();
  CHECK(first.at("input") == "cifar10:" + folder.path("images.bin"));
  const core::Json second = settings(2);
  CHECK(first.at("minibatches") != second.at("minibatches"));
  CHECK(first_score != score());
}

TEST_CASE("rank scores on the Fashion-MNIST of the Debian package") {
  const TemporaryFolder folder;
  const std::string out = folder.path("a.csv");
  const Outcome outcome =
      run_program(kRank + kTiny + "--archs - --proxies grad_norm --input fashion-mnist --out " + out, kOther);
  if (outcome.code != 0) {
    CHECK_THAT(outcome.err, Contains("install the Debian package dataset-fashion-mnist"));
    WARN("skipped: the Debian package dataset-fashion-mnist is not here");
    return;
  }
  CHECK(core::ScoreTable::read(out).rows.at(0).status == "ok");
}
