#include "ensemble/forward_selection.h"

#include <catch2/catch.hpp>
#include <cmath>

using zeroth::ensemble::forward_selection;
using zeroth::ensemble::SelectionStep;
using Column = std::vector<std::optional<double>>;

namespace {

const std::vector<double> kTarget = {1, 2, 3, 4, 5, 6};

}  // namespace

TEST_CASE("selection starts with the column of the highest Spearman, counted by hand") {
  // Columns: upside down, constant, two neighbours exchanged (rho = 1 - 6 * 2 / 210), another pair as well.
  const std::vector<Column> columns = {{6.0, 5.0, 4.0, 3.0, 2.0, 1.0},
                                       {1.0, 1.0, 1.0, 1.0, 1.0, 1.0},
                                       {2.0, 1.0, 3.0, 4.0, 5.0, 6.0},
                                       {2.0, 1.0, 4.0, 3.0, 5.0, 6.0}};
  const auto steps = forward_selection(columns, {kTarget}, 0.0001, 4);
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].column == 2);
  CHECK(steps[0].quality == Approx(1.0 - 12.0 / 210.0));
}

TEST_CASE("columns that are wrong in different places help each other") {
  const std::vector<Column> columns = {{1.0, 2.0, 3.0, 4.0, 6.0, 5.0}, {1.0, 3.0, 2.0, 4.0, 5.0, 6.0}};
  // ln of products of ranks: 1, 6, 6, 16, 30, 30: ties where each is wrong, rho = .9718 < 1 - 12 / 210 of either.
  const auto alone = forward_selection(columns, {kTarget}, 0.01, 2);
  REQUIRE(alone.size() == 2);
  CHECK(alone[0].column == 0);
  CHECK(alone[1].column == 1);
  CHECK(alone[1].quality > alone[0].quality + 0.01);
  CHECK(forward_selection(columns, {kTarget}, 0.1, 2).size() == 1);
  CHECK(forward_selection(columns, {kTarget}, 0.0, 1).size() == 1);
}

TEST_CASE("quality is the mean over targets, and failed cells are the bottom") {
  const std::vector<double> reversed = {6, 5, 4, 3, 2, 1};
  const std::vector<Column> columns = {{1.0, 2.0, 3.0, 4.0, 5.0, 6.0}};
  CHECK(std::abs(forward_selection(columns, {kTarget, reversed}, 0.0, 1)[0].quality) < 1e-12);
  const std::vector<Column> failed = {{std::nullopt, -5.0, -4.0, -3.0, -2.0, -1.0}};
  CHECK(forward_selection(failed, {kTarget}, 0.0, 1)[0].quality == Approx(1.0));
  CHECK(forward_selection({Column{1.0, 1.0}}, {{1.0, 2.0}}, 0.0, 1).empty());
}
