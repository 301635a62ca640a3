#include "core/csv_appender.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/csv.h"
#include "core/error.h"
#include "core/input_file.h"

namespace zeroth::core {
namespace {

struct Record {
  std::string_view text;  // without the line end
  int64_t line = 0;       // on which it starts
};

// Cuts text at the line feeds that stand outside quotes. What follows the last of them is torn, and left out.
std::vector<Record> whole_records(const std::string& path, std::string_view text) {
  std::vector<Record> records;
  bool quoted = false;
  size_t start = 0;
  int64_t line = 1;
  int64_t start_line = 1;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] != '\n') continue;
    ++line;
    if (quoted) continue;
    records.push_back({text.substr(start, i - start), start_line});
    start = i + 1;
    start_line = line;
  }
  // A stray quote would swallow all rows after it: that is damage to show, not a torn row to drop.
  if (text.find('\n', start) != std::string_view::npos) {
    throw Error(fmt::format("{}:{}: cannot resume: a quote that never closes", path, start_line));
  }
  return records;
}

void check_header(const std::string& path, std::string_view found_text, const std::vector<std::string>& wanted) {
  const auto found = parse_csv_line(found_text).value_or(std::vector<std::string>{std::string(found_text)});
  for (size_t i = 0; i < std::max(found.size(), wanted.size()); ++i) {
    const std::string here = i < found.size() ? fmt::format("\"{}\"", found[i]) : "missing";
    const std::string now = i < wanted.size() ? fmt::format("\"{}\"", wanted[i]) : "missing";
    if (here == now) continue;
    throw Error(
        fmt::format("{}: cannot resume: column {} is {} in the file and {} in this run", path, i + 1, here, now));
  }
}

}  // namespace

std::string sibling(const std::string& path, const std::string& suffix) {
  constexpr std::string_view kExtension = ".csv";
  const bool has_extension = path.size() > kExtension.size() &&
                             path.compare(path.size() - kExtension.size(), kExtension.size(), kExtension) == 0 &&
                             path[path.size() - kExtension.size() - 1] != '/';
  return path.substr(0, path.size() - (has_extension ? kExtension.size() : 0)) + suffix;
}

CsvAppender::CsvAppender(const std::string& path, const std::vector<std::string>& columns, bool resume,
                         const Accept& accept)
    : columns_(columns), file_(PosixFile::open_to_append(path)) {
  if (resume) size_ = recover(path, accept);
  if (file_.is_regular()) file_.truncate(size_);
  if (size_ == 0) append(columns_);
}

// Returns how many bytes of the file are good; 0 for a file that was killed before its header stood.
uint64_t CsvAppender::recover(const std::string& path, const Accept& accept) const {
  const std::string text = read_whole_file(path);
  if (std::filesystem::file_size(path) != text.size()) {
    throw Error(fmt::format("{}: cannot resume: the file is compressed", path));
  }
  const std::vector<Record> records = whole_records(path, text);
  const std::string header = csv_line(columns_);
  if (records.empty()) {
    // Never empty a file that is not ours.
    if (header.compare(0, text.size(), text) != 0) check_header(path, text, columns_);
    return 0;
  }
  check_header(path, records[0].text, columns_);
  for (size_t i = 1; i < records.size(); ++i) {
    const auto fields = parse_csv_line(records[i].text);
    if (fields && fields->size() == columns_.size() && accept(*fields)) continue;
    const auto good = static_cast<uint64_t>(records[i].text.data() - text.data());
    if (i + 1 == records.size()) return good;
    throw Error(
        fmt::format("{}:{}: cannot resume: not a row of this table: {}", path, records[i].line, records[i].text));
  }
  return static_cast<uint64_t>(records.back().text.data() + records.back().text.size() + 1 - text.data());
}

void CsvAppender::append(const std::vector<std::string>& fields) {
  ZEROTH_CHECK(fields.size() == columns_.size());
  const std::string line = csv_line(fields) + '\n';
  try {
    file_.write(line);
  } catch (const Error&) {
    // A full disk may have taken part of the row. That it cannot be cut off again is not the news to report.
    try {
      file_.truncate(size_);
    } catch (const Error&) {
    }
    throw;
  }
  size_ += line.size();
}

}  // namespace zeroth::core
