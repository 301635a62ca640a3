#include "search/confirm/confirm.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>

#include "search/confirm/table.h"
#include "tests/confirm/made_data.h"

namespace zeroth::search {
namespace {

using tests::made_data;
using tests::TemporaryFolder;

const spaces::SearchSpace& nasbench201() { return spaces::find_space("nasbench201"); }

std::vector<Entrant> entrants() {
  std::vector<Entrant> list;
  for (const char* text : {"|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|",
                           "|avg_pool_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|",
                           "|nor_conv_1x1~0|+|none~0|none~1|+|skip_connect~0|nor_conv_1x1~1|none~2|"}) {
    list.push_back({text, nasbench201().parse(text), "candidate", {}});
  }
  const std::string last = "|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|";
  list.push_back({last, nasbench201().parse(last), "random", {/*candidate=*/false, /*baseline=*/true}});
  return list;
}

ConfirmOptions options_in(const TemporaryFolder& folder, int workers = 1) {
  ConfirmOptions options;
  options.shape = nasbench201().full_shape();
  options.shape.channels = 4;
  options.shape.cells = 1;
  options.shape.resolution = 8;
  options.training.epochs = 4;
  options.training.batch = 16;
  options.rungs = 2;
  options.seeds = 2;
  options.seed = 5;
  options.workers = workers;
  options.checkpoints = folder.path("checkpoints");
  return options;
}

// Counts the epochs, and stops the run after some.
struct Watched {
  std::atomic<int> epochs{0};
  int rungs = 0;
  int stop_after = 1000;

  ConfirmWatch watch() {
    ConfirmWatch watch;
    watch.rung_begins = [](int, int64_t) {};
    watch.epoch_ends = [this](const EpochNews&) { ++epochs; };
    watch.rung_ends = [this] { ++rungs; };
    watch.stop = [this] { return epochs >= stop_after; };
    return watch;
  }
};

// The table without its seconds.
std::string table(const std::vector<Entrant>& list, const Confirmation& confirmation) {
  std::vector<Confirmed> results = confirmation.results();
  for (Confirmed& result : results) result.seconds = 0.0;
  return confirmed_csv(list, results);
}

struct OneConfirmation {
  const TemporaryFolder folder;
  const ImageData data = ImageData(made_data(folder, 60));
  const std::vector<Entrant> list = entrants();
  Confirmation confirmation{nasbench201(), list, data, options_in(folder)};
  Watched watched;
};

TEST_CASE("confirmation halves the candidates, trains the baseline to the end and puts all in order") {
  OneConfirmation one;
  Confirmation& confirmation = one.confirmation;
  Watched& watched = one.watched;
  const std::vector<Entrant>& list = one.list;
  CHECK(confirmation.run(watched.watch()));
  CHECK(watched.rungs == 2);
  CHECK(watched.epochs == 2 * (4 * 2 + 3 * 2));  // of three candidates two go on
  const auto results = confirmation.results();
  REQUIRE(results.size() == 4);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(results[i].status == "ok");
    CHECK(results[i].epochs == 4);
    CHECK(results[i].rungs == 2);
    if (i > 0) CHECK(*results[i].validation <= *results[i - 1].validation);
  }
  CHECK(results[3].status == "halted");
  CHECK(results[3].epochs == 2);
  CHECK(list[results[3].entrant].role == "candidate");
  // Paired with the first where the epochs are its own; a mean of differences is the difference of means.
  CHECK_FALSE(results[0].to_first);
  CHECK_FALSE(results[3].to_first);
  for (size_t i = 1; i < 3; ++i) {
    CHECK(*results[i].to_first == Approx(*results[i].validation - *results[0].validation).margin(1e-9));
    CHECK(results[i].to_first_deviation.has_value());
  }
  for (const Confirmed& result : results) {
    CHECK(result.validation_deviation.has_value());
    CHECK(result.loss.has_value());
    CHECK_FALSE(result.test.has_value());
    CHECK(result.params > 0);
    CHECK(result.seconds > 0.0);
  }
}

TEST_CASE("between two rungs what goes on is in training, and the rest is halted") {
  OneConfirmation one;
  const Confirmation& confirmation = one.confirmation;
  std::vector<int64_t> in_training, halted;
  ConfirmWatch watch = one.watched.watch();
  watch.rung_ends = [&] {
    const auto results = confirmation.results();
    const auto count = [&](const std::string& status) {
      return std::count_if(results.begin(), results.end(), [&](const auto& r) { return r.status == status; });
    };
    in_training.push_back(count("training"));
    halted.push_back(count("halted"));
  };
  CHECK(one.confirmation.run(watch));
  CHECK(in_training == std::vector<int64_t>{3, 0});
  CHECK(halted == std::vector<int64_t>{1, 1});
}

TEST_CASE("results do not depend on how many networks are trained at a time") {
  const TemporaryFolder first, second;
  const ImageData data(made_data(first, 60));
  const auto list = entrants();
  Confirmation one(nasbench201(), list, data, options_in(first, 1)),
      two(nasbench201(), list, data, options_in(second, 2));
  Watched watched;
  CHECK(one.run(watched.watch()));
  CHECK(two.run(watched.watch()));
  CHECK(table(list, one) == table(list, two));
}

TEST_CASE("a run that was interrupted anywhere goes on to the table of an unbroken one") {
  const TemporaryFolder unbroken_folder;
  const ImageData data(made_data(unbroken_folder, 60));
  const auto list = entrants();
  Confirmation unbroken(nasbench201(), list, data, options_in(unbroken_folder));
  Watched whole;
  CHECK(unbroken.run(whole.watch()));
  const int stop_after = GENERATE(1, 9, 17);
  const TemporaryFolder folder;
  Watched cut;
  cut.stop_after = stop_after;
  Confirmation first(nasbench201(), list, data, options_in(folder));
  CHECK_FALSE(first.run(cut.watch()));
  const auto results = first.results();
  CHECK(std::any_of(results.begin(), results.end(), [](const auto& r) { return r.status == "interrupted"; }));
  Confirmation second(nasbench201(), list, data, options_in(folder));
  Watched rest;
  CHECK(second.run(rest.watch()));
  CHECK(cut.epochs + rest.epochs == whole.epochs);
  CHECK(table(list, second) == table(list, unbroken));
}

TEST_CASE("what diverges is marked, stands last and stops nobody else") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder, 60));
  const auto list = entrants();
  ConfirmOptions options = options_in(folder);
  options.training.rate = 1e30;
  Confirmation confirmation(nasbench201(), list, data, options);
  Watched watched;
  CHECK(confirmation.run(watched.watch()));
  for (const Confirmed& result : confirmation.results()) {
    CHECK(result.status == "diverged");
    CHECK_FALSE(result.validation.has_value());
  }
  CHECK(watched.epochs == 4 * 2);
}

}  // namespace
}  // namespace zeroth::search
