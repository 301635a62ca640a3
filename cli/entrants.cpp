#include "cli/entrants.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "cli/ranking.h"
#include "cli/run_options.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/input_file.h"
#include "core/score_table.h"
#include "search/candidates.h"
#include "spaces/facts.h"
#include "spaces/spelling.h"

namespace zeroth::cli {
namespace {

// Cells that the field compares with, by space.
const std::map<std::string, std::string, std::less<>> kResNetLike = {
    {"nasbench201", "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|skip_connect~2|"}};

struct Listed {
  spaces::Candidate candidate;
  std::optional<double> live_params;  // where a table says so
};

struct OrderedList {
  std::vector<Listed> architectures;
  std::string order;
};

bool has_column(const std::vector<std::string>& columns, const std::string& name) {
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

// The columns of a table with a column arch, which is its first line that says something; nothing for a list.
std::optional<std::vector<std::string>> table_columns(const std::string& path) {
  if (path == "-") return std::nullopt;
  const std::string text = core::read_whole_file(path);
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    if (line.find_first_not_of(" \t\r") != std::string::npos && line.front() != '#') {
      const auto fields = core::parse_csv_line(line);
      return fields && has_column(*fields, "arch") ? fields : std::nullopt;
    }
    start = end + 1;
  }
  return std::nullopt;
}

// What a table without an order of its own is ordered by: the default proxies that it has, or else all its scores.
std::vector<std::string> order_columns(const spaces::SearchSpace& space, const core::ScoreTable& table) {
  std::vector<std::string> defaults, scores;
  for (const std::string& name : ordering_columns("default", space, /*live=*/true)) {
    if (has_column(table.columns, name)) defaults.push_back(name);
  }
  const std::set<std::string> costs = {"params", "macs", "live_params", "live_macs"};
  for (const std::string& column : table.columns) {
    const bool error = column.size() > 3 && column.compare(column.size() - 3, 3, "_se") == 0;
    if (!error && costs.count(column) == 0) scores.push_back(column);
  }
  return defaults.empty() ? scores : defaults;
}

// A table with a column `rank` is in order.
OrderedList read_table(const spaces::SearchSpace& space, const std::string& path, bool ranked) {
  const core::ScoreTable table = core::ScoreTable::read(path);
  OrderedList list;
  std::vector<size_t> order(table.rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const std::vector<std::string> columns = order_columns(space, table);
  if (ranked || columns.empty()) {
    list.order = "the order of the file";
  } else {
    // Not by learned weights: nothing says at which fidelity the table was made.
    const PoolEnsemble log_rank({"log_rank", ""}, std::string(space.name()), "");
    order = rank_rows(table.columns, table.rows, columns, log_rank).standing.order;
    list.order = fmt::format("mean log rank of {}", fmt::join(columns, ", "));
  }
  const auto live = std::find(table.columns.begin(), table.columns.end(), "live_params");
  for (const size_t i : order) {
    const core::ScoreRow& row = table.rows[i];
    if (row.status.rfind("parse=", 0) == 0) continue;  // a line that was no architecture when it was scored
    Listed listed;
    try {
      listed.candidate = {row.arch, space.parse(row.arch), ""};
    } catch (const core::Error& error) {
      throw core::Error(fmt::format("{}: row {}: {}", path, i + 1, error.what()));
    }
    listed.candidate.text = space.print(listed.candidate.architecture);
    if (live != table.columns.end()) listed.live_params = row.values[static_cast<size_t>(live - table.columns.begin())];
    list.architectures.push_back(std::move(listed));
  }
  if (list.architectures.empty()) throw core::Error(fmt::format("{}: no architectures in it", path));
  return list;
}

OrderedList read_ordered(const spaces::SearchSpace& space, const std::string& path) {
  if (const auto columns = table_columns(path)) return read_table(space, path, has_column(*columns, "rank"));
  OrderedList list;
  list.order = "the order of the file";
  for (spaces::Candidate& candidate : search::from_file(space, path, /*skip_bad=*/false)) {
    list.architectures.push_back({std::move(candidate), std::nullopt});
  }
  return list;
}

// The first of those with the most.
const spaces::Candidate& most_live_params(const spaces::SearchSpace& space, const std::vector<Listed>& listed) {
  const Listed* best = nullptr;
  double most = -1.0;
  for (const Listed& one : listed) {
    const double params =
        one.live_params
            ? *one.live_params
            : static_cast<double>(spaces::facts(space, one.candidate.architecture, space.full_shape()).live_params);
    if (params <= most) continue;
    most = params;
    best = &one;
  }
  ZEROTH_CHECK(best != nullptr);
  return best->candidate;
}

void add_entrant(std::vector<search::Entrant>& list, const spaces::Candidate& candidate, const std::string& role) {
  const bool is_candidate = role == "candidate";
  const auto known = std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.text == candidate.text; });
  if (known == list.end()) {
    list.push_back({candidate.text, candidate.architecture, role, {is_candidate, !is_candidate}});
    return;
  }
  known->role += "+" + role;
  known->contender.baseline = known->contender.baseline || !is_candidate;
}

}  // namespace

Entrants choose_entrants(const spaces::SearchSpace& space, const EntrantOptions& options) {
  if (options.top < 1) throw core::UsageError(fmt::format("--top {}: must be at least 1", options.top));
  if (options.random < 0) throw core::UsageError(fmt::format("--random {}: must be at least 0", options.random));
  const OrderedList ordered = read_ordered(space, options.file);
  Entrants entrants;
  entrants.order = ordered.order;
  std::set<std::string> functions;
  for (const Listed& listed : ordered.architectures) {
    if (functions.size() == static_cast<size_t>(options.top)) break;
    if (!functions.insert(spaces::function_of(space, listed.candidate.architecture)).second) continue;
    add_entrant(entrants.list, listed.candidate, "candidate");
  }
  if (options.baselines) {
    if (const auto cell = kResNetLike.find(space.name()); cell != kResNetLike.end()) {
      const spaces::Architecture architecture = space.parse(cell->second);
      add_entrant(entrants.list, {space.print(architecture), architecture, ""}, "resnet_like");
    }
    add_entrant(entrants.list, most_live_params(space, ordered.architectures), "most_live_params");
  }
  if (options.random > 0) {
    const auto drawn = search::sample(space, static_cast<uint64_t>(options.random), options.seed, /*unique=*/false);
    for (const spaces::Candidate& candidate : drawn) add_entrant(entrants.list, candidate, "random");
  }
  return entrants;
}

}  // namespace zeroth::cli
