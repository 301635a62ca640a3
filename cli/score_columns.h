// How the scores of a plan stand in a score table: its columns, a row's cells and its status; and back again.
#pragma once

#include <string>
#include <vector>

#include "core/score_table.h"
#include "proxies/pipeline.h"

namespace zeroth::cli {

class ScoreColumns {
 public:
  // A column for each proxy, followed by NAME_se where it is averaged over repeats.
  explicit ScoreColumns(const proxies::Plan& plan);

  const std::vector<std::string>& names() const { return names_; }
  core::ScoreRow row(const std::string& arch, const std::vector<proxies::ProxyScore>& scores) const;
  // A row without a value, for a line that is no architecture.
  core::ScoreRow failed_row(const std::string& arch, const std::string& error) const;
  // The scores that stand in a row; the inverse of row().
  std::vector<proxies::ProxyScore> scores(const core::ScoreRow& row) const;
  // Whether all proxies that need a network failed (those that need none always have a value).
  bool is_failed(const core::ScoreRow& row) const;

 private:
  struct Column {
    std::string proxy;
    bool has_error;      // a column of standard errors follows
    bool needs_network;  // can fail
  };
  std::vector<Column> columns_;
  std::vector<std::string> names_;
};

}  // namespace zeroth::cli
