#include "cli/score_columns.h"

#include <algorithm>
#include <map>

namespace zeroth::cli {
namespace {

// A reason as it can stand in a status, where ; and = divide.
std::string plain(std::string reason) {
  for (char& c : reason) {
    if (c == ';' || c == '\n' || c == '\r') c = ',';
  }
  return reason;
}

std::map<std::string, std::string> parse_status(const std::string& status) {
  std::map<std::string, std::string> reasons;
  for (size_t start = 0; start < status.size();) {
    const size_t end = std::min(status.find(';', start), status.size());
    const std::string item = status.substr(start, end - start);
    const size_t equals = item.find('=');
    if (equals != std::string::npos) reasons[item.substr(0, equals)] = item.substr(equals + 1);
    start = end + 1;
  }
  return reasons;
}

}  // namespace

ScoreColumns::ScoreColumns(const proxies::Plan& plan) {
  for (const proxies::Proxy* proxy : plan.proxies) columns_.push_back({proxy->name, false, !proxy->score_facts});
  for (const proxies::PlanGroup& group : plan.groups) {
    for (const proxies::PlanMember& member : group.members) columns_[member.proxy].has_error = member.repeats > 1;
  }
  for (const Column& column : columns_) {
    names_.push_back(column.proxy);
    if (column.has_error) names_.push_back(column.proxy + "_se");
  }
}

core::ScoreRow ScoreColumns::row(const std::string& arch, const std::vector<proxies::ProxyScore>& scores) const {
  core::ScoreRow row;
  row.arch = arch;
  for (size_t i = 0; i < columns_.size(); ++i) {
    row.values.push_back(scores[i].value);
    if (columns_[i].has_error) row.values.push_back(scores[i].standard_error);
    if (scores[i].failure.empty()) continue;
    row.status += (row.status.empty() ? "" : ";") + columns_[i].proxy + "=" + plain(scores[i].failure);
  }
  if (row.status.empty()) row.status = "ok";
  return row;
}

core::ScoreRow ScoreColumns::failed_row(const std::string& arch, const std::string& error) const {
  core::ScoreRow row;
  row.arch = arch;
  row.values.resize(names_.size());
  row.status = "parse=" + plain(error);
  return row;
}

std::vector<proxies::ProxyScore> ScoreColumns::scores(const core::ScoreRow& row) const {
  const std::map<std::string, std::string> reasons = parse_status(row.status);
  std::vector<proxies::ProxyScore> scores;
  size_t cell = 0;
  for (const Column& column : columns_) {
    proxies::ProxyScore score;
    score.value = row.values[cell++];
    if (column.has_error) score.standard_error = row.values[cell++];
    const auto reason = reasons.find(column.proxy);
    if (reason != reasons.end()) score.failure = reason->second;
    scores.push_back(score);
  }
  return scores;
}

bool ScoreColumns::is_failed(const core::ScoreRow& row) const {
  if (row.status.rfind("parse=", 0) == 0) return true;
  const std::vector<proxies::ProxyScore> scores = this->scores(row);
  bool any = false;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i].needs_network) continue;
    if (scores[i].value) return false;
    any = true;
  }
  return any;
}

}  // namespace zeroth::cli
