// A conversation with a tool that trains: it has architectures scored, asks for proposals and tells accuracies, one
// JSON object a line (serve_protocol.h), and gets one JSON object for each.
//
// Everything scored is one pool, a search's history. Its objective is the combined score of the columns among the pool,
// until two different accuracies have been told: from then on it is the predicted accuracy, the combined score brought
// to the scale of the told ones by least squares, and for what was told the accuracy itself. So both what was told and
// what it says of the rest move the strategy.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "search/search.h"
#include "search/serve_protocol.h"
#include "spaces/candidate.h"
#include "spaces/notation.h"

namespace zeroth::search {

// What a session needs of the program.
struct ServeEngine {
  const spaces::SearchSpace& space;
  spaces::Notation notation;         // that the tool reads and writes
  std::vector<std::string> columns;  // of scores; NAME_se is the standard error of NAME
  // Of these candidates, in order, values by column; fewer where it was interrupted.
  std::function<std::vector<Evaluated>(const std::vector<spaces::Candidate>&)> score;
  // By row of a pool, larger is better, given its scores by column and the accuracies that some rows have.
  std::function<Eigen::VectorXd(const ensemble::Columns&, const std::vector<std::optional<double>>&)> combine;
  std::function<std::string(const spaces::Architecture&)> obstacle;  // as Problem has it
  nlohmann::ordered_json description;                                // what else {"space": {}} answers
  // How many architectures the strategy has scored for each that is handed out: the best of them are.
  size_t choose_from = 1;
};

class ServeSession {
 public:
  // Throws core::UsageError for a strategy that a conversation does not suit.
  ServeSession(const StrategyEntry& strategy, ServeEngine engine, const SearchOptions& options);

  // The answer to line `number`, the first is 1: one JSON object without a line break. Whatever the bytes, an error is
  // an answer, {"error": {"line": ..., "message": ...}}. Nothing where scoring was interrupted: the session is over.
  std::optional<std::string> answer(std::string_view line, int64_t number);
  // The error object alone.
  static std::string error(const std::string& message, int64_t number);

 private:
  using Json = nlohmann::ordered_json;

  Json answer_score(const std::vector<std::string>& texts);
  Json answer_ask(size_t count);
  Json answer_tell(const Request& request);
  Json answer_space() const;

  std::vector<size_t> entries_of(const std::vector<spaces::Architecture>& architectures);
  std::vector<Evaluated> scored(const std::vector<spaces::Candidate>& candidates);
  void explore(size_t count);
  std::vector<size_t> best_proposals(size_t count) const;
  std::optional<double> told_accuracy(const Entry& entry) const { return entry.values.back(); }
  Json entry_json(const Entry& entry) const;

  const StrategyEntry& strategy_;
  ServeEngine engine_;
  Search search_;
  std::map<size_t, std::string> proposals_;  // functions of the strategy's entries that have not been handed out
  std::set<std::string> handed_out_;         // functions that were, or whose accuracy was told
};

}  // namespace zeroth::search
