// The score table: one row an architecture, one column a score. As a file it is CSV, `arch,<score columns>,status`; an
// empty cell has no value, and status is `ok` or says why cells are empty, `proxy=reason;proxy=reason`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv_appender.h"

namespace zeroth::core {

struct ScoreRow {
  std::string arch;
  std::vector<std::optional<double>> values;  // one for each score column, finite
  std::string status;
};

struct ScoreTable {
  std::string path;
  std::vector<std::string> columns;
  std::vector<ScoreRow> rows;

  // Reads any CSV file with an `arch` column, not only our own. Score columns are those that hold numbers; nan, inf and
  // empty fields are cells without a value, and a missing status is "ok". Passed over are the columns `index`,
  // `rank`, `canonical` and `hash`, and columns that hold text throughout. Throws Error: no arch column (names those
  // there are); a column that mixes numbers and text (names line, column and text).
  static ScoreTable read(const std::string& path);
  // Throws Error with the columns that exist.
  size_t column(std::string_view name) const;
};

// Writes a score table a row at a time; see CsvAppender for what survives a crash.
class ScoreWriter {
 public:
  // With `resume`, rows of an earlier run are kept and become finished(). Throws Error as CsvAppender does.
  ScoreWriter(const std::string& path, const std::vector<std::string>& columns, bool resume);

  // The rows that stood in the file when it was opened, in its order.
  const std::vector<ScoreRow>& finished() const { return finished_; }
  // A value must be finite. Throws Error that names the file and why it could not be written.
  void append(const ScoreRow& row);

 private:
  bool accept(const std::vector<std::string>& fields);

  size_t column_count_;
  std::vector<ScoreRow> finished_;
  CsvAppender file_;
};

}  // namespace zeroth::core
