// How far two score tables put the same architectures in the same order, column by column, and which moved most.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/score_table.h"

namespace zeroth::eval {

struct ColumnAgreement {
  std::string column;
  size_t failed_before = 0, failed_after = 0;  // cells without a value; they tie below every other
  size_t equal = 0;                            // architectures whose cells are the same, bit for bit
  std::optional<double> spearman, kendall;     // tau-b; nullopt where a side has one value only
  // Of the tenth of the architectures that rank highest before (the earlier row first among equals), the share that
  // does so after.
  double top_tenth_kept = 0;
};

// An architecture's mean percentile over the columns in both tables, 1 = best.
struct Mover {
  std::string architecture;
  double before = 0, after = 0;
};

struct Difference {
  std::string before, after;                           // file names without their folders
  size_t architectures = 0;                            // in both
  size_t only_before = 0, only_after = 0;              // in one
  std::vector<std::string> lost_columns, new_columns;  // in one
  std::vector<ColumnAgreement> columns;                // in both, in the first table's order
  std::vector<Mover> movers;                           // largest change first
  std::vector<std::string> settings;                   // "name: before -> after", from the manifests
};

// Of `column` alone where it is not empty. An architecture that stands in several rows counts by its first. Standard
// errors of scores (columns named `..._se`) are no scores. Throws core::Error where the tables have no architecture or
// no column in common; core::UsageError where they do not both have `column`, with those that they have.
Difference difference(const core::ScoreTable& before, const core::ScoreTable& after, const std::string& column,
                      size_t movers);

// The members in which two objects differ, "a.b: 1 -> 2"; one that is not there is "absent".
std::vector<std::string> changed_members(const nlohmann::ordered_json& before, const nlohmann::ordered_json& after);

std::string as_table(const Difference& difference);
// One line a column of both tables.
std::string as_csv(const Difference& difference);
nlohmann::ordered_json as_json(const Difference& difference);

}  // namespace zeroth::eval
