// The pipeline: rows in order, copies of equal architectures, clean stops, and failures that stay in their row.
#include "proxies/pipeline.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using spaces::Candidate;
using spaces::SearchSpace;
using tests::nasbench201;
using tests::Scoring;

constexpr const char* kConv = "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
constexpr const char* kSameConv = "|skip_connect~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|";
constexpr const char* kDead = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";

std::vector<Candidate> candidates(const SearchSpace& space, const std::vector<std::string>& texts) {
  std::vector<Candidate> list;
  for (const std::string& text : texts) list.push_back({text, space.parse(text), ""});
  return list;
}

// Forty architectures, all different as written.
std::vector<Candidate> forty() {
  std::vector<std::string> texts;
  for (uint64_t i = 0; i < 40; ++i) texts.push_back(nasbench201().print(nasbench201().at(15624 - 389 * i)));
  return candidates(nasbench201(), texts);
}

std::vector<ScoredRow> score_all(const SearchSpace& space, const Scoring& scoring, const std::vector<Candidate>& list,
                                 const PipelineOptions& options) {
  std::vector<ScoredRow> rows;
  score_candidates(space, list, scoring.plan(), scoring.scorer(), options,
                   [&](const ScoredRow& row) { rows.push_back(row); });
  return rows;
}

PipelineOptions workers(int count) {
  PipelineOptions options;
  options.workers = count;
  return options;
}

// NAS-Bench-201 without average pooling: a cell that has one cannot be lowered.
class WithoutPools : public SearchSpace {
 public:
  explicit WithoutPools(const SearchSpace& space) : space_(space) {}
  std::string_view name() const override { return space_.name(); }
  std::string_view summary() const override { return space_.summary(); }
  std::string_view citation() const override { return space_.citation(); }
  std::string_view example() const override { return space_.example(); }
  std::optional<uint64_t> size() const override { return space_.size(); }
  spaces::Architecture at(uint64_t index) const override { return space_.at(index); }
  spaces::Architecture sample(const core::Stream& stream, uint32_t first) const override {
    return space_.sample(stream, first);
  }
  uint32_t draws() const override { return space_.draws(); }
  std::vector<spaces::Architecture> neighbours(const spaces::Architecture& architecture) const override {
    return space_.neighbours(architecture);
  }
  spaces::Architecture parse(std::string_view text) const override { return space_.parse(text); }
  std::string print(const spaces::Architecture& architecture) const override { return space_.print(architecture); }
  std::vector<spaces::UnitGraph> cells(const spaces::Architecture& architecture) const override {
    return space_.cells(architecture);
  }
  spaces::NetShape full_shape() const override { return space_.full_shape(); }
  spaces::NetShape fast_shape() const override { return space_.fast_shape(); }
  spaces::OpGraph lower(const std::vector<spaces::UnitGraph>& cells, const spaces::NetShape& shape) const override {
    for (size_t unit = 0; unit < boost::num_vertices(cells[0]); ++unit) {
      if (cells[0][unit].kind == spaces::UnitKind::kWeightless) throw core::Error("no pools here");
    }
    return space_.lower(cells, shape);
  }

 private:
  const SearchSpace& space_;
};

}  // namespace

TEST_CASE("rows come in the order of the candidates, each once") {
  const Scoring scoring(nasbench201(), "macs,nwot", Fidelity::kFast, {});
  const auto rows = score_all(nasbench201(), scoring, forty(), workers(GENERATE(1, 2, 3)));
  REQUIRE(rows.size() == 40);
  for (size_t i = 0; i < rows.size(); ++i) CHECK(rows[i].candidate == i);
}

TEST_CASE("what equals an earlier candidate is copied, and has exactly the scores of the original") {
  const auto list = candidates(nasbench201(), {kConv, kDead, kSameConv, kConv});
  const Scoring canonical(nasbench201(), "macs,grad_norm,nwot", Fidelity::kFast, {});
  const auto rows = score_all(nasbench201(), canonical, list, workers(2));
  REQUIRE(rows.size() == 4);
  CHECK_FALSE(rows[0].copied);
  CHECK_FALSE(rows[1].copied);
  CHECK(rows[2].copied);
  CHECK(rows[3].copied);
  CHECK(rows[2].scores.count.forwards == 0);
  for (const size_t copy : {2, 3}) {
    const Scores fresh = canonical.score(list[copy].text);
    for (size_t p = 0; p < 3; ++p) CHECK(*rows[copy].scores.proxies[p].value == *fresh.proxies[p].value);
  }
  // As written, only equal texts are equal.
  Overrides written;
  written.view = nn::GraphView::kAsWritten;
  const Scoring as_written(nasbench201(), "macs,grad_norm,nwot", Fidelity::kFast, written);
  const auto texts = score_all(nasbench201(), as_written, list, workers(2));
  CHECK_FALSE(texts[2].copied);
  CHECK(texts[3].copied);
}

TEST_CASE("what a copy counts as written is its own") {
  const std::string dead_convolution = "|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";
  const Scoring scoring(nasbench201(), "params,live_params,nwot", Fidelity::kFast, {});
  const auto rows = score_all(nasbench201(), scoring, candidates(nasbench201(), {kConv, dead_convolution}), workers(1));
  CHECK(rows[1].copied);
  CHECK(*rows[1].scores.proxies[0].value > *rows[0].scores.proxies[0].value);
  CHECK(*rows[1].scores.proxies[1].value == *rows[0].scores.proxies[1].value);
}

