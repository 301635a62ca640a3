#include "core/csv.h"

#include <csv.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <new>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/input_file.h"

namespace zeroth::core {
namespace {

constexpr size_t kBlock = size_t{1} << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\n";

// libcsv with its callbacks gathered into one row at a time. Only a line feed ends a row: the carriage return before it
// is a blank like others.
class Parser {
 public:
  Parser() {
    // Strict: a stray quote is an error and not guessed around.
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    csv_set_term_func(&parser_, [](unsigned char c) -> int { return c == '\n'; });
    csv_set_space_func(&parser_, [](unsigned char c) -> int { return c == ' ' || c == '\t' || c == '\r'; });
  }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // Takes text that holds at most one line feed. False where a quote is malformed.
  bool feed(std::string_view text) {
    return csv_parse(&parser_, text.data(), text.size(), on_field, on_row, this) == text.size();
  }
  // No more text comes. False where a quote is still open.
  bool finish() { return csv_fini(&parser_, on_field, on_row, this) == 0; }

  // Rows that have ended since the last call; above 1 only where more than one line feed was fed.
  int take_ended() { return std::exchange(ended_, 0); }
  // The row that has ended, until more text is fed.
  std::vector<std::string>& fields() { return fields_; }

 private:
  static void on_field(void* bytes, size_t size, void* self) {
    auto& parser = *static_cast<Parser*>(self);
    // The strings of the row before are reused, so that a long file does not allocate for each field.
    if (parser.count_ == parser.fields_.size()) parser.fields_.emplace_back();
    parser.fields_[parser.count_++].assign(static_cast<const char*>(bytes), size);
  }
  static void on_row(int /*terminator*/, void* self) {
    auto& parser = *static_cast<Parser*>(self);
    parser.fields_.resize(parser.count_);
    parser.count_ = 0;
    ++parser.ended_;
  }

  csv_parser parser_{};
  std::vector<std::string> fields_;
  size_t count_ = 0;
  int ended_ = 0;
};

// Cuts a file into lines for the parser, which tells no positions itself, and knows on which line each row starts.
class RowReader {
 public:
  using TakeHeader = std::function<void(const std::vector<std::string>&)>;
  using TakeRow = std::function<void(CsvRow&)>;

  RowReader(const std::string& path, const TakeHeader& header, const TakeRow& row)
      : file_(path), take_header_(header), take_row_(row) {}

  void run() {
    std::vector<char> block(kBlock);
    size_t size = 0;
    // A pipe may hand out the byte order mark in pieces.
    for (size_t count = 1; count > 0 && size < kByteOrderMark.size(); size += count) {
      count = file_.read(block.data() + size, block.size() - size);
    }
    std::string_view text(block.data(), size);
    if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
    take_block(text);
    while ((size = file_.read(block.data(), block.size())) > 0) take_block({block.data(), size});
    if (!parser_.finish()) fail("a quote that never closes");
    if (parser_.take_ended() > 0) hand_out();
    if (columns_.empty()) throw Error(fmt::format("{}: the file is empty", file_.name()));
  }

 private:
  void take_block(std::string_view text) {
    while (!text.empty()) {
      const size_t newline = text.find('\n');
      const std::string_view part = text.substr(0, newline == std::string_view::npos ? text.size() : newline + 1);
      if (!inside_row_) row_.line = line_;
      if (!parser_.feed(part)) fail("a quote inside an unquoted field, or text after a closing quote");
      if (parser_.take_ended() > 0) {
        inside_row_ = false;
        hand_out();
      } else if (part.find_first_not_of(kBlanks) != std::string_view::npos) {
        inside_row_ = true;
      }
      if (newline != std::string_view::npos) ++line_;
      text.remove_prefix(part.size());
    }
  }

  void hand_out() {
    if (columns_.empty()) {
      columns_ = parser_.fields();
      check_header();
      take_header_(columns_);
      return;
    }
    if (parser_.fields().size() != columns_.size()) {
      fail(fmt::format("the row has {} fields where the header has {}", parser_.fields().size(), columns_.size()));
    }
    // Swapped, not copied; the parser gets its strings back for reuse.
    std::swap(row_.fields, parser_.fields());
    take_row_(row_);
    std::swap(row_.fields, parser_.fields());
  }

  void check_header() const {
    std::set<std::string_view> seen;
    for (const std::string& column : columns_) {
      if (!seen.insert(column).second) fail(fmt::format("two columns are named \"{}\"", column));
    }
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(fmt::format("{}:{}: {}", file_.name(), row_.line, what));
  }

  InputFile file_;
  const TakeHeader& take_header_;
  const TakeRow& take_row_;
  Parser parser_;
  std::vector<std::string> columns_;
  CsvRow row_;
  int64_t line_ = 1;
  bool inside_row_ = false;
};

}  // namespace

void CsvFile::read(const std::string& path, const std::function<void(const std::vector<std::string>&)>& header,
                   const std::function<void(CsvRow&)>& row) {
  RowReader(path, header, row).run();
}

CsvTable CsvTable::read(const std::string& path) {
  CsvTable table;
  table.path = path;
  CsvFile::read(
      path, [&](const std::vector<std::string>& columns) { table.columns = columns; },
      [&](CsvRow& row) { table.rows.push_back(std::move(row)); });
  return table;
}

std::optional<size_t> CsvTable::find(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found == columns.end()) return std::nullopt;
  return static_cast<size_t>(found - columns.begin());
}

size_t CsvTable::column(std::string_view name) const {
  if (const auto found = find(name)) return *found;
  throw Error(fmt::format("{}: {}", path, unknown_name("column", name, columns)));
}

std::optional<double> CsvTable::number(size_t row, size_t column) const {
  const std::string& text = rows.at(row).fields.at(column);
  if (text.empty()) return std::nullopt;
  const auto value = parse_number(text);
  if (!value) {
    throw Error(fmt::format("{}:{}: column {}: \"{}\" is not a number", path, rows[row].line, columns[column], text));
  }
  return std::isfinite(*value) ? value : std::nullopt;
}

std::string csv_field(std::string_view text) {
  const bool edge_blank = !text.empty() && (kBlanks.find(text.front()) != std::string_view::npos ||
                                            kBlanks.find(text.back()) != std::string_view::npos);
  if (!edge_blank && text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted(csv_write(nullptr, 0, text.data(), text.size()), '\0');
  csv_write(quoted.data(), quoted.size(), text.data(), text.size());
  return quoted;
}

std::string csv_line(const std::vector<std::string>& fields) {
  // A blank line would be no row at all.
  if (fields.size() == 1 && fields[0].empty()) return "\"\"";
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += ',';
    line += csv_field(fields[i]);
  }
  return line;
}

std::optional<std::vector<std::string>> parse_csv_line(std::string_view text) {
  Parser parser;
  if (!parser.feed(text) || !parser.finish() || parser.take_ended() != 1) return std::nullopt;
  return std::move(parser.fields());
}

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";  // to_chars prints the sign of a nan too
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace zeroth::core
