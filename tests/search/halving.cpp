#include "search/halving.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <utility>

#include "core/error.h"

namespace zeroth::search {
namespace {

// A trainer that knows each contender's accuracy, and counts what it is asked for.
struct FakeTrainer {
  std::vector<double> accuracy;                   // by contender; NaN: diverges
  std::map<std::pair<size_t, int>, int> trained;  // epochs by contender and seed
  int64_t epochs = 0;

  // All rungs; gives back who was in each.
  std::vector<std::vector<size_t>> run(Halving& halving) {
    std::vector<std::vector<size_t>> rungs;
    for (auto jobs = halving.next(); !jobs.empty(); jobs = halving.next()) {
      rungs.emplace_back();
      std::vector<std::optional<double>> told(accuracy.size());
      for (const TrainingJob& job : jobs) {
        int& behind = trained[{job.contender, job.seed}];
        CHECK(job.epochs > behind);
        epochs += job.epochs - behind;
        behind = job.epochs;
        if (job.seed == 0) rungs.back().push_back(job.contender);
        if (!std::isnan(accuracy[job.contender])) told[job.contender] = accuracy[job.contender];
      }
      halving.tell(told);
    }
    return rungs;
  }
};

std::vector<Contender> candidates(size_t count) { return std::vector<Contender>(count); }

using Rungs = std::vector<std::vector<size_t>>;

TEST_CASE("each rung keeps the better half, and each is twice as long") {
  Halving halving(candidates(8), /*seeds=*/1, /*epochs=*/12, /*rungs=*/3);
  CHECK(halving.rung_epochs() == std::vector<int>{3, 6, 12});
  FakeTrainer trainer{{1, 8, 3, 6, 5, 4, 7, 2}, {}};
  CHECK(trainer.run(halving) == Rungs{{0, 1, 2, 3, 4, 5, 6, 7}, {1, 3, 4, 6}, {1, 6}});
  CHECK(halving.rungs(1) == 3);
  CHECK(halving.epochs(1) == 12);
  CHECK(halving.rungs(3) == 2);
  CHECK(halving.epochs(3) == 6);
  CHECK(halving.epochs(0) == 3);
}

TEST_CASE("the budget is exact: 8 candidates of 12 epochs in 3 rungs cost 48 epochs a seed") {
  Halving halving(candidates(8), /*seeds=*/3, 12, 3);
  FakeTrainer trainer{{1, 8, 3, 6, 5, 4, 7, 2}, {}};
  trainer.run(halving);
  CHECK(trainer.epochs == 3 * (8 * 3 + 4 * 3 + 2 * 6));
}

TEST_CASE("of an odd number the larger half goes on, and of equals the earlier") {
  Halving halving(candidates(5), 1, 4, 3);
  FakeTrainer trainer{{2, 2, 2, 2, 2}, {}};
  CHECK(trainer.run(halving) == Rungs{{0, 1, 2, 3, 4}, {0, 1, 2}, {0, 1}});
}

TEST_CASE("baselines are trained to the end and take no candidate's place") {
  std::vector<Contender> contenders = candidates(4);
  contenders.push_back({/*candidate=*/false, /*baseline=*/true});
  contenders[3].baseline = true;
  Halving halving(contenders, 2, 8, 2);
  FakeTrainer trainer{{3, 2, 1, 0, 9}, {}};
  CHECK(trainer.run(halving) == Rungs{{0, 1, 2, 3, 4}, {0, 1, 3, 4}});
  CHECK(halving.epochs(3) == 8);
  CHECK(halving.epochs(2) == 4);
}

TEST_CASE("what diverged goes no further, though it leaves a place empty") {
  std::vector<Contender> contenders = candidates(4);
  contenders.push_back({false, true});
  Halving halving(contenders, 1, 8, 3);
  const double diverged = std::nan("");
  FakeTrainer trainer{{diverged, diverged, diverged, 1, diverged}, {}};
  CHECK(trainer.run(halving) == Rungs{{0, 1, 2, 3, 4}, {3}, {3}});
  CHECK(halving.rungs(0) == 1);
  CHECK(trainer.epochs == 5 * 2 + 2 + 4);
}

TEST_CASE("one rung is plain training of all") {
  Halving halving(candidates(3), 1, 5, 1);
  FakeTrainer trainer{{1, 2, 3}, {}};
  CHECK(trainer.run(halving) == Rungs{{0, 1, 2}});
  CHECK(trainer.epochs == 15);
}

TEST_CASE("a schedule without epochs for its first rung, and numbers below 1, are mistakes") {
  CHECK_THROWS_WITH(Halving(candidates(2), 1, 3, 3), Catch::Contains("--rungs 3: halving 3 epochs"));
  CHECK_THROWS_AS(Halving(candidates(2), 1, 3, 1000), core::UsageError);
  CHECK_THROWS_WITH(Halving(candidates(2), 1, 0, 1), Catch::Contains("--epochs 0"));
  CHECK_THROWS_WITH(Halving(candidates(2), 0, 3, 1), Catch::Contains("--seeds 0"));
  CHECK_THROWS_WITH(Halving(candidates(2), 1, 3, 0), Catch::Contains("--rungs 0"));
}

}  // namespace
}  // namespace zeroth::search
