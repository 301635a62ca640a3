#include "cli/pool_ensemble.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>

#include "cli/default_ensemble.h"
#include "core/error.h"
#include "ensemble/method.h"

namespace zeroth::cli {
namespace {

constexpr const char* kLogRank = "log_rank";

bool is_file(const std::string& text) { return boost::algorithm::ends_with(text, ".json"); }

const ensemble::LabelFree* label_free_named(const std::string& name) {
  if (name == "auto" || name == "learned" || is_file(name)) return nullptr;
  std::vector<std::string> known = {"auto", "learned", "FILE.json"};
  for (const ensemble::LabelFree& each : ensemble::label_free_ensembles()) {
    if (each.name == name) return &each;
    known.emplace_back(each.name);
  }
  throw core::UsageError(core::unknown_name("ensemble", name, known));
}

// Whether there is anything to learn from.
bool two_differ(const std::vector<std::optional<double>>& labels) {
  std::optional<double> first;
  for (const std::optional<double>& label : labels) {
    if (label && first && *label != *first) return true;
    if (label) first = label;
  }
  return false;
}

}  // namespace

void add_ensemble_options(CLI::App& command, EnsembleOptions& options) {
  command
      .add_option("--ensemble", options.ensemble,
                  "What orders: auto, learned, FILE.json of `zeroth ensemble fit`, or log_rank, rank_mean, borda ...")
      ->type_name("NAME|FILE.json")
      ->capture_default_str();
  command
      .add_option("--ensemble-exclude", options.exclude,
                  "Learned weights that this space and those related to it had no part in")
      ->type_name("SPACE");
}

PoolEnsemble::PoolEnsemble(const EnsembleOptions& options, const std::string& space, const std::string& fidelity)
    : options_(options),
      space_(space),
      fidelity_(fidelity),
      label_free_(label_free_named(options.ensemble)),
      file_(read_ensemble(is_file(options.ensemble) ? options.ensemble : "default")) {
  if (!options_.exclude.empty()) file_.model_excluding(options_.exclude);
}

ensemble::Decision PoolEnsemble::decision(const std::vector<std::string>& columns, bool has_labels) const {
  if (options_.ensemble != "auto") return {label_free_ == nullptr, ""};
  if (has_labels) return {true, "it learns from labels"};
  if (file_.fidelity != fidelity_) {
    return {false, fmt::format("the learned ensemble is of scores at {} fidelity", file_.fidelity)};
  }
  return ensemble::decide(file_, columns);
}

std::optional<PoolEnsemble::Learned> PoolEnsemble::learned(const std::vector<std::string>& columns,
                                                           const ensemble::Columns& values,
                                                           const std::vector<std::optional<double>>& labels) const {
  const ensemble::LearnedModel& model =
      options_.exclude.empty() ? file_.model : file_.model_excluding(options_.exclude);
  const auto prediction = ensemble::find_method(file_.method).predict(model, columns, values, labels);
  const size_t all = model.plan.columns.size(), known = all - prediction.missing.size();
  if (known == 0) return std::nullopt;
  std::string by = fmt::format("the learned ensemble of {} columns", known);
  if (known < all) by += fmt::format(" ({} that it knows are absent or the same in every row)", all - known);
  return Learned{{"learned", prediction.mean}, by};
}

PoolOrder PoolEnsemble::order(const std::vector<std::string>& columns, const ensemble::Columns& values,
                              const std::vector<std::string>& combined,
                              const std::vector<std::optional<double>>& labels, Scores wanted) const {
  ensemble::Columns to_combine;
  for (const std::string& name : combined) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    ZEROTH_CHECK(found != columns.end());
    to_combine.push_back(values[static_cast<size_t>(found - columns.begin())]);
  }
  const bool has_labels = two_differ(labels), all = wanted == Scores::kAll;
  const ensemble::Decision decided = decision(columns, has_labels);
  std::optional<Learned> by_weights;
  if (all || decided.learned) {
    by_weights = learned(columns, values, has_labels ? labels : std::vector<std::optional<double>>());
  }
  const bool weights_order = decided.learned && by_weights;
  const bool named = label_free_ != nullptr && label_free_->name != kLogRank;
  const std::string names = fmt::format("{}", fmt::join(combined, ", "));
  PoolOrder order;
  order.why = decided.reason;
  const auto add = [&](PoolScore score, bool orders, const std::string& by) {
    if (orders) {
      order.chosen = order.scores.size();
      order.by = by;
    }
    if (orders || all) order.scores.push_back(std::move(score));
  };
  const bool log_rank_orders = !weights_order && !named;
  if (all || log_rank_orders) {
    add({kLogRank, combine(ensemble::find_label_free(kLogRank), to_combine)}, log_rank_orders,
        "mean log rank of " + names);
  }
  if (named) {
    add({std::string(label_free_->name), combine(*label_free_, to_combine)}, true,
        fmt::format("{} of {}", label_free_->name, names));
  }
  if (by_weights) add(std::move(by_weights->score), weights_order, by_weights->by);
  return order;
}

std::string PoolEnsemble::notice() const {
  if (!options_.exclude.empty() || !file_.knows(space_)) return "";
  return fmt::format(
      "the learned ensemble was learned from {0} among others; --ensemble-exclude {0} uses weights that "
      "were not",
      space_);
}

}  // namespace zeroth::cli
