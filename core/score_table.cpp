#include "core/score_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/csv.h"
#include "core/error.h"

namespace zeroth::core {
namespace {

// What a column of some CSV file has shown of itself so far.
struct ColumnFacts {
  bool candidate = false;  // may be a score column
  bool has_number = false;
  std::string first_text;
  int64_t first_text_line = 0;  // 0: no text yet
};

class TableReader {
 public:
  explicit TableReader(const std::string& path) { table_.path = path; }

  void take_header(const std::vector<std::string>& columns) {
    names_ = columns;
    const auto arch = std::find(columns.begin(), columns.end(), "arch");
    if (arch == columns.end()) {
      throw Error(fmt::format("{}: no column \"arch\"; columns: {}", table_.path, fmt::join(columns, ", ")));
    }
    arch_ = static_cast<size_t>(arch - columns.begin());
    const auto status = std::find(columns.begin(), columns.end(), "status");
    if (status != columns.end()) status_ = static_cast<size_t>(status - columns.begin());
    // A hash is hexadecimal: some of its values look like numbers.
    constexpr std::array<std::string_view, 6> kNoScores = {"arch", "status", "index", "rank", "canonical", "hash"};
    for (const std::string& column : columns) {
      facts_.emplace_back();
      facts_.back().candidate = std::find(kNoScores.begin(), kNoScores.end(), column) == kNoScores.end();
    }
  }

  void take_row(const CsvRow& row) {
    ScoreRow out;
    out.arch = row.fields[arch_];
    out.status = status_ ? row.fields[*status_] : "ok";
    out.values.reserve(facts_.size());
    for (size_t c = 0; c < facts_.size(); ++c) {
      if (facts_[c].candidate) out.values.push_back(cell(c, row));
    }
    table_.rows.push_back(std::move(out));
  }

  ScoreTable finish() {
    std::vector<bool> keep;
    for (size_t c = 0; c < facts_.size(); ++c) {
      if (!facts_[c].candidate) continue;
      keep.push_back(facts_[c].first_text_line == 0);
      if (keep.back()) table_.columns.push_back(names_[c]);
    }
    if (table_.columns.size() < keep.size()) drop_text_columns(keep);
    return std::move(table_);
  }

 private:
  std::optional<double> cell(size_t column, const CsvRow& row) {
    const std::string& text = row.fields[column];
    ColumnFacts& facts = facts_[column];
    const auto value = parse_number(text);
    if (!value && !text.empty() && facts.first_text_line == 0) {
      facts.first_text = text;
      facts.first_text_line = row.line;
    }
    // nan and inf count for neither: a column of text may use them for "none".
    const bool finite = value && std::isfinite(*value);
    facts.has_number = facts.has_number || finite;
    if (facts.has_number && facts.first_text_line > 0) {
      throw Error(fmt::format("{}:{}: column {}: \"{}\" is not a number", table_.path, facts.first_text_line,
                              names_[column], facts.first_text));
    }
    return finite ? value : std::nullopt;
  }

  void drop_text_columns(const std::vector<bool>& keep) {
    for (ScoreRow& row : table_.rows) {
      std::vector<std::optional<double>> kept;
      for (size_t i = 0; i < keep.size(); ++i) {
        if (keep[i]) kept.push_back(row.values[i]);
      }
      row.values = std::move(kept);
    }
  }

  ScoreTable table_;
  std::vector<std::string> names_;
  std::vector<ColumnFacts> facts_;
  size_t arch_ = 0;
  std::optional<size_t> status_;
};

// Rows on their way to a TableReader, which takes some hundreds of them while the next are cut out of the file: numbers
// are a third of the work.
class RowsBehind {
 public:
  explicit RowsBehind(TableReader& reader) : reader_(reader) {}

  void add(CsvRow& row) {
    if (count_ == next_.size()) hand_over();
    std::swap(next_[count_++], row);  // the file's reader writes over an earlier one
  }
  // Throws what the reader has thrown, as add() may.
  void finish() {
    hand_over();
    taking_.wait();
  }

 private:
  void hand_over() {
    taking_.wait();
    std::swap(next_, taken_);
    taking_.run([this, count = std::exchange(count_, 0)] {
      for (size_t row = 0; row < count; ++row) reader_.take_row(taken_[row]);
    });
  }

  static constexpr size_t kRows = 512;
  TableReader& reader_;
  std::vector<CsvRow> next_{kRows}, taken_{kRows};
  size_t count_ = 0;  // of next_
  tbb::task_group taking_;
};

std::vector<std::string> file_columns(const std::vector<std::string>& score_columns) {
  std::vector<std::string> all = {"arch"};
  all.insert(all.end(), score_columns.begin(), score_columns.end());
  all.emplace_back("status");
  return all;
}

}  // namespace

ScoreTable ScoreTable::read(const std::string& path) {
  TableReader reader(path);
  RowsBehind rows(reader);
  try {
    CsvFile::read(
        path, [&](const std::vector<std::string>& columns) { reader.take_header(columns); },
        [&](CsvRow& row) { rows.add(row); });
  } catch (...) {
    rows.finish();  // a mistake in an earlier row is told first
    throw;
  }
  rows.finish();
  return reader.finish();
}

size_t ScoreTable::column(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found != columns.end()) return static_cast<size_t>(found - columns.begin());
  throw Error(fmt::format("{}: {}", path, unknown_name("score column", name, columns)));
}

ScoreWriter::ScoreWriter(const std::string& path, const std::vector<std::string>& columns, bool resume)
    : column_count_(columns.size()),
      file_(path, file_columns(columns), resume, [this](const auto& fields) { return accept(fields); }) {}

bool ScoreWriter::accept(const std::vector<std::string>& fields) {
  ScoreRow row;
  row.arch = fields.front();
  row.status = fields.back();
  for (size_t i = 1; i + 1 < fields.size(); ++i) {
    const auto value = parse_number(fields[i]);
    if (!value && !fields[i].empty()) return false;
    row.values.push_back(value);
  }
  finished_.push_back(std::move(row));
  return true;
}

void ScoreWriter::append(const ScoreRow& row) {
  ZEROTH_CHECK(row.values.size() == column_count_);
  std::vector<std::string> fields = {row.arch};
  for (const auto& value : row.values) {
    ZEROTH_CHECK(!value || std::isfinite(*value));
    fields.push_back(value ? number_text(*value) : "");
  }
  fields.push_back(row.status);
  file_.append(fields);
}

}  // namespace zeroth::core
