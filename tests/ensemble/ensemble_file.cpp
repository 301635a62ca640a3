#include "ensemble/ensemble_file.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "ensemble/comparison.h"
#include "ensemble/method.h"
#include "tests/ensemble/made_tasks.h"
#include "tests/temporary_folder.h"

using zeroth::ensemble::EnsembleFile;
using zeroth::ensemble::learn_ensemble;
using zeroth::ensemble::predict;
using zeroth::ensemble::Task;
using zeroth::tests::made_task;
using zeroth::tests::TemporaryFolder;

namespace {

const EnsembleFile& made_file() {
  static const EnsembleFile file = [] {
    EnsembleFile learned =
        learn_ensemble({made_task("a", 80, 1), made_task("b", 80, 2), made_task("nasbench201", 80, 3)},
                       {{"few", {"noise", "good"}, {"good"}}});
    learned.fidelity = "fast";
    return learned;
  }();
  return file;
}

}  // namespace

TEST_CASE("an ensemble's file gives back the same scores, bit for bit, for all and for each group") {
  const TemporaryFolder folder;
  made_file().write(folder.path("w.json"));
  const EnsembleFile read = EnsembleFile::read(folder.path("w.json"));
  const Task test = made_task("d", 50, 4);
  const auto labels = std::vector<std::optional<double>>(test.accuracy.begin(), test.accuracy.end());
  CHECK(predict(read.model, test.columns, test.values).mean ==
        predict(made_file().model, test.columns, test.values).mean);
  CHECK(predict(read.model, test.columns, test.values, labels).deviation ==
        predict(made_file().model, test.columns, test.values, labels).deviation);
  REQUIRE(read.folds.size() == 3);
  CHECK(predict(read.model_without("transnas101-micro"), test.columns, test.values).mean ==
        predict(made_file().folds[2].model, test.columns, test.values).mean);
  CHECK(&read.model_without("unknown") == &read.model);
  REQUIRE(read.sets.size() == 2);
  CHECK(read.sets[0].log_rank == std::vector<std::string>{"good", "noise", "twin"});
  CHECK(read.sets[1].name == "few");
  CHECK(read.sets[1].least == 2);
  CHECK(read.method == "bayes");
  CHECK(read.fidelity == "fast");
  CHECK(read.tasks.size() == 3);
  for (const size_t set : {size_t{0}, size_t{1}}) {
    CHECK(read.tasks[1].held_out[set].learned == made_file().tasks[1].held_out[set].learned);
    CHECK(read.held_out(set).log_rank == made_file().held_out(set).log_rank);
  }
  read.write(folder.path("again.json"));
  CHECK(TemporaryFolder::read(folder.path("w.json")) == TemporaryFolder::read(folder.path("again.json")));
}

TEST_CASE("the held-out correlation of a task is that of the model without its group") {
  const auto& file = made_file();
  const Task a = made_task("a", 80, 1);
  const auto& held_out = file.tasks[0].held_out;
  REQUIRE(held_out.size() == 2);
  CHECK(held_out[0].learned ==
        zeroth::ensemble::spearman(predict(file.folds[0].model, a.columns, a.values).mean, a.accuracy));
  CHECK(held_out[1].learned ==
        zeroth::ensemble::spearman(predict(file.folds[0].model, {"good", "noise"}, {a.values[0], a.values[2]}).mean,
                                   a.accuracy));
  CHECK(held_out[1].log_rank ==
        zeroth::ensemble::spearman(combine(zeroth::ensemble::find_label_free("log_rank"), {a.values[0]}), a.accuracy));
  CHECK(file.beats_log_rank());
  CHECK(*file.held_out().learned > *file.held_out().log_rank);
}

