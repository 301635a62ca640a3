#include "search/serve_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "spaces/factored_space.h"
#include "spaces/spelling.h"

namespace zeroth::search {
namespace {

constexpr const char* kAccuracy = "accuracy";  // the last column

using Accuracies = std::vector<std::optional<double>>;

// Scoring was interrupted.
struct Interrupted {};

// What errors say may hold a whole request.
std::string shortened(const std::string& text) {
  constexpr size_t kMost = 300;
  return core::one_line(text.size() <= kMost ? text : text.substr(0, kMost) + " ...");
}

nlohmann::ordered_json error_json(const std::string& message, int64_t number) {
  return {{"line", number}, {"message", shortened(message)}};
}

// Brings scores to the scale of the accuracies that some rows have, by least squares with a slope of at least 0, and
// gives those rows their accuracy. Without two different accuracies there is no scale, and scores stay what they are.
Eigen::VectorXd on_scale(Eigen::VectorXd scores, const Accuracies& accuracies) {
  double count = 0.0, score_sum = 0.0, accuracy_sum = 0.0;
  std::set<double> different;
  for (size_t row = 0; row < accuracies.size(); ++row) {
    if (!accuracies[row]) continue;
    ++count;
    score_sum += scores[static_cast<Eigen::Index>(row)];
    accuracy_sum += *accuracies[row];
    different.insert(*accuracies[row]);
  }
  if (different.size() < 2) return scores;
  const double score_mean = score_sum / count, accuracy_mean = accuracy_sum / count;
  double square = 0.0, product = 0.0;
  for (size_t row = 0; row < accuracies.size(); ++row) {
    if (!accuracies[row]) continue;
    const double from_mean = scores[static_cast<Eigen::Index>(row)] - score_mean;
    square += from_mean * from_mean;
    product += from_mean * (*accuracies[row] - accuracy_mean);
  }
  const double slope = square > 0.0 ? std::max(0.0, product / square) : 0.0;
  for (Eigen::Index row = 0; row < scores.size(); ++row) {
    const std::optional<double>& told = accuracies[static_cast<size_t>(row)];
    scores[row] = told ? *told : accuracy_mean + slope * (scores[row] - score_mean);
  }
  // Told accuracies may be so large that they overflow.
  for (double& value : scores.reshaped()) value = std::isfinite(value) ? value : kWorst;
  return scores;
}

Problem problem_of(const ServeEngine& engine) {
  std::vector<std::string> columns = engine.columns;
  columns.emplace_back(kAccuracy);
  Objective objective;
  objective.text = "predicted accuracy";
  objective.columns = columns;
  objective.values = [combine = engine.combine](const ensemble::Columns& values) {
    const ensemble::Columns scores(values.begin(), values.end() - 1);
    return on_scale(combine(scores, values.back()), values.back());
  };
  return {engine.space, columns, {std::move(objective)}, engine.obstacle};
}

const StrategyEntry& suitable(const StrategyEntry& strategy) {
  if (!strategy.several_fidelities && !strategy.on_supernet) return strategy;
  throw core::UsageError(
      fmt::format("strategy {} plans its whole budget, which a conversation does not have", strategy.name));
}

bool has_value(const Entry& entry) { return std::isfinite(entry.objectives[0]); }

}  // namespace

ServeSession::ServeSession(const StrategyEntry& strategy, ServeEngine engine, const SearchOptions& options)
    : strategy_(suitable(strategy)), engine_(std::move(engine)), search_(strategy_, problem_of(engine_), options) {}

// ------------------------------------------------------------------------------------------------------- answers

std::string ServeSession::error(const std::string& message, int64_t number) {
  return core::json_text({{"error", error_json(message, number)}});
}

std::optional<std::string> ServeSession::answer(std::string_view line, int64_t number) {
  nlohmann::json id;
  Json answer = Json::object();
  try {
    const Request request = parse_request(line, id);
    if (!id.is_null()) answer["id"] = id;
    const auto add = [&answer](const Json& members) { answer.update(members); };
    switch (request.kind) {
      case Request::Kind::kScore:
        add(answer_score(request.architectures));
        break;
      case Request::Kind::kAsk:
        add(answer_ask(request.count));
        break;
      case Request::Kind::kTell:
        add(answer_tell(request));
        break;
      case Request::Kind::kSpace:
        add(answer_space());
        break;
    }
  } catch (const Interrupted&) {
    return std::nullopt;
  } catch (const core::Error& error) {
    answer = Json::object();
    if (!id.is_null()) answer["id"] = id;
    answer["error"] = error_json(error.what(), number);
  }
  return core::json_text(answer);
}

ServeSession::Json ServeSession::answer_score(const std::vector<std::string>& texts) {
  std::vector<spaces::Architecture> architectures;
  std::vector<std::string> reasons(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    try {
      architectures.push_back(engine_.notation.read(texts[i]));
    } catch (const core::Error& error) {
      reasons[i] = "parse=" + shortened(error.what());
    }
  }
  const std::vector<size_t> entries = entries_of(architectures);
  Json rows = Json::array();
  size_t next = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (reasons[i].empty()) {
      rows.push_back(entry_json(search_.history().entries[entries[next++]]));
    } else {
      rows.push_back({{"arch", texts[i]}, {"status", reasons[i]}});
    }
  }
  return {{"scores", std::move(rows)}};
}