TEST_CASE("a copy of a failure has its reason") {
  const std::string also_dead = "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|";
  const Scoring scoring(nasbench201(), "grad_norm", Fidelity::kFast, {});
  const auto rows = score_all(nasbench201(), scoring, candidates(nasbench201(), {kDead, also_dead}), workers(2));
  CHECK(rows[1].copied);
  CHECK_FALSE(rows[1].scores.proxies[0].value);
  CHECK(rows[1].scores.proxies[0].failure == rows[0].scores.proxies[0].failure);
}

TEST_CASE("an exception of the sink stops the run and is the one that is thrown") {
  const Scoring scoring(nasbench201(), "macs,nwot", Fidelity::kFast, {});
  const int worker_count = GENERATE(1, 2);
  size_t rows = 0;
  const auto run = [&] {
    score_candidates(nasbench201(), forty(), scoring.plan(), scoring.scorer(), workers(worker_count),
                     [&](const ScoredRow&) {
                       if (++rows == 5) throw std::runtime_error("disk full");
                     });
  };
  CHECK_THROWS_WITH(run(), "disk full");
  CHECK(rows == 5);
}

TEST_CASE("a stop lets the rows under way arrive, in order and without a gap") {
  const Scoring scoring(nasbench201(), "macs,nwot", Fidelity::kFast, {});
  PipelineOptions options = workers(GENERATE(1, 2));
  std::atomic<int> polls{0};
  options.stop = [&] { return ++polls > 12; };
  const auto rows = score_all(nasbench201(), scoring, forty(), options);
  CHECK(rows.size() == 12);
  for (size_t i = 0; i < rows.size(); ++i) CHECK(rows[i].candidate == i);

  options.stop = [] { return true; };
  CHECK(score_all(nasbench201(), scoring, forty(), options).empty());
}

TEST_CASE("finished candidates are passed over, and what equals them is copied from what is known") {
  const auto list = candidates(nasbench201(), {kConv, kDead, kSameConv});
  const Scoring scoring(nasbench201(), "macs,nwot", Fidelity::kFast, {});
  PipelineOptions options = workers(2);
  options.finished = [](size_t candidate) { return candidate == 0; };
  options.known = [](size_t candidate) {
    CHECK(candidate == 0);
    return std::vector<ProxyScore>{{1.0, {}, ""}, {42.0, {}, ""}};  // no score that a network would give
  };
  const auto rows = score_all(nasbench201(), scoring, list, options);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].candidate == 1);
  CHECK(rows[1].candidate == 2);
  CHECK(rows[1].copied);
  CHECK(*rows[1].scores.proxies[1].value == 42.0);
  CHECK(*rows[1].scores.proxies[0].value == *scoring.score(kSameConv).proxies[0].value);  // counted, not copied
}

TEST_CASE("a finished candidate after its equal does not change it") {
  const auto list = candidates(nasbench201(), {kConv, kSameConv});
  const Scoring scoring(nasbench201(), "nwot", Fidelity::kFast, {});
  PipelineOptions options;
  options.finished = [](size_t candidate) { return candidate == 1; };
  options.known = [](size_t) { return std::vector<ProxyScore>{{42.0, {}, ""}}; };
  const auto rows = score_all(nasbench201(), scoring, list, options);
  REQUIRE(rows.size() == 1);
  CHECK(*rows[0].scores.proxies[0].value == *scoring.score(kConv).proxies[0].value);
}

TEST_CASE("candidates in error are passed over") {
  auto list = candidates(nasbench201(), {kConv, kDead, kSameConv});
  list[1].error = "no architecture";
  list.push_back({"no architecture either", {}, "why"});
  const Scoring scoring(nasbench201(), "nwot", Fidelity::kFast, {});
  const auto rows = score_all(nasbench201(), scoring, list, workers(2));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].candidate == 0);
  CHECK(rows[1].candidate == 2);
}

TEST_CASE("an architecture that cannot be lowered fails in its row, and the others are scored") {
  const WithoutPools space(nasbench201());
  const std::string pool = "|none~0|+|none~0|none~1|+|avg_pool_3x3~0|none~1|none~2|";
  const Scoring scoring(space, "macs,grad_norm,nwot", Fidelity::kFast, {});
  const auto rows = score_all(space, scoring, candidates(space, {kConv, pool, tests::kBest}), workers(2));
  REQUIRE(rows.size() == 3);
  for (const size_t row : {0, 2}) {
    for (const ProxyScore& score : rows[row].scores.proxies) CHECK(score.value);
  }
  for (const ProxyScore& score : rows[1].scores.proxies) {
    CHECK_FALSE(score.value);
    CHECK(score.failure == "no pools here");
  }
}

TEST_CASE("no candidates, no rows") {
  const Scoring scoring(nasbench201(), "nwot", Fidelity::kFast, {});
  CHECK(score_all(nasbench201(), scoring, {}, workers(2)).empty());
}

}  // namespace zeroth::proxies
