// Comma-separated files whose columns are known only at run time, read through libcsv; plain or gzip. A byte order
// mark, CRLF line ends and quoted fields (also with line breaks inside) are understood; blank lines are skipped, and
// blanks around an unquoted field are no part of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zeroth::core {

struct CsvRow {
  std::vector<std::string> fields;
  int64_t line = 0;  // line of the file on which the row starts; the first line is 1
};

// Streams a file: memory is bounded by one row. "-" reads standard input.
class CsvFile {
 public:
  // Reads the header and hands each later row to `row`. Throws Error that names the file, and the line where there is
  // one: file missing or unreadable, empty, a row with more or fewer fields than the header, a quote that never closes
  // or stands inside an unquoted field, two columns with one name. `header` is called once, before the first row. `row`
  // may keep what it is given and leave another row in its place.
  static void read(const std::string& path, const std::function<void(const std::vector<std::string>&)>& header,
                   const std::function<void(CsvRow&)>& row);
};

// A whole file in memory.
struct CsvTable {
  std::string path;
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;

  static CsvTable read(const std::string& path);
  std::optional<size_t> find(std::string_view column) const;
  // Throws Error with the columns that exist.
  size_t column(std::string_view name) const;
  // The field as a number: nullopt where it is empty or says nan, inf or -inf (a benchmark's "no value").
  // Throws Error that names file, line, column and the text where it is anything else.
  std::optional<double> number(size_t row, size_t column) const;
};

// A field as it must stand in a file: quoted where it holds a comma, a quote or a line break, or begins or ends with a
// blank, which readers drop.
std::string csv_field(std::string_view text);
// A row as it must stand in a file, without the line end.
std::string csv_line(const std::vector<std::string>& fields);
// The fields of one row's text; nullopt where its quotes are malformed or it holds no row, or more than one.
std::optional<std::vector<std::string>> parse_csv_line(std::string_view text);

// Shortest decimal text that reads back as the same double (std::to_chars), whatever the locale; nan, inf, -inf.
std::string number_text(double value);
// The whole text as a double; nullopt where it is not one ("inf" and "nan" are numbers here).
std::optional<double> parse_number(std::string_view text);

}  // namespace zeroth::core
