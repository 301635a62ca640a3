#include "core/error.h"

#include <catch2/catch.hpp>

namespace zeroth::core {
namespace {

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("an unknown name is answered with the nearest one and all that exist") {
  CHECK(unknown_name("proxy", "snipp", {"params", "macs", "snip"}) ==
        "unknown proxy \"snipp\"; did you mean \"snip\"? known: params, macs, snip");
  CHECK(unknown_name("proxy", "synfolw", {"snip", "synflow", "logsynflow"}) ==
        "unknown proxy \"synfolw\"; did you mean \"synflow\"? known: snip, synflow, logsynflow");
}

TEST_CASE("a name that resembles none gets no guess") {
  CHECK(unknown_name("space", "quantum_foam", {"nasbench201"}) == "unknown space \"quantum_foam\"; known: nasbench201");
  CHECK(unknown_name("space", "x", {}) == "unknown space \"x\"; known: ");
}

TEST_CASE("a failed check is a bug that names the expression and the place") {
  CHECK_NOTHROW([] { ZEROTH_CHECK(1 + 1 == 2); }());
  CHECK_THROWS_AS([] { ZEROTH_CHECK(1 + 1 == 3); }(), Bug);
  CHECK_THROWS_WITH([] { ZEROTH_CHECK(1 + 1 == 3); }(), Contains("1 + 1 == 3") && Contains("error.cpp:"));
}

TEST_CASE("a usage error is an error, and a bug is none") {
  CHECK_THROWS_AS(throw UsageError("x"), Error);
  const auto throw_bug = [] {
    try {
      throw Bug("x");
    } catch (const Error&) {
    }
  };
  CHECK_THROWS_AS(throw_bug(), Bug);
}

}  // namespace zeroth::core
