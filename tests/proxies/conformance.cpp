// What every proxy in the list must keep, on NAS-Bench-201; in_every_space.cpp asks less of more networks.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "core/csv.h"
#include "core/error.h"
#include "core/random.h"
#include "proxies/pipeline.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using spaces::Architecture;
using spaces::SearchSpace;
using tests::Scoring;
using tests::text_of;
using Row = std::vector<std::string>;  // texts of an architecture's scores

// Cells that carry no weights, no signal, or dead weights.
const std::vector<std::string> kDegenerate = {
    "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|",
    "|skip_connect~0|+|skip_connect~0|skip_connect~1|+|skip_connect~0|skip_connect~1|skip_connect~2|",
    "|avg_pool_3x3~0|+|avg_pool_3x3~0|avg_pool_3x3~1|+|avg_pool_3x3~0|avg_pool_3x3~1|avg_pool_3x3~2|",
    "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|"};

std::vector<Architecture> samples(const SearchSpace& space, uint32_t count) {
  const core::Stream stream(2, "proxy conformance");
  std::vector<Architecture> drawn;
  for (uint32_t i = 0; i < count; ++i) drawn.push_back(space.sample(stream, i * space.draws()));
  return drawn;
}

// Canonical at fast fidelity, and small networks as written in float64.
struct Regime {
  Fidelity fidelity;
  Overrides overrides;
};

std::vector<Regime> regimes() {
  Overrides written = tests::tiny();
  written.dtype = nn::DType::kFloat64;
  return {{Fidelity::kFast, {}}, {Fidelity::kShared, written}};
}

Row texts(const Scores& scores) {
  Row row;
  for (const ProxyScore& score : scores.proxies) row.push_back(text_of(score));
  return row;
}

std::vector<Row> score_in_pipeline(const SearchSpace& space, const Scoring& scoring,
                                   const std::vector<Architecture>& architectures, int workers) {
  std::vector<spaces::Candidate> candidates;
  for (const Architecture& architecture : architectures)
    candidates.push_back({space.print(architecture), architecture, ""});
  PipelineOptions options;
  options.workers = workers;
  std::vector<Row> rows;
  score_candidates(space, candidates, scoring.plan(), scoring.scorer(), options,
                   [&](const ScoredRow& row) { rows.push_back(texts(row.scores)); });
  return rows;
}

void check_equal(const std::vector<Row>& rows, const std::vector<Row>& expected, const Plan& plan) {
  REQUIRE(rows.size() == expected.size());
  for (size_t r = 0; r < rows.size(); ++r) {
    for (size_t i = 0; i < plan.proxies.size(); ++i) {
      INFO("row " << r << " " << plan.proxies[i]->name);
      CHECK(rows[r][i] == expected[r][i]);
    }
  }
}

// Gives the images of each minibatch that was prepared other labels: two images a class.
void relabel(const Scoring& scoring) {
  for (const PlanGroup& group : scoring.plan().groups) {
    for (const nn::Draw draw : {nn::Draw::kFirst, nn::Draw::kSecond}) {
      try {
        torch::Tensor labels = scoring.minibatches().get(group.setting, draw, 0).labels;
        labels.copy_(torch::arange(labels.numel()).floor_divide(2).remainder(group.setting.shape.classes));
      } catch (const core::Bug&) {  // not prepared, because nothing reads it
      }
    }
  }
}

// A finite value, or a reason and no value.
void check_score(const ProxyScore& score) {
  if (score.value) {
    CHECK(std::isfinite(*score.value));
    CHECK(score.failure.empty());
  } else {
    CHECK_FALSE(score.failure.empty());
    CHECK(score.failure.find('\n') == std::string::npos);
  }
}

}  // namespace

