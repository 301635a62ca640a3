// What every search space in the list must keep, and those that the examples of user spaces describe.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "core/error.h"
#include "core/random.h"
#include "spaces/canonical.h"
#include "spaces/facts.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

constexpr uint32_t kSamples = 50;

const std::vector<std::string>& example_files() {
  static const std::vector<std::string> files = [] {
    const std::string folder = ZEROTH_TESTS_DIR "/../spaces/examples/";
    return std::vector<std::string>{folder + "nasbench201.yaml", folder + "mobilenet.yaml", folder + "mlp.yaml"};
  }();
  return files;
}

const SearchSpace& any_space() {
  const size_t listed = all_spaces().size();
  const size_t index = GENERATE_COPY(range(size_t{0}, listed + example_files().size()));
  const SearchSpace& space = index < listed ? *all_spaces()[index] : find_space(example_files().at(index - listed));
  UNSCOPED_INFO("space " << space.name());
  return space;
}

std::vector<Architecture> samples(const SearchSpace& space) {
  const core::Stream stream(1, "conformance");
  std::vector<Architecture> drawn;
  for (uint32_t i = 0; i < kSamples; ++i) drawn.push_back(space.sample(stream, i * space.draws()));
  return drawn;
}

int decisions_apart(const Architecture& a, const Architecture& b) {
  REQUIRE(a.choices.size() == b.choices.size());
  int apart = 0;
  for (size_t i = 0; i < a.choices.size(); ++i) apart += a.choices[i] != b.choices[i];
  return apart;
}

TEST_CASE("every space says what it is") {
  const SearchSpace& space = any_space();
  CHECK_FALSE(space.summary().empty());
  CHECK_FALSE(space.citation().empty());
}

TEST_CASE("every space of the list is found by its name, and by its example") {
  for (const auto& space : all_spaces()) {
    CHECK(&find_space(space->name()) == space.get());
    CHECK(recognise_space(space->example()) == space.get());
  }
}

TEST_CASE("every space reads back what it prints") {
  const SearchSpace& space = any_space();
  for (const Architecture& architecture : samples(space)) {
    CHECK(space.parse(space.print(architecture)) == architecture);
  }
  CHECK(space.print(space.parse(space.example())) == space.example());
}

TEST_CASE("every space refuses what is no architecture, and names the text") {
  const SearchSpace& space = any_space();
  CHECK_THROWS_AS(space.parse(""), core::Error);
  CHECK_THROWS_WITH(space.parse("no such thing"), Catch::Contains("no such thing"));
}

TEST_CASE("every finite space enumerates as many different architectures as it says") {
  const SearchSpace& space = any_space();
  if (!space.size() || *space.size() > 100000) return;
  std::set<Architecture> seen;
  for (uint64_t index = 0; index < *space.size(); ++index) seen.insert(space.at(index));
  CHECK(seen.size() == *space.size());
  for (const Architecture& architecture : samples(space)) CHECK(seen.count(architecture) == 1);
}

TEST_CASE("samples of every space differ, and depend on the seed alone") {
  const SearchSpace& space = any_space();
  const std::vector<Architecture> drawn = samples(space);
  CHECK(drawn == samples(space));
  CHECK(std::set<Architecture>(drawn.begin(), drawn.end()).size() > kSamples / 2);
}

TEST_CASE("neighbours in every space are one decision away, distinct and mutual") {
  const SearchSpace& space = any_space();
  std::vector<Architecture> drawn = samples(space);
  drawn.resize(20);  // each asks for the neighbours of all its neighbours
  for (const Architecture& architecture : drawn) {
    const std::vector<Architecture> neighbours = space.neighbours(architecture);
    CHECK_FALSE(neighbours.empty());
    CHECK(std::set<Architecture>(neighbours.begin(), neighbours.end()).size() == neighbours.size());
    for (const Architecture& neighbour : neighbours) {
      CHECK(decisions_apart(architecture, neighbour) == 1);
      const std::vector<Architecture> back = space.neighbours(neighbour);
      CHECK(std::find(back.begin(), back.end(), architecture) != back.end());
    }
  }
}

TEST_CASE("every space lowers to one logit a class, in both views and at both of its shapes") {
  const SearchSpace& space = any_space();
  for (NetShape shape : {space.full_shape(), space.fast_shape()}) {
    shape.classes = 7;
    for (const Architecture& architecture : samples(space)) {
      const std::vector<UnitGraph> written = space.cells(architecture);
      for (const auto& cells : {written, canonical_form(written).cells}) {
        const OpGraph net = space.lower(cells, shape);
        const FeatureShape& logits = net.nodes()[net.output()].shape;
        CHECK(logits.channels == 7);
        CHECK(logits.height == 1);
        CHECK(logits.width == 1);
        CHECK_FALSE(net.taps().empty());
      }
    }
  }
}

