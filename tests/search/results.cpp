#include "search/results.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace zeroth::search {
namespace {

Entry entry(const std::string& text, const std::vector<double>& objectives, size_t batch = 0, int fidelity = 0) {
  Entry made;
  made.text = text;
  made.objectives = objectives;
  made.batch = batch;
  made.fidelity = fidelity;
  return made;
}

History history_of(std::vector<Entry> entries) { return {{}, std::move(entries)}; }

}  // namespace

TEST_CASE("results are ranked by fidelity, then by objective, each architecture once") {
  History history = history_of({entry("a", {5}), entry("b", {7}), entry("c", {7}), entry("a", {1}, 1, 1),
                                entry("d", {9}), entry("e", {kWorst})});
  history.entries[4].partial = true;
  history.entries[5].feasible = false;
  CHECK(ranked_results(history) == std::vector<size_t>{3, 1, 2});
  CHECK(*best_result(history) == 3);
  CHECK(front_size(history, ranked_results(history)) == 1);
  CHECK_FALSE(best_result(history_of({})));
}

TEST_CASE("with several objectives the Pareto front comes first") {
  const History history =
      history_of({entry("a", {1, 9}), entry("b", {5, 1}), entry("c", {4, 0}), entry("d", {3, 3}), entry("e", {2, 2})});
  const auto ranked = ranked_results(history);
  CHECK(ranked == std::vector<size_t>{1, 3, 0, 2, 4});
  CHECK(front_size(history, ranked) == 3);
}

TEST_CASE("an improvement is a new best, or a new point on the front") {
  CHECK(improved(history_of({entry("a", {1}), entry("b", {2})}), 1));
  CHECK_FALSE(improved(history_of({entry("a", {2}), entry("b", {2})}), 1));
  CHECK(improved(history_of({entry("a", {2, 2}), entry("b", {1, 3})}), 1));
  CHECK_FALSE(improved(history_of({entry("a", {2, 2}), entry("b", {1, 2})}), 1));
  CHECK_FALSE(improved(history_of({}), 0));
}

TEST_CASE("diversity is the mean share of decisions in which pairs differ") {
  History history = history_of({entry("a", {1}), entry("b", {1}), entry("c", {1})});
  history.entries[0].architecture = {{0, 0}};
  history.entries[1].architecture = {{0, 1}};
  history.entries[2].architecture = {{1}};
  // Pairs: half; both (a missing decision is another); both.
  CHECK(diversity(history, 3) == Approx((0.5 + 1.0 + 1.0) / 3));
  CHECK(diversity(history, 2) == Approx(0.5));
  CHECK(diversity(history, 3, 2) == Approx(1.0));
  CHECK(diversity(history, 1) == 0.0);
}

TEST_CASE("a trace has a point a batch, and its best and hypervolume never fall") {
  const History history = history_of(
      {entry("a", {1, 5}), entry("b", {2, 1}, 1), entry("c", {3, 3}, 1), entry("d", {0, 0}, 2), entry("e", {5, 1}, 3)});
  const auto points = trace(history);
  REQUIRE(points.size() == 4);
  CHECK(points[0].best == 1);
  CHECK(points[1].best == 3);
  CHECK(points[3].best == 5);
  CHECK(points[1].evaluations == 3);
  CHECK(points[1].front == 2);
  // Shares of the box from (0, 0) to (5, 5): (.2, 1), then (.6, .6).
  CHECK(points[0].hypervolume == Approx(0.2));
  CHECK(points[1].hypervolume == Approx(0.2 + 0.4 * 0.6));
  CHECK(points[2].hypervolume == points[1].hypervolume);
  CHECK(points[3].hypervolume == Approx(points[1].hypervolume + 0.4 * 0.2));
}

}  // namespace zeroth::search
