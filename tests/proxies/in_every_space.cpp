// What all proxies of a search space must keep on its networks, whatever these are made of.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "core/random.h"
#include "proxies/pipeline.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using spaces::Architecture;
using spaces::SearchSpace;
using tests::Scoring;
using tests::text_of;
using Row = std::vector<std::string>;

// Those of the list, and those of spaces/examples.
std::vector<const SearchSpace*> spaces_and_examples() {
  std::vector<const SearchSpace*> found;
  for (const auto& space : spaces::all_spaces()) found.push_back(space.get());
  for (const char* name : {"nasbench201", "mobilenet", "mlp"}) {
    found.push_back(&spaces::find_space(std::string(ZEROTH_TESTS_DIR "/../spaces/examples/") + name + ".yaml"));
  }
  return found;
}

// The example and a few samples.
std::vector<spaces::Candidate> candidates(const SearchSpace& space, uint32_t samples) {
  std::vector<spaces::Candidate> found = {{std::string(space.example()), space.parse(space.example()), ""}};
  const core::Stream stream(4, "every space");
  for (uint32_t i = 0; i < samples; ++i) {
    const Architecture drawn = space.sample(stream, i * space.draws());
    found.push_back({space.print(drawn), drawn, ""});
  }
  return found;
}

std::vector<Row> rows_of(const SearchSpace& space, const Scoring& scoring,
                         const std::vector<spaces::Candidate>& candidates, int workers) {
  PipelineOptions options;
  options.workers = workers;
  std::vector<Row> rows;
  score_candidates(space, candidates, scoring.plan(), scoring.scorer(), options, [&](const ScoredRow& row) {
    rows.emplace_back();
    for (const ProxyScore& score : row.scores.proxies) rows.back().push_back(text_of(score));
  });
  return rows;
}

}  // namespace

TEST_CASE("all proxies of every space score its example, or say why not, with the same bits by one worker and two") {
  const SearchSpace& space = *GENERATE(from_range(spaces_and_examples()));
  INFO("space " << space.name());
  Overrides overrides;
  overrides.batch = 4;
  const Scoring scoring(space, "all", Fidelity::kFast, overrides);
  const std::vector<spaces::Candidate> chosen = candidates(space, 2);
  const std::vector<Row> rows = rows_of(space, scoring, chosen, 2);
  REQUIRE(rows.size() == chosen.size());
  CHECK(rows_of(space, scoring, chosen, 1) == rows);
  int failed = 0;
  for (size_t i = 0; i < rows[0].size(); ++i) {
    const std::string& name = scoring.plan().proxies[i]->name;
    const bool has_score = rows[0][i].rfind("failed: ", 0) != 0;
    UNSCOPED_INFO(name << " " << rows[0][i]);
    if (has_score) CHECK(std::isfinite(std::stod(rows[0][i])));
    failed += has_score ? 0 : 1;
  }
  // Reasons are for the few; what a space's networks cannot have is no part of "all".
  CHECK(failed <= 4);
  CHECK(rows[0].size() >= 30);
}

}  // namespace zeroth::proxies
