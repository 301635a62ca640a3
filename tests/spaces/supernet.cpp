// Cells with several operations on an edge.
#include "spaces/supernet.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "core/random.h"
#include "spaces/canonical.h"
#include "spaces/facts.h"

namespace zeroth::spaces {
namespace {

using Catch::Matchers::Contains;

std::string form_of(const std::vector<UnitGraph>& cells) { return canonical_form(cells).text; }

int64_t params_of(const SearchSpace& space, const Architecture& architecture) {
  return facts(space, architecture, space.full_shape()).params;
}

}  // namespace

TEST_CASE("a supernet with one operation on each edge is the architecture") {
  for (const char* name : {"nasbench201", "transnas101-micro"}) {
    const SearchSpace& space = find_space(name);
    const Supernet supernet(space);
    for (uint64_t i = 0; i < 20; ++i) {
      const Architecture one = space.sample(core::Stream(3, "supernet", i), 0);
      const Architecture same = supernet.parse(space.print(one));
      CHECK(supernet.single(same) == one);
      CHECK(supernet.print(same) == space.print(one));
      CHECK(form_of(supernet.cells(same)) == form_of(space.cells(one)));
      CHECK(params_of(supernet, same) == params_of(space, one));
    }
  }
}

TEST_CASE("a supernet is read as it is written") {
  const Supernet supernet(find_space("nasbench201"));
  for (uint64_t i = 0; i < 20; ++i) {
    const Architecture drawn = supernet.sample(core::Stream(4, "supernet", i), 0);
    CHECK(supernet.parse(supernet.print(drawn)) == drawn);
  }
  CHECK_THROWS_WITH(supernet.parse("none/none"), Contains("2 edge(s)") && Contains("should be 6"));
  CHECK_THROWS_WITH(supernet.parse("none/none/none/none/none/nor_conv_5x5"),
                    Contains("edge 6") && Contains("unknown operation \"nor_conv_5x5\""));
}

TEST_CASE("the whole supernet has the parameters of all operations") {
  const SearchSpace& space = find_space("nasbench201");
  const Supernet supernet(space);
  CHECK(*supernet.size() == 887503681);  // 31^6
  // Each edge of the cell has a 1x1 and a 3x3 convolution; the example's other options have no parameters.
  const auto all_of = [&](const char* operation) {
    std::string text;
    for (const char* edge : {"|?~0|+", "|?~0", "|?~1|+", "|?~0", "|?~1", "|?~2|"}) {
      std::string filled = edge;
      filled.replace(filled.find('?'), 1, operation);
      text += filled;
    }
    return params_of(space, space.parse(text));
  };
  const int64_t frame = all_of("skip_connect");
  CHECK(params_of(supernet, supernet.whole()) == all_of("nor_conv_1x1") + all_of("nor_conv_3x3") - frame);
}

TEST_CASE("an operation that does nothing leaves the function of a supernet as it was") {
  const Supernet supernet(find_space("nasbench201"));
  const Architecture whole = supernet.whole();
  CHECK(form_of(supernet.cells(whole)) == form_of(supernet.cells(supernet.without(whole, 2, 0))));  // none
  CHECK(form_of(supernet.cells(whole)) != form_of(supernet.cells(supernet.without(whole, 2, 3))));
  CHECK(supernet.kept(supernet.without(whole, 2, 3), 2) == std::vector<int>{0, 1, 2, 4});
  CHECK_FALSE(supernet.single(whole));
}

TEST_CASE("find_space knows supernets, and says which spaces have one") {
  CHECK(find_space("supernet:nasbench201").name() == "supernet:nasbench201");
  CHECK(&find_space("supernet:nasbench201") == &find_space("supernet:nasbench201"));
  CHECK_THROWS_WITH(find_space("supernet:darts"),
                    Contains("darts has no supernet") && Contains("nasbench201 and transnas101-micro do"));
  CHECK_THROWS_WITH(find_space("supernet:nasbench20"), Contains("unknown space \"nasbench20\""));
}

}  // namespace zeroth::spaces
