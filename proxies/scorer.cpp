#include "proxies/scorer.h"

#include <chrono>
#include <cmath>
#include <new>

#include "core/error.h"
#include "core/random.h"
#include "nn/first_line.h"
#include "nn/initialiser.h"

namespace zeroth::proxies {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Mean and standard error, added up in the order of the repeats.
void summarise(const std::vector<double>& values, ProxyScore& score) {
  const auto count = static_cast<double>(values.size());
  double mean = 0.0, squares = 0.0;
  for (const double value : values) mean += value / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  score.value = values.size() == 1 ? values[0] : mean;
  if (values.size() > 1) score.standard_error = std::sqrt(squares / (count - 1.0) / count);
}

void fail(const PlanGroup& group, const std::string& reason, Scores& scores) {
  for (const PlanMember& member : group.members) scores.proxies[member.proxy] = {{}, {}, reason};
}

}  // namespace

Scorer::Scorer(const spaces::SearchSpace& space, const Plan& plan, const nn::MinibatchStore& minibatches, uint64_t seed,
               OwnParams own_params)
    : space_(space), plan_(plan), minibatches_(minibatches), seed_(seed), own_params_(std::move(own_params)) {}

Scores Scorer::score_facts(const spaces::Architecture& architecture, const spaces::CanonicalForm& form) const {
  const Clock::time_point start = Clock::now();
  Scores scores;
  scores.proxies.resize(plan_.proxies.size());
  try {
    const spaces::Facts facts = spaces::facts(space_, space_.cells(architecture), form.cells, plan_.cost_shape);
    for (size_t i = 0; i < plan_.proxies.size(); ++i) {
      if (!plan_.proxies[i]->score_facts) continue;
      try {
        scores.proxies[i].value = plan_.proxies[i]->score_facts(facts);
      } catch (const Degenerate& degenerate) {
        scores.proxies[i].failure = degenerate.what();
      }
    }
  } catch (const core::Error& error) {
    for (size_t i = 0; i < plan_.proxies.size(); ++i) {
      if (plan_.proxies[i]->score_facts) scores.proxies[i].failure = error.what();
    }
  }
  scores.times.lower = scores.times.total = seconds_since(start);
  return scores;
}

Scores Scorer::score(const spaces::Architecture& architecture, const spaces::CanonicalForm& form,
                     std::string_view text) const {
  const Clock::time_point start = Clock::now();
  Scores scores = score_facts(architecture, form);
  const bool canonical = plan_.view == nn::GraphView::kCanonical;
  const uint64_t identity = canonical ? form.hash : core::hash_bytes(text);
  for (const PlanGroup& group : plan_.groups) {
    if (group.setting.shape.thin && !space_.has_thin_network()) {
      fail(group, "the space has no thin network", scores);
      continue;
    }
    try {
      const Clock::time_point lowering = Clock::now();
      const spaces::OpGraph graph =
          space_.lower(canonical ? form.cells : space_.cells(architecture), group.setting.shape);
      scores.times.lower += seconds_since(lowering);
      const PlanGroup suited = suited_members(group, graph, scores);
      if (!suited.members.empty()) run_group(suited, graph, architecture, identity, scores);
    } catch (const core::Error& error) {
      fail(group, error.what(), scores);
    } catch (const c10::Error& error) {
      fail(group, nn::first_line(error.what_without_backtrace()), scores);
    } catch (const std::bad_alloc&) {
      fail(group, "out of memory", scores);
    }
  }
  scores.times.total = seconds_since(start);
  return scores;
}

PlanGroup Scorer::suited_members(const PlanGroup& group, const spaces::OpGraph& graph, Scores& scores) const {
  PlanGroup suited{group.setting, {}};
  for (const PlanMember& member : group.members) {
    const Proxy& proxy = *plan_.proxies[member.proxy];
    std::string reason = proxy.unsuited ? proxy.unsuited(graph) : "";
    if (reason.empty()) reason = obstacle(member.passes, graph);
    if (reason.empty()) {
      suited.members.push_back(member);
    } else {
      scores.proxies[member.proxy].failure = reason;
    }
  }
  return suited;
}

void Scorer::run_group(const PlanGroup& group, const spaces::OpGraph& graph, const spaces::Architecture& architecture,
                       uint64_t identity, Scores& scores) const {
  std::vector<std::vector<double>> values(group.members.size());
  for (int repeat = 0; repeat < group.repeats(); ++repeat) {
    const Clock::time_point initialising = Clock::now();
    const nn::Setting& setting = group.setting;
    const nn::Network network(graph,
                              setting.init == nn::Init::kOwn
                                  ? own_params_(architecture, setting.dtype)
                                  : nn::initial_params(graph, setting.init, setting.dtype, seed_, repeat, identity));
    scores.times.initialise += seconds_since(initialising);
    Probe probe(network, group.setting, minibatches_, repeat);
    probe.run(group.passes(repeat));
    scores.times.forward += probe.forward_seconds();
    for (const Pass pass : all_passes()) scores.times.passes[static_cast<size_t>(pass)] += probe.seconds(pass);
    scores.count.forwards += probe.count().forwards;
    scores.count.backwards += probe.count().backwards;

    const Clock::time_point scoring = Clock::now();
    for (size_t i = 0; i < group.members.size(); ++i) {
      const PlanMember& member = group.members[i];
      ProxyScore& score = scores.proxies[member.proxy];
      if (repeat >= member.repeats || !score.failure.empty()) continue;
      try {
        values[i].push_back(plan_.proxies[member.proxy]->score(probe));
      } catch (const Degenerate& degenerate) {
        score.failure = degenerate.what();
      }
    }
    scores.times.score += seconds_since(scoring);
  }
  for (size_t i = 0; i < group.members.size(); ++i) {
    ProxyScore& score = scores.proxies[group.members[i].proxy];
    if (score.failure.empty()) summarise(values[i], score);
  }
}

}  // namespace zeroth::proxies