ServeSession::Json ServeSession::answer_ask(size_t count) {
  explore(count * engine_.choose_from);
  Json rows = Json::array();
  for (const size_t number : best_proposals(count)) {
    handed_out_.insert(proposals_.at(number));
    proposals_.erase(number);
    rows.push_back(entry_json(search_.history().entries[number]));
  }
  Json answer = {{"proposals", rows}};
  if (rows.size() < count) {
    answer["end"] = search_.end_reason().empty() ? "nothing else that is new" : search_.end_reason();
  }
  return answer;
}

ServeSession::Json ServeSession::answer_tell(const Request& request) {
  std::vector<spaces::Architecture> architectures;
  for (const std::string& text : request.architectures) architectures.push_back(engine_.notation.read(text));
  const std::vector<size_t> entries = entries_of(architectures);
  std::vector<std::pair<size_t, double>> values;
  for (size_t i = 0; i < entries.size(); ++i) {
    values.emplace_back(entries[i], request.accuracies[i]);
    handed_out_.insert(spaces::function_of(engine_.space, architectures[i]));
  }
  search_.revise(engine_.columns.size(), values);
  size_t known = 0;
  for (const Entry& entry : search_.history().entries) known += told_accuracy(entry) ? 1 : 0;
  return {{"told", values.size()}, {"known", known}};
}

ServeSession::Json ServeSession::answer_space() const {
  const spaces::SearchSpace& space = engine_.space;
  Json about;
  about["name"] = std::string(space.name());
  about["summary"] = std::string(space.summary());
  about["size"] = space.size() ? Json(*space.size()) : Json(nullptr);
  about["notation"] = engine_.notation.name;
  about["example"] = engine_.notation.write(space.parse(space.example()));
  if (const auto* factored = dynamic_cast<const spaces::FactoredSpace*>(&space)) {
    about["decisions"] = factored->options();
  }
  about["strategy"] = std::string(strategy_.name);
  about.update(engine_.description);
  return {{"space", std::move(about)}};
}

ServeSession::Json ServeSession::entry_json(const Entry& entry) const {
  Json json = {{"arch", engine_.notation.write(entry.architecture)}, {"status", entry.status}};
  json["objective"] = has_value(entry) ? Json(entry.objectives[0]) : Json(nullptr);
  if (const auto accuracy = told_accuracy(entry)) json[kAccuracy] = *accuracy;
  Json scores = Json::object(), errors = Json::object();
  constexpr std::string_view kErrorSuffix = "_se";
  for (size_t i = 0; i < engine_.columns.size(); ++i) {
    const std::string& name = engine_.columns[i];
    const std::optional<double>& value = entry.values[i];
    const bool is_error = i > 0 && name == engine_.columns[i - 1] + std::string(kErrorSuffix);
    (is_error ? errors[engine_.columns[i - 1]] : scores[name]) = value ? Json(*value) : Json(nullptr);
  }
  json["scores"] = std::move(scores);
  if (!errors.empty()) json["standard_errors"] = std::move(errors);
  return json;
}

// ---------------------------------------------------------------------------------------------------- the pool

std::vector<Evaluated> ServeSession::scored(const std::vector<spaces::Candidate>& candidates) {
  std::vector<Evaluated> results;
  if (!candidates.empty()) results = engine_.score(candidates);
  if (results.size() < candidates.size()) throw Interrupted();
  for (Evaluated& result : results) result.values.emplace_back(std::nullopt);  // the accuracy
  return results;
}

// The entries of these architectures; those that the pool lacks are scored.
std::vector<size_t> ServeSession::entries_of(const std::vector<spaces::Architecture>& architectures) {
  std::vector<spaces::Candidate> missing;
  std::set<spaces::Architecture> waiting;
  for (const spaces::Architecture& one : architectures) {
    if (search_.find(one) || !waiting.insert(one).second) continue;
    missing.push_back({engine_.space.print(one), one, ""});
  }
  std::vector<Evaluated> results = scored(missing);
  std::vector<std::pair<spaces::Architecture, Evaluated>> added;
  for (size_t i = 0; i < missing.size(); ++i) {
    added.emplace_back(std::move(missing[i].architecture), std::move(results[i]));
  }
  if (!added.empty()) search_.add(added);
  std::vector<size_t> entries;
  for (const spaces::Architecture& one : architectures) entries.push_back(*search_.find(one));
  return entries;
}

// Has the strategy propose, and learn from, so many new architectures; fewer where it has no more.
void ServeSession::explore(size_t count) {
  while (count > 0) {
    const std::vector<Pending> pending = search_.ask(count);
    if (pending.empty()) return;
    std::vector<spaces::Candidate> candidates;
    for (const Pending& one : pending) {
      candidates.push_back({one.text, one.proposal.architecture, ""});
      proposals_[one.entry] = spaces::function_of(engine_.space, one.proposal.architecture);
    }
    search_.tell(scored(candidates));
    count -= pending.size();
  }
}

// One of each function, of those that nobody has been given and nobody has trained; the best first, of equals the
// earlier.
std::vector<size_t> ServeSession::best_proposals(size_t count) const {
  const std::vector<Entry>& entries = search_.history().entries;
  std::vector<size_t> order;
  for (const auto& [number, function] : proposals_) {
    if (handed_out_.count(function) != 0) continue;
    if (entries[number].is_result() && has_value(entries[number])) order.push_back(number);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return entries[a].objectives[0] > entries[b].objectives[0]; });
  std::vector<size_t> best;
  std::set<std::string> functions;
  for (const size_t number : order) {
    if (best.size() == count) break;
    if (functions.insert(proposals_.at(number)).second) best.push_back(number);
  }
  return best;
}

}  // namespace zeroth::search
