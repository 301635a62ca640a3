// Official benchmark files, turned into the tables that `zeroth eval` reads.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/output_file.h"

namespace zeroth::eval {

// The table that comes out: a header, then a row an architecture, written as they come.
class ImportedTable {
 public:
  explicit ImportedTable(const std::string& path) : file_(path) {}

  void header(const std::vector<std::string>& columns);
  void row(const std::vector<std::string>& fields);
  // The file stands under its name. Throws core::Error where there is no row, with `source` as the file to blame.
  void finish(const std::string& source);

  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }

 private:
  core::OutputFile file_;
  size_t rows_ = 0, columns_ = 0;
};

// A number as a field: seven digits, which is more than a benchmark measures, but whole numbers in full; empty where
// there is none, or none that is finite.
std::string measured_field(std::optional<double> value);

struct Importer {
  std::string name;                 // what --from says
  std::string summary;              // one line: which files
  std::string columns;              // one line: what comes out
  std::vector<std::string> spaces;  // what --space may say, where one file holds several spaces; else empty
  // Throws core::Error that names the file and the place: damaged, hostile, or no file of this benchmark. Stops with
  // Interrupted where a signal asked for the end.
  std::function<void(const std::string& path, const std::string& space, ImportedTable& table)> read;
};

// A signal asked for the end of the program.
struct Interrupted {};
// Throws Interrupted where one did. Every row of an ImportedTable asks, and so do readers that go long without one.
void check_interrupted();

// In the order of importers.def.
const std::vector<Importer>& all_importers();
// Throws core::UsageError with the valid names.
const Importer& find_importer(std::string_view name);

}  // namespace zeroth::eval