TEST_CASE("parameters in every space are named once and used, in module order") {
  const SearchSpace& space = any_space();
  for (const Architecture& architecture : samples(space)) {
    const OpGraph net = space.lower(space.cells(architecture), space.fast_shape());
    std::set<std::string> names;
    for (const ParamSpec& param : net.params()) names.insert(param.name);
    CHECK(names.size() == net.params().size());
    int next = 0;  // a parameter that is shared counts where it is used first
    for (const OpNode& node : net.nodes()) {
      for (const int param : node.params) {
        CHECK(param <= next);
        next = std::max(next, param + 1);
      }
    }
    CHECK(next == static_cast<int>(net.params().size()));
  }
}

// All that tells one network from another, but for scopes and sizes: operators, what they read, and their windows.
using Skeleton = std::vector<std::tuple<decltype(operator_key(OpNode{})), int, std::vector<int>>>;
Skeleton skeleton(const OpGraph& net) {
  Skeleton nodes;
  for (const OpNode& node : net.nodes()) nodes.emplace_back(operator_key(node), node.groups, node.operands);
  return nodes;
}

TEST_CASE("architectures of every space that differ at full size differ at the fast shape") {
  const SearchSpace& space = any_space();
  std::map<Skeleton, Skeleton> full_of;  // by the network at the fast shape
  const auto check = [&](const Architecture& architecture) {
    const std::vector<UnitGraph> cells = space.cells(architecture);
    const Skeleton full = skeleton(space.lower(cells, space.full_shape()));
    const auto [place, is_new] = full_of.try_emplace(skeleton(space.lower(cells, space.fast_shape())), full);
    UNSCOPED_INFO(space.print(architecture));
    CHECK((is_new || place->second == full));
  };
  const std::vector<Architecture> drawn = samples(space);
  for (size_t i = 0; i < 10; ++i) {
    check(drawn[i]);
    const std::vector<Architecture> neighbours = space.neighbours(drawn[i]);
    const size_t stride = 1 + neighbours.size() / 60;  // spaces with hundreds of them would take seconds
    for (size_t k = 0; k < neighbours.size(); k += stride) check(neighbours[k]);
  }
}

TEST_CASE("children in every space take each decision from a parent, and are architectures") {
  const SearchSpace& space = any_space();
  const core::Stream stream(2, "conformance");
  const std::vector<Architecture> drawn = samples(space);
  int mixed = 0;
  for (uint32_t i = 1; i < drawn.size(); ++i) {
    const Architecture &a = drawn[i - 1], &b = drawn[i];
    const Architecture child = space.crossover(a, b, stream, i * space.draws());
    CHECK(space.parse(space.print(child)) == child);
    REQUIRE(child.choices.size() == a.choices.size());
    mixed += !(child == a) && !(child == b);
  }
  CHECK(mixed > 0);
}

TEST_CASE("the canonical form of a canonical graph is itself, in every space") {
  const SearchSpace& space = any_space();
  for (const Architecture& architecture : samples(space)) {
    const CanonicalForm form = canonical_form(space.cells(architecture));
    const CanonicalForm again = canonical_form(form.cells);
    CHECK(again.text == form.text);
    CHECK(again.hash == form.hash);
    CHECK(form.hash == core::hash_bytes(form.text));
    CHECK(form.text.find_first_of(",\"\n") == std::string::npos);
  }
}

TEST_CASE("live parameters and multiply-adds are never more than written ones, in every space") {
  const SearchSpace& space = any_space();
  for (const Architecture& architecture : samples(space)) {
    const Facts known = facts(space, architecture, space.fast_shape());
    CHECK(known.live_params > 0);
    CHECK(known.live_params <= known.params);
    CHECK(known.live_macs > 0);
    CHECK(known.live_macs <= known.macs);
  }
}

TEST_CASE("an unknown space is answered with the known ones") {
  CHECK_THROWS_AS(find_space("nasbench-201"), core::UsageError);
  CHECK_THROWS_WITH(find_space("nasbench-201"), Catch::Contains("unknown space \"nasbench-201\"") &&
                                                    Catch::Contains("did you mean \"nasbench201\"?"));
  CHECK(recognise_space("no such thing") == nullptr);
}

}  // namespace
}  // namespace zeroth::spaces