TEST_CASE("an ensemble of one group has no held-out quality and does not beat log_rank") {
  const EnsembleFile file = learn_ensemble({made_task("a", 80, 1)});
  CHECK(file.folds.empty());
  CHECK_FALSE(file.held_out().learned);
  CHECK_FALSE(file.beats_log_rank());
  CHECK_THAT(zeroth::ensemble::decide(file, {"good", "twin", "noise", "upside", "flat"}).reason,
             Catch::Contains("on other spaces is not known"));
  CHECK_THROWS_WITH(file.model_excluding("a"), Catch::Contains("all tasks are of one group of spaces, a"));
}

TEST_CASE("spaces weigh equally in the held-out mean") {
  EnsembleFile file;
  file.tasks = {{"1", "a", "a", 9, {{0.9, 0.5}}}, {"2", "a", "a", 9, {{0.7, 0.5}}}, {"3", "b", "b", 9, {{0.2, 0.6}}}};
  CHECK(*file.held_out().learned == Approx(0.5));
  CHECK(*file.held_out().log_rank == Approx(0.55));
  CHECK_FALSE(file.beats_log_rank());
  CHECK_FALSE(file.held_out(1).learned);
}

TEST_CASE("the learned ensemble beats log_rank where its lift is two standard errors over spaces") {
  EnsembleFile file;
  file.tasks = {{"1", "a", "a", 9, {{0.6, 0.5}}}, {"2", "b", "b", 9, {{0.8, 0.5}}}, {"3", "b", "b", 9, {{0.6, 0.5}}}};
  const auto lift = *file.lift();  // of a .1, of b the mean of .3 and .1
  CHECK(lift.mean == Approx(0.15));
  CHECK(lift.standard_error == Approx(0.05));
  CHECK(lift.spaces == 2);
  CHECK(file.beats_log_rank());
  file.tasks.push_back({"4", "c", "c", 9, {{0.5, 0.5}}});
  CHECK(file.lift()->mean == Approx(0.1));
  CHECK(file.lift()->standard_error == Approx(0.1 / std::sqrt(3.0)));
  CHECK_FALSE(file.beats_log_rank());
  CHECK_FALSE(file.lift(1));
}

TEST_CASE("what is decided of a pool rests on tasks that had its columns") {
  EnsembleFile file;
  file.sets = {{"all", {"a", "b", "c", "d"}, {"a", "b"}, 3}, {"few", {"a", "b"}, {"a", "b"}, 2}};
  file.tasks = {{"1", "x", "x", 9, {{0.9, 0.5}, {0.4, 0.5}}}};
  CHECK(*file.set_of({"a", "b", "c", "other"}) == 0);
  CHECK(*file.set_of({"b", "a"}) == 1);
  CHECK(*file.set_of({"other", "b", "a"}) == 1);
  CHECK_FALSE(file.set_of({"a", "c"}));  // fewer of all columns than any task had, and not among the few
  CHECK_FALSE(file.set_of({"a"}));
  CHECK_FALSE(file.set_of({"other"}));
  const auto all = decide(file, {"a", "b", "c", "d"}), few = decide(file, {"a", "b"}), none = decide(file, {"d"});
  CHECK(all.learned);
  CHECK_THAT(all.reason, Catch::Contains("with the all columns") && Catch::Contains("0.900"));
  CHECK_FALSE(few.learned);
  CHECK_THAT(few.reason, Catch::Contains("few") && Catch::Contains("0.400") && Catch::Contains("log_rank 0.500"));
  CHECK_FALSE(none.learned);
  CHECK_THAT(none.reason, Catch::Contains("is not known"));
}

TEST_CASE("a space that was not held out is answered with those that were") {
  const auto& file = made_file();
  CHECK(&file.model_excluding("a") == &file.folds[0].model);
  CHECK_THROWS_WITH(file.model_excluding("darts"),
                    Catch::Contains("unknown space of the ensemble's tasks \"darts\"") && Catch::Contains("a, b"));
}

