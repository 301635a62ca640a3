// zeroth confirm: short training of the best of a ranking.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <map>

#include "core/csv.h"
#include "core/manifest.h"
#include "tests/cli/program.h"
#include "tests/confirm/made_records.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using namespace zeroth::tests;
using Catch::Matchers::Contains;

constexpr int kAllRowsFailed = 3;

const std::string kSmall =
    " --space nasbench201 --channels 4 --resolution 8 --epochs 4 --rungs 2 --batch 16 --crop 1 --quiet ";

const std::string kList =
    "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|\n"
    "|nor_conv_1x1~0|+|none~0|none~1|+|skip_connect~0|nor_conv_1x1~1|none~2|\n"
    "|avg_pool_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|\n";
const std::string kResNet = "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|skip_connect~2|";

// Made images for training and test, and a list of architectures.
struct Files {
  TemporaryFolder folder;
  std::string data, list;

  Files() {
    folder.write("data/data_batch_1.bin", made_records(60, 1));
    folder.write("data/test_batch.bin", made_records(20, 2));
    data = " --data cifar10:" + folder.path("data");
    list = folder.write("list.txt", kList);
  }
};

// A table without its seconds.
std::string table(const std::string& path) {
  const core::CsvTable csv = core::CsvTable::read(path);
  const size_t seconds = csv.column("seconds");
  std::string text;
  for (core::CsvRow row : csv.rows) {
    row.fields[seconds].clear();
    text += core::csv_line(row.fields) + "\n";
  }
  return text;
}

std::vector<std::string> column(const std::string& path, const std::string& name) {
  const core::CsvTable csv = core::CsvTable::read(path);
  std::vector<std::string> fields;
  for (const core::CsvRow& row : csv.rows) fields.push_back(row.fields[csv.column(name)]);
  return fields;
}

}  // namespace

TEST_CASE("confirm trains candidates and baselines and writes the table, best first") {
  const Files files;
  const std::string out = files.folder.path("c.csv");
  const Outcome outcome =
      run_well("confirm " + files.list + kSmall + files.data + " --seeds 2 --random 1 --seed 4 --out " + out);
  const core::CsvTable csv = core::CsvTable::read(out);
  CHECK(csv.columns == std::vector<std::string>{"arch", "role", "rung", "epochs", "val_acc", "val_sd", "test_acc",
                                                "test_sd", "to_first", "to_first_sd", "loss", "params", "seconds",
                                                "status"});
  std::map<std::string, std::string> roles;
  for (const core::CsvRow& row : csv.rows) roles[row.fields[0]] = row.fields[1];
  CHECK(roles.at(kResNet) == "resnet_like");
  CHECK(roles.at(kList.substr(0, kList.find('\n'))) == "candidate+most_live_params");
  const std::vector<std::string> status = column(out, "status"), epochs = column(out, "epochs");
  // One of three is halted, unless it is the baseline, which goes on.
  CHECK(std::count(status.begin(), status.end(), "halted") <= 1);
  double last = 101.0;
  for (size_t i = 0; i < csv.rows.size(); ++i) {
    CHECK(epochs[i] == (status[i] == "halted" ? "2" : "4"));
    if (status[i] != "ok") continue;
    const double accuracy = *core::parse_number(column(out, "val_acc")[i]);
    CHECK(accuracy <= last);
    last = accuracy;
    CHECK_FALSE(column(out, "test_acc")[i].empty());
  }
  CHECK_THAT(outcome.out, Contains("architecture") && Contains(kResNet) && Contains("candidate+most_live_params"));
  CHECK(outcome.err.empty());
  const auto manifest = core::Manifest::read(files.folder.path("c.json"));
  CHECK(manifest.settings.at("network") == "C=4 N=1 8x8 classes=10");
  CHECK(manifest.settings.at("rungs") == 2);
  CHECK_FALSE(manifest.finished.empty());
}

TEST_CASE("confirm takes the order of a score table from the default proxies, and of a ranked table from the file") {
  const Files files;
  const std::string a = "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|nor_conv_1x1~1|none~2|",
                    b = "|nor_conv_1x1~0|+|none~0|none~1|+|none~0|nor_conv_1x1~1|none~2|";
  const std::string small = kSmall + files.data + " --seeds 1 --rungs 1 --epochs 1 --top 1 --no-baselines --out ";
  const std::string out = files.folder.path("c.csv");
  const std::string scores =
      files.folder.write("s.csv", "arch,params,swap,meco_opt,status\n" + a + ",9,1,1,ok\n" + b + ",1,2,2,ok\n");
  run_well("confirm " + scores + small + out);
  CHECK(column(out, "arch") == std::vector<std::string>{b});
  const std::string ranked =
      files.folder.write("s.ranked.csv", "rank,arch,log_rank,swap,status\n1," + a + ",-1,1,ok\n2," + b + ",-2,2,ok\n");
  run_well("confirm " + ranked + small + out);
  CHECK(column(out, "arch") == std::vector<std::string>{a});
}

TEST_CASE("of architectures that compute the same function confirm trains the first") {
  const Files files;
  const std::string dead = "|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|",
                    plain = "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|",
                    other = "|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|";
  const std::string out = files.folder.path("c.csv");
  run_well("confirm -" + kSmall + files.data + " --seeds 1 --rungs 1 --epochs 1 --top 2 --no-baselines --out " + out,
           dead + "\n" + plain + "\n" + other + "\n");
  std::vector<std::string> archs = column(out, "arch");
  std::sort(archs.begin(), archs.end());
  std::vector<std::string> expected = {dead, other};
  std::sort(expected.begin(), expected.end());
  CHECK(archs == expected);
}