TEST_CASE("every proxy says what it is, and is scored in one of two ways") {
  std::set<std::string> names;
  for (const Proxy& proxy : all_proxies()) {
    INFO(proxy.name);
    CHECK(names.insert(proxy.name).second);
    CHECK(proxy.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_:") == std::string::npos);
    for (const std::string* text :
         {&proxy.summary, &proxy.formula, &proxy.citation, &proxy.sign, &proxy.golden, &proxy.networks}) {
      CHECK_FALSE(text->empty());
      CHECK(text->find('\n') == std::string::npos);
    }
    CHECK(static_cast<bool>(proxy.score) != static_cast<bool>(proxy.score_facts));
    CHECK(static_cast<bool>(proxy.request) == static_cast<bool>(proxy.score));
    CHECK(static_cast<bool>(proxy.unsuited) == (proxy.networks != "all"));
  }
}

TEST_CASE("every proxy uses labels exactly if it says so") {
  const SearchSpace& space = tests::nasbench201();
  const Architecture architecture = space.parse(space.example());
  for (const Proxy& proxy : all_proxies()) {
    INFO(proxy.name);
    if (proxy.networks != "all") continue;
    const Scoring scoring(space, proxy.name, Fidelity::kShared, tests::tiny());
    const Scores before = scoring.score(architecture);
    REQUIRE(before.proxies[0].value);
    relabel(scoring);
    CHECK((texts(scoring.score(architecture)) != texts(before)) == proxy.uses_labels);
  }
}

TEST_CASE("every proxy gives a finite score or a reason, also for degenerate architectures") {
  const SearchSpace& space = tests::nasbench201();
  std::vector<Architecture> architectures = samples(space, 20);
  for (const std::string& text : kDegenerate) architectures.push_back(space.parse(text));
  for (const Regime& regime : regimes()) {
    const Scoring scoring(space, "all", regime.fidelity, regime.overrides);
    std::vector<int> values(scoring.plan().proxies.size(), 0);
    for (const Architecture& architecture : architectures) {
      const Scores scores = scoring.score(architecture);
      for (size_t i = 0; i < scores.proxies.size(); ++i) {
        INFO(name_of(regime.fidelity) << " " << scoring.plan().proxies[i]->name << " " << space.print(architecture));
        check_score(scores.proxies[i]);
        values[i] += scores.proxies[i].value ? 1 : 0;
      }
    }
    // Reasons are for the few: most sampled architectures have a score.
    for (size_t i = 0; i < values.size(); ++i) {
      INFO(name_of(regime.fidelity) << " " << scoring.plan().proxies[i]->name);
      CHECK(values[i] >= 12);
    }
  }
}

TEST_CASE("every proxy gives the same bits twice, alone and among all others") {
  const SearchSpace& space = tests::nasbench201();
  const std::vector<Architecture> architectures = samples(space, 4);
  for (const Regime& regime : regimes()) {
    const Scoring together(space, "all", regime.fidelity, regime.overrides);
    std::vector<Row> expected;
    for (const Architecture& architecture : architectures) {
      expected.push_back(texts(together.score(architecture)));
      CHECK(texts(together.score(architecture)) == expected.back());
    }
    for (size_t i = 0; i < together.plan().proxies.size(); ++i) {
      const std::string& name = together.plan().proxies[i]->name;
      const Scoring alone(space, name, regime.fidelity, regime.overrides);
      for (size_t a = 0; a < architectures.size(); ++a) {
        INFO(name_of(regime.fidelity) << " " << name << " " << space.print(architectures[a]));
        CHECK(texts(alone.score(architectures[a]))[0] == expected[a][i]);
      }
    }
  }
}

TEST_CASE("every proxy gives the same bits wherever its tensors lie in memory") {
  const SearchSpace& space = tests::nasbench201();
  const core::Stream stream(6, "blocks");
  const Scoring scoring(space, "all", Fidelity::kFast, {});
  for (const Architecture& architecture : samples(space, 2)) {
    const Row expected = texts(scoring.score(architecture));
    for (uint32_t round = 0; round < 40; ++round) {
      std::vector<std::vector<char>> blocks;
      for (uint32_t i = 0; i < 50; ++i) blocks.emplace_back(16 + 16 * stream.below(3000, 50 * round + i));
      check_equal({texts(scoring.score(architecture))}, {expected}, scoring.plan());
    }
  }
}

TEST_CASE("every proxy gives the same bits with one worker and two, in any order, beside any other architectures") {
  const SearchSpace& space = tests::nasbench201();
  const Regime regime = GENERATE(from_range(regimes()));
  std::vector<Architecture> architectures = samples(space, 12);
  architectures.push_back(architectures[3]);  // a duplicate
  const Scoring scoring(space, "all", regime.fidelity, regime.overrides);
  const std::vector<Row> expected = score_in_pipeline(space, scoring, architectures, 1);
  REQUIRE(expected.size() == architectures.size());
  check_equal(score_in_pipeline(space, scoring, architectures, 2), expected, scoring.plan());
  CHECK(expected.back() == expected[3]);

  std::vector<Architecture> reversed(architectures.rbegin(), architectures.rend());
  std::vector<Row> rows = score_in_pipeline(space, scoring, reversed, 2);
  std::reverse(rows.begin(), rows.end());
  check_equal(rows, expected, scoring.plan());

  const std::vector<Architecture> some(architectures.begin() + 5, architectures.begin() + 8);
  check_equal(score_in_pipeline(space, scoring, some, 1), {expected.begin() + 5, expected.begin() + 8}, scoring.plan());
}

TEST_CASE("every proxy works with a minibatch of one, or fails with a reason") {
  const SearchSpace& space = tests::nasbench201();
  const int64_t resolution = GENERATE(4, 16);  // at 4 the last map is one pixel, and batch norm sees one number
  for (Regime regime : regimes()) {
    regime.overrides.batch = 1;
    regime.overrides.resolution = resolution;
    const Scoring scoring(space, "all", regime.fidelity, regime.overrides);
    for (const Architecture& architecture : samples(space, 4)) {
      const Scores scores = scoring.score(architecture);
      for (size_t i = 0; i < scores.proxies.size(); ++i) {
        INFO(name_of(regime.fidelity) << " " << scoring.plan().proxies[i]->name << " " << space.print(architecture));
        check_score(scores.proxies[i]);
      }
    }
  }
}

TEST_CASE("every proxy's repeats are independent draws, averaged, with a standard error") {
  const SearchSpace& space = tests::nasbench201();
  Overrides overrides = tests::tiny();
  const Architecture architecture = space.parse(space.example());
  overrides.repeats = 3;
  const Scoring scoring(space, "all", Fidelity::kShared, overrides);
  overrides.repeats = 1;
  const Scoring single(space, "all", Fidelity::kShared, overrides);
  const Scores averaged = scoring.score(architecture), first = single.score(architecture);
  for (size_t i = 0; i < averaged.proxies.size(); ++i) {
    const Proxy& proxy = *scoring.plan().proxies[i];
    INFO(proxy.name);
    REQUIRE(averaged.proxies[i].value);
    CHECK_FALSE(first.proxies[i].standard_error);
    CHECK(averaged.proxies[i].standard_error.has_value() == !proxy.score_facts);
    if (proxy.score_facts) continue;
    CHECK(*averaged.proxies[i].standard_error >= 0.0);
    // The first repeat is one of three values: it lies within sqrt(2) deviations of their mean, and a deviation is
    // sqrt(3) standard errors.
    const double deviation = *averaged.proxies[i].standard_error * std::sqrt(3.0);
    CHECK(std::abs(*first.proxies[i].value - *averaged.proxies[i].value) <= deviation * std::sqrt(4.0 / 3.0) + 1e-12);
  }
}

}  // namespace zeroth::proxies
