#include "eval/benchmark.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tests/eval/temporary_file.h"

using Catch::Matchers::Contains;
using zeroth::eval::Benchmark;
using zeroth::tests::TemporaryFile;

TEST_CASE("A benchmark averages the rows of one architecture and skips rows without a value") {
  const TemporaryFile file("bench.csv",
                           "id,arch,acc,note\n"
                           "0,nothing,,x\n"
                           "1,a,90,x\n"
                           "2, b ,80.5,x\n"
                           "3,a,94,x\n"
                           "4,c,nan,x\n"
                           "5,a,,x\n"
                           "6,c,inf,x\n");
  const Benchmark benchmark = Benchmark::read(file.path(), "acc");
  CHECK(benchmark.repeated() == 1);
  CHECK(benchmark.accuracy("a") == 92.0);
  CHECK(benchmark.accuracy("b") == 80.5);
  CHECK_FALSE(benchmark.accuracy("c"));
  CHECK_FALSE(benchmark.accuracy("nothing"));
  CHECK(benchmark.example() == "a");
  CHECK(benchmark.file_name() == "bench.csv");
}

TEST_CASE("An unknown target column is answered with the columns of numbers") {
  const TemporaryFile file("bench.csv", "arch,acc,note,empty,late\na,90,x,,\nb,91,y,,7\n");
  REQUIRE_THROWS_AS(Benchmark::read(file.path(), "ac"), zeroth::core::UsageError);
  CHECK_THROWS_WITH(Benchmark::read(file.path(), "ac"),
                    file.path() + ": unknown target column \"ac\"; did you mean \"acc\"? known: acc, late");
}

TEST_CASE("A benchmark that cannot be used says what is wrong with it") {
  const TemporaryFile no_arch("a.csv", "name,acc\na,90\n");
  CHECK_THROWS_WITH(Benchmark::read(no_arch.path(), "acc"),
                    no_arch.path() + ": no column \"arch\"; columns: name, acc");
  const TemporaryFile text("b.csv", "arch,acc\na,90\nb,high\n");
  CHECK_THROWS_WITH(Benchmark::read(text.path(), "acc"),
                    text.path() + ":3: \"high\" in target column \"acc\" is no number");
  const TemporaryFile empty("c.csv", "arch,acc\na,\nb,nan\n");
  CHECK_THROWS_WITH(Benchmark::read(empty.path(), "acc"), empty.path() + ": column \"acc\" holds no value");
  CHECK_THROWS_WITH(Benchmark::read("/nowhere/d.csv", "acc"), Contains("/nowhere/d.csv"));
}