TEST_CASE("confirm gives the same table with one worker and two, and after an interruption") {
  const Files files;
  const std::string run = "confirm " + files.list + kSmall + files.data + " --seeds 2 --seed 4 --out ";
  const std::string one = files.folder.path("one.csv"), two = files.folder.path("two.csv"),
                    cut = files.folder.path("cut.csv");
  run_well(run + one + " -j 1");
  run_well(run + two + " -j 2");
  CHECK(table(one) == table(two));

  const std::string checkpoints = files.folder.path("cut.checkpoints");
  const auto some_are_there = [&] {
    std::error_code none;
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(checkpoints, none)) {
      count += entry.path().extension() == ".ckpt" ? 1 : 0;
    }
    return count >= 2;
  };
  const Outcome outcome = run_program(run + cut + " -j 1", "", Interruption{SIGINT, some_are_there});
  if (outcome.code != 0) {  // else the program was faster than the signal
    CHECK(outcome.code == 130);
    CHECK_THAT(outcome.err, Contains("--resume"));
    const std::vector<std::string> status = column(cut, "status");
    CHECK(std::count(status.begin(), status.end(), "interrupted") > 0);
  }
  run_well(run + cut + " -j 2 --resume");
  CHECK(table(cut) == table(one));
}

TEST_CASE("confirm --resume refuses other settings, and a run without it starts anew") {
  const Files files;
  const std::string run = "confirm " + files.list + kSmall + files.data +
                          " --seeds 1 --rungs 1 --epochs 1 --no-baselines --out " + files.folder.path("c.csv");
  run_well(run);
  const Outcome other = run_program(run + " --resume --rate 0.2");
  CHECK(other.code == 1);
  CHECK_THAT(other.err, Contains("rate"));
  run_well(run + " --rate 0.2");
}

TEST_CASE("confirm marks what diverges, and exits with 3 where everything does") {
  const Files files;
  const std::string out = files.folder.path("c.csv");
  const Outcome outcome =
      run_program("confirm " + files.list + kSmall + files.data + " --seeds 1 --rate 1e30 --out " + out);
  CHECK(outcome.code == kAllRowsFailed);
  for (const std::string& status : column(out, "status")) CHECK(status == "diverged");
  for (const std::string& accuracy : column(out, "val_acc")) CHECK(accuracy.empty());
}

TEST_CASE("confirm answers a mistake with one line") {
  const Files files;
  const auto fails = [&](const std::string& arguments, int code, const std::string& message) {
    const Outcome outcome = run_program("confirm " + arguments + " --out " + files.folder.path("c.csv"));
    INFO(arguments << "\n" << outcome.err);
    CHECK(outcome.code == code);
    CHECK_THAT(outcome.err, Contains(message));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  };
  const std::string good = files.list + kSmall + files.data;
  fails(good + " --top 0", 2, "--top 0: must be at least 1");
  fails(good + " --rungs 4", 2, "--rungs 4: halving 4 epochs");
  fails(good + " --epochs 0", 2, "--epochs 0");
  fails(good + " --seeds 0", 2, "--seeds 0");
  fails(good + " --batch 0", 2, "--batch 0");
  fails(good + " --rate 0", 2, "--rate 0");
  fails(good + " --label-smoothing 1", 2, "--label-smoothing 1");
  fails(good + " --images 1000", 2, "--images 1000");
  fails(good + " -j 0", 2, "--jobs 0");
  fails(good + " --random -1", 2, "--random -1");
  fails(files.list + kSmall + " --data gaussian", 2, "unknown images \"gaussian\"");
  fails(files.list + kSmall + " --data cifar10:" + files.folder.path("none.bin"), 1, "none.bin");
  fails(files.folder.path("none.csv") + kSmall + files.data, 1, "none.csv");
  fails(files.folder.write("bad.txt", "|nor_conv_3x3~0|\n") + kSmall + files.data, 1, "bad.txt:1");
  fails(files.folder.write("bad.csv", "arch,swap\nnothing,1\n") + kSmall + files.data, 1, "bad.csv: row 1");
  fails(files.folder.write("empty.txt", "") + kSmall + files.data, 1, "no architectures");
  fails(files.list + kSmall + files.data + " --space bert", 2, "its networks read words");
}

TEST_CASE("what training taught orders the whole table anew") {
  const Files files;
  const std::string scores = files.folder.path("scores.csv"), out = files.folder.path("confirm.csv");
  run_well("rank --space nasbench201 --sample 12 --quiet --top 0 --out " + scores + kTiny);
  run_well("confirm " + scores + kSmall + files.data + " --top 3 --seeds 1 --update default --out " + out);
  const std::string ranked = files.folder.path("confirm.ranked.csv");
  CHECK(column(ranked, "arch").size() == 12);
  const std::vector<std::string> trained = column(ranked, "trained");
  CHECK(std::count(trained.begin(), trained.end(), "") <= 9);
  CHECK(std::count(trained.begin(), trained.end(), "1") == 1);

  const Outcome wrong = run_program("confirm " + scores + kSmall + files.data + " --update none.json --out " + out);
  CHECK(wrong.code == 1);
  CHECK_THAT(wrong.err, Contains("none.json"));
}
