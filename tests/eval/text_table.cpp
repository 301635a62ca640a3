#include "eval/text_table.h"

#include <catch2/catch.hpp>

namespace zeroth::eval {

TEST_CASE("a spread is the mean and standard deviation of what is there") {
  CHECK(spread_text({}) == "-");
  CHECK(spread_text({std::nullopt}) == "-");
  CHECK(spread_text({94.0}) == "94.00");
  CHECK(spread_text({1.0, std::nullopt, 3.0, 5.0}, "{:.3f}") == "3.000 +- 2.000");
}

}  // namespace zeroth::eval