TEST_CASE("an ensemble judged by its trees keeps them in its file") {
  const TemporaryFolder folder;
  const EnsembleFile file = learn_ensemble({made_task("a", 60, 1), made_task("b", 60, 2)}, {}, "gbt");
  file.write(folder.path("w.json"));
  const EnsembleFile read = EnsembleFile::read(folder.path("w.json"));
  CHECK(read.method == "gbt");
  const Task test = made_task("d", 50, 4);
  const auto& method = zeroth::ensemble::find_method("gbt");
  CHECK(method.predict(read.model, test.columns, test.values, {}).mean ==
        method.predict(file.model, test.columns, test.values, {}).mean);
  CHECK(file.tasks[0].held_out[0].learned > 0.7);
  read.write(folder.path("again.json"));
  CHECK(TemporaryFolder::read(folder.path("w.json")) == TemporaryFolder::read(folder.path("again.json")));
}

TEST_CASE("a damaged ensemble file is named with what is wrong") {
  const TemporaryFolder folder;
  made_file().write(folder.path("w.json"));
  const std::string good = TemporaryFolder::read(folder.path("w.json"));
  const auto message = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    const std::string path = folder.write("bad.json", text.replace(at, from.size(), to));
    try {
      EnsembleFile::read(path);
    } catch (const zeroth::core::Error& error) {
      CHECK(std::string(error.what()).find(path + ": ") == 0);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(message("\"format\": 2", "\"format\": 9"), Catch::Contains("format 9; this version reads 2"));
  CHECK_THAT(message("\"zeroth ensemble\"", "\"else\""), Catch::Contains("not a file of zeroth ensemble fit"));
  CHECK_THAT(message("\"method\": \"bayes\"", "\"method\": \"magic\""), Catch::Contains("method magic is not known"));
  CHECK_THAT(message("\"column_sets\"", "\"sets\""), Catch::Contains("column_sets"));
  CHECK_THAT(message("\"noise\": ", "\"nose\": "), Catch::Contains("noise"));
  CHECK_THAT(message("\"sign\": 1.0", "\"sign\": 2.0"), Catch::Contains("neither 1 nor -1"));
  CHECK_THAT(message("\"family\": 0", "\"family\": 9"), Catch::Contains("family of"));
  CHECK_THAT(message("\"name\": \"good\"", "\"name\": \"noise\""), Catch::Contains("two columns are named noise"));
  CHECK_THAT(message("\"covariance\": [", "\"covariance\": [ \"1\","), Catch::Contains("covariance"));
  CHECK_THAT(message("{", "["), !Catch::Contains("no error"));
  CHECK_THROWS_AS(EnsembleFile::read(folder.write("cut.json", good.substr(0, good.size() / 2))), zeroth::core::Error);
  CHECK_THROWS_AS(EnsembleFile::read(folder.write("empty.json", "")), zeroth::core::Error);
  CHECK_THROWS_AS(EnsembleFile::read(folder.write("array.json", "[1]")), zeroth::core::Error);
  CHECK_THROWS_AS(EnsembleFile::read(folder.path("absent.json")), zeroth::core::Error);
  CHECK_THROWS_AS(made_file().write(folder.path("no/such/folder.json")), zeroth::core::Error);
}

TEST_CASE("a comparison sets label-free ensembles, the best column and baselines beside the learned score") {
  Task test = made_task("d", 60, 5);
  test.columns.emplace_back("macs");
  test.values.push_back(test.values[2]);
  const auto scores = zeroth::ensemble::method_scores(made_file().model, test);
  std::vector<std::string> names;
  for (const auto& score : scores) {
    names.push_back(score.method);
    CHECK(score.score.size() == 60);
  }
  CHECK(names == std::vector<std::string>{"bayes", "rank_mean", "log_rank", "borda", "vote", "geometric", "robust_rank",
                                          "best_single", "macs"});
  CHECK(zeroth::ensemble::spearman(scores[7].score, test.accuracy) > 0.7);
  CHECK(scores[2].score == combine(zeroth::ensemble::find_label_free("log_rank"),
                                   {test.values[0], test.values[1], test.values[2], test.values[4]}));
}
