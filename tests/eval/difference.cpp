#include "eval/difference.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tests/eval/temporary_file.h"

using Catch::Matchers::Contains;
using zeroth::core::ScoreTable;
using zeroth::eval::as_csv;
using zeroth::eval::as_json;
using zeroth::eval::as_table;
using zeroth::eval::changed_members;
using zeroth::eval::Difference;
using zeroth::eval::difference;
using zeroth::tests::TemporaryFile;

namespace {

Difference compare(const std::string& before, const std::string& after, const std::string& column = "",
                   size_t movers = 5) {
  const TemporaryFile first("before.csv", before), second("after.csv", after);
  return difference(ScoreTable::read(first.path()), ScoreTable::read(second.path()), column, movers);
}

const char* const kBefore = "arch,x,y,x_se,gone,status\na,1,4,0,1,ok\nb,2,3,0,1,ok\nc,3,2,0,1,ok\nd,,1,0,1,x=dead\n";
// x with its two best exchanged, y upside down; in another order, with an architecture of its own.
const char* const kAfter = "arch,new,y,x\ne,1,9,9\nd,1,4,0.5\nc,1,3,2\nb,1,2,3\na,1,1,1\n";

}  // namespace

TEST_CASE("two tables are joined by architecture and compared column by column") {
  const Difference result = compare(kBefore, kAfter);
  CHECK(result.architectures == 4);
  CHECK(result.only_before == 0);
  CHECK(result.only_after == 1);
  CHECK(result.lost_columns == std::vector<std::string>{"gone"});
  CHECK(result.new_columns == std::vector<std::string>{"new"});
  REQUIRE(result.columns.size() == 2);

  const auto& x = result.columns[0];
  CHECK(x.column == "x");
  CHECK(x.failed_before == 1);
  CHECK(x.failed_after == 0);
  CHECK(x.equal == 1);  // a; d had no value
  CHECK(x.spearman.value() == Approx(1.0 - 6.0 * 2.0 / (4.0 * 15.0)));
  CHECK(x.kendall.value() == Approx((5.0 - 1.0) / 6.0));
  CHECK(x.top_tenth_kept == 0.0);  // c before, b after
  CHECK(result.columns[1].spearman.value() == Approx(-1.0));
  CHECK(result.columns[1].equal == 0);
}

TEST_CASE("movers are ordered by the change of their mean percentile") {
  // y alone: a falls from the best to the worst, d rises by as much and comes later.
  const Difference result = compare(kBefore, kAfter, "y", 2);
  REQUIRE(result.movers.size() == 2);
  CHECK(result.movers[0].architecture == "a");
  CHECK(result.movers[0].before == Approx(1.0));
  CHECK(result.movers[0].after == Approx(0.25));
  CHECK(result.movers[1].architecture == "d");
  // Both columns: of a the percentiles 0.5 and 1 become 0.5 and 0.25.
  const Difference both = compare(kBefore, kAfter);
  CHECK(both.movers[0].before - both.movers[0].after == Approx(0.375));
  CHECK(compare(kBefore, kBefore).movers.empty());
}

TEST_CASE("tables without anything in common are refused") {
  CHECK_THROWS_WITH(compare(kBefore, "arch,x\nq,1\n"), Contains("no architecture in common"));
  CHECK_THROWS_WITH(compare(kBefore, "arch,z\na,1\n"), Contains("no column in common"));
  CHECK_THROWS_AS(compare(kBefore, kAfter, "gone"), zeroth::core::UsageError);
  CHECK_THROWS_WITH(compare(kBefore, kAfter, "gone"), Contains("x, y"));
}

TEST_CASE("changed settings are named with both values") {
  const auto before = nlohmann::ordered_json::parse(R"({"a": 1, "b": {"c": "x", "d": 2}, "e": []})");
  const auto after = nlohmann::ordered_json::parse(R"({"a": 1, "b": {"c": "y", "d": 2}, "f": true})");
  const std::vector<std::string> expected = {"b.c: \"x\" -> \"y\"", "e: [] -> absent", "f: absent -> true"};
  CHECK(changed_members(before, after) == expected);
  CHECK(changed_members(before, before).empty());
}

TEST_CASE("a difference as table, CSV and JSON") {
  Difference result = compare(kBefore, kAfter);
  result.settings = {"seed: 1 -> 2"};
  const std::string table = as_table(result);
  CHECK_THAT(table, Contains("4 architectures in both, 0 only in the first, 1 only in the second") &&
                        Contains("changed  seed: 1 -> 2") && Contains("only in the second  new") &&
                        Contains("largest moves"));
  CHECK_THAT(as_csv(result), Contains("\ny,4,-1,-1,0,0,0,0,before.csv,after.csv\n"));
  const auto json = as_json(result);
  CHECK(json.at("columns").size() == 2);
  CHECK(json.at("columns").at(0).at("failed_before") == 1);
  CHECK(json.at("movers").at(0).at("arch") == result.movers[0].architecture);
}
