// The two views of an architecture: equal functions get equal canonical scores to the bit, and a cell without dead
// parts is the same network in both views.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/csv.h"
#include "core/random.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using spaces::Architecture;
using spaces::SearchSpace;
using tests::nasbench201;
using tests::Scoring;

// What counts the written cells, not the function.
const std::set<std::string> kOfWriting = {
    "params", "macs",  "freerea_skip_span", "convs_1x1", "convs_3x3", "pools", "sums", "skips",
    "zeros",  "width", "log_paths"};  // in another order of additions
// What counts the modules of the authors' network: skip connections are some, and the canonical view has none.
const std::set<std::string> kOfModules = {"meco", "meco_opt", "dextr"};

// Architectures by the function that they compute, each class in the order of the enumeration.
std::map<std::string, std::vector<Architecture>> classes(const SearchSpace& space) {
  std::map<std::string, std::vector<Architecture>> by_form;
  for (uint64_t index = 0; index < *space.size(); ++index) {
    const Architecture architecture = space.at(index);
    by_form[spaces::canonical_form(space.cells(architecture)).text].push_back(architecture);
  }
  return by_form;
}

// Members from both ends and the middle of a class.
std::vector<Architecture> some_of(const std::vector<Architecture>& members) {
  return {members.front(), members[members.size() / 2], members.back()};
}

// The canonical network with the weights that the written one has: parameters are told by their names, which say from
// which edge of which cell they come.
std::vector<torch::Tensor> with_weights_of(const nn::Network& written, const spaces::OpGraph& canonical) {
  std::map<std::string, torch::Tensor> by_name;
  for (size_t i = 0; i < written.params().size(); ++i) {
    by_name[written.graph().params()[i].name] = written.params()[i];
  }
  std::vector<torch::Tensor> params;
  for (const spaces::ParamSpec& spec : canonical.params()) params.push_back(by_name.at(spec.name));
  return params;
}

}  // namespace

TEST_CASE("all members of a function class have bitwise equal canonical scores, without any cache") {
  const SearchSpace& space = nasbench201();
  std::vector<std::vector<Architecture>> several;
  for (const auto& [form, members] : classes(space)) {
    if (members.size() > 2) several.push_back(members);
  }
  REQUIRE(several.size() > 500);
  const Scoring scoring(space, "all", Fidelity::kFast, {});
  const core::Stream stream(3, "classes");
  std::set<std::vector<std::string>> rows;
  constexpr uint32_t kClasses = 15;
  for (uint32_t i = 0; i < kClasses; ++i) {
    const auto& members = several[stream.below(static_cast<uint32_t>(several.size()), i)];
    std::vector<std::string> expected;
    for (const Architecture& architecture : some_of(members)) {
      INFO(space.print(architecture) << " against " << space.print(members.front()));
      std::vector<std::string> row;
      const Scores scores = scoring.score(architecture);
      for (size_t p = 0; p < scores.proxies.size(); ++p) {
        const std::string& name = scoring.plan().proxies[p]->name;
        if (kOfWriting.count(name) == 0) row.push_back(tests::text_of(scores.proxies[p]));
      }
      if (expected.empty()) expected = row;
      CHECK(row == expected);
    }
    rows.insert(expected);
  }
  CHECK(rows.size() == kClasses);  // and other functions have other scores
}

TEST_CASE("canonical scores do not depend on the notation's spelling, as-written scores do") {
  const SearchSpace& space = nasbench201();
  // One convolution, on the direct edge or through the first node.
  const std::string direct = "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
  const std::string through = "|skip_connect~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|";
  const Scoring canonical(space, "nwot,grad_norm", Fidelity::kFast, {});
  Overrides written;
  written.view = nn::GraphView::kAsWritten;
  const Scoring as_written(space, "nwot,grad_norm", Fidelity::kFast, written);
  for (size_t p = 0; p < 2; ++p) {
    CHECK(*canonical.score(direct).proxies[p].value == *canonical.score(through).proxies[p].value);
    CHECK(*as_written.score(direct).proxies[p].value != *as_written.score(through).proxies[p].value);
  }
}

TEST_CASE("a cell without dead parts, given the same weights, has the same scores in both views") {
  const SearchSpace& space = nasbench201();
  Overrides overrides = tests::tiny();
  overrides.dtype = nn::DType::kFloat64;
  // All proxies that share the common setting, and so one network.
  const Scoring scoring(space, "all", Fidelity::kShared, overrides);
  const PlanGroup& group = scoring.plan().groups.front();
  REQUIRE(group.members.size() >= 12);
  const core::Stream stream(4, "live cells");
  int compared = 0;
  for (uint32_t draw = 0; compared < 12; ++draw) {
    const Architecture architecture = space.at(stream.below(static_cast<uint32_t>(*space.size()), draw));
    const auto cells = space.cells(architecture);
    const auto canonical = spaces::canonical_form(cells).cells;
    const spaces::Facts facts = spaces::facts(space, cells, canonical, group.setting.shape);
    if (facts.params != facts.live_params || facts.convolution_path < 3) continue;
    ++compared;
    const spaces::OpGraph graph = space.lower(cells, group.setting.shape);
    const spaces::OpGraph canonical_graph = space.lower(canonical, group.setting.shape);
    const nn::Network written(graph, tests::drawn_params(graph));
    const nn::Network reduced(canonical_graph, with_weights_of(written, canonical_graph));
    REQUIRE(reduced.params().size() == written.params().size());
    Probe first(written, group.setting, scoring.minibatches(), 0),
        second(reduced, group.setting, scoring.minibatches(), 0);
    first.run(group.passes(0));
    second.run(group.passes(0));
    for (const PlanMember& member : group.members) {
      const Proxy& proxy = *scoring.plan().proxies[member.proxy];
      INFO(proxy.name << " " << space.print(architecture));
      if (kOfModules.count(proxy.name) != 0) continue;
      // zico divides by differences of gradients, which magnifies rounding.
      const double tolerance = proxy.name == "zico" ? 1e-7 : 1e-10;
      const double expected = proxy.score(first);
      CHECK(std::abs(proxy.score(second) - expected) <= tolerance * std::max(1.0, std::abs(expected)));
    }
  }
}

TEST_CASE("dead parts count in the written view only") {
  const SearchSpace& space = nasbench201();
  // A convolution into the first node, from which nothing goes on.
  const std::string dead = "|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
  const std::string live = "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
  Overrides written;
  written.view = nn::GraphView::kAsWritten;
  const Scoring canonical(space, "l2_norm", Fidelity::kFast, {}),
      as_written(space, "l2_norm", Fidelity::kFast, written);
  CHECK(*canonical.score(dead).proxies[0].value == *canonical.score(live).proxies[0].value);
  CHECK(*as_written.score(dead).proxies[0].value > *as_written.score(live).proxies[0].value + 1.0);
}

}  // namespace zeroth::proxies
