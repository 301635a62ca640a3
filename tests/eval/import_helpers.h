// What tests of the importers share: an import into a folder that is gone afterwards.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "core/csv.h"
#include "core/error.h"
#include "eval/import/importer.h"
#include "tests/temporary_folder.h"

namespace zeroth::tests {

inline core::CsvTable imported(const std::string& kind, const std::string& path, const std::string& space = "") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out.csv");
  eval::ImportedTable table(out);
  eval::find_importer(kind).read(path, space, table);
  table.finish(path);
  return core::CsvTable::read(out);
}

inline std::string cell(const core::CsvTable& table, size_t row, const std::string& column) {
  return table.rows.at(row).fields.at(table.column(column));
}

// What is said of a file that cannot be imported.
inline std::string refusal(const std::string& kind, const std::string& path, const std::string& space = "") {
  try {
    imported(kind, path, space);
  } catch (const core::Error& error) {
    return error.what();
  }
  return "imported without a complaint";
}

}  // namespace zeroth::tests
