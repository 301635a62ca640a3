#include "cli/scoring.h"

#include <fmt/format.h>
#include <torch/version.h>

#include "core/signals.h"
#include "spaces/user_space.h"

namespace zeroth::cli {
namespace {

proxies::Plan plan_of(const spaces::SearchSpace& space, const RunOptions& options, const std::string& proxies,
                      const nn::InputSource& source) {
  return proxies::make_plan(space, table_proxies(proxies, space), proxies::parse_fidelity(options.fidelity),
                            read_overrides(options, source.classes()));
}

proxies::OwnParams own_params(const nn::ModelSpace* models) {
  if (models == nullptr) return {};
  return [models](const spaces::Architecture& model, nn::DType dtype) { return models->own_params(model, dtype); };
}

}  // namespace

Scoring::Scoring(const RunOptions& options) : Scoring(options, options.proxies) {}

Scoring::Scoring(const RunOptions& options, const std::string& proxies)
    : options_(options),
      workers_(worker_count(options.jobs)),
      source_(options.input, options.seed),
      models_(open_models(options, source_.classes())),
      space_(models_ ? *models_ : spaces::find_space(options.space)),
      plan_(plan_of(space_, options, proxies, source_)),
      minibatches_(source_),
      scorer_(space_, plan_, minibatches_, options.seed, own_params(models_.get())),
      columns_(plan_) {
  proxies::prepare_minibatches(plan_, minibatches_);
}

std::vector<std::string> Scoring::ordering_columns() const {
  return cli::ordering_columns(options_.proxies, space_, canonical());
}

core::Json Scoring::settings() const {
  core::Json settings;
  if (!models_) {
    settings["space"] = options_.space;
  } else {
    settings["models"] = models_->digest();
    settings["input_shape"] = options_.input_shape;
  }
  if (spaces::is_space_file(options_.space)) {
    settings["space_file"] = core::file_digest(options_.space);
  }
  settings["fidelity"] = options_.fidelity;
  settings["graph"] = std::string(nn::name_of(plan_.view));
  settings["input"] = options_.input;
  settings["seed"] = options_.seed;
  for (const proxies::PlanGroup& group : plan_.groups) {
    for (const proxies::PlanMember& member : group.members) {
      settings["networks"][plan_.proxies[member.proxy]->name] =
          fmt::format("{} repeats={}", group.setting.text(), member.repeats);
    }
  }
  settings["minibatches"] = minibatches_.digest();
  settings["torch"] = TORCH_VERSION;
  return settings;
}

std::vector<core::ScoreRow> Scoring::rows(const std::vector<spaces::Candidate>& candidates) {
  proxies::PipelineOptions pipeline;
  pipeline.workers = workers_;
  pipeline.memory = &memory_;
  pipeline.stop = [] { return core::interrupted() != 0; };
  std::vector<core::ScoreRow> rows;
  const auto add_bad_lines = [&](size_t before) {
    while (rows.size() < before && !candidates[rows.size()].error.empty()) {
      rows.push_back(columns_.failed_row(candidates[rows.size()].text, candidates[rows.size()].error));
    }
  };
  proxies::score_candidates(space_, candidates, plan_, scorer_, pipeline, [&](const proxies::ScoredRow& scored) {
    add_bad_lines(scored.candidate);
    rows.push_back(columns_.row(candidates[scored.candidate].text, scored.scores.proxies));
    copied_ += scored.copied ? 1 : 0;
  });
  if (core::interrupted() == 0) add_bad_lines(candidates.size());
  return rows;
}

}  // namespace zeroth::cli
