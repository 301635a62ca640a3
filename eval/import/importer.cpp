#include "eval/import/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/csv.h"
#include "core/error.h"
#include "core/signals.h"

namespace zeroth::eval {

#define IMPORTER(name) Importer importer_##name();
#include "eval/import/importers.def"
#undef IMPORTER

const std::vector<Importer>& all_importers() {
  static const std::vector<Importer> importers = {
#define IMPORTER(name) importer_##name(),
#include "eval/import/importers.def"
#undef IMPORTER
  };
  return importers;
}

const Importer& find_importer(std::string_view name) {
  const auto& importers = all_importers();
  const auto found =
      std::find_if(importers.begin(), importers.end(), [&](const Importer& importer) { return importer.name == name; });
  if (found != importers.end()) return *found;
  std::vector<std::string> known;
  for (const Importer& importer : importers) known.push_back(importer.name);
  throw core::UsageError(core::unknown_name("kind of benchmark file", name, known));
}

void ImportedTable::header(const std::vector<std::string>& columns) {
  columns_ = columns.size();
  file_.write(core::csv_line(columns) + "\n");
}

void ImportedTable::row(const std::vector<std::string>& fields) {
  check_interrupted();
  ZEROTH_CHECK(fields.size() == columns_);
  file_.write(core::csv_line(fields) + "\n");
  ++rows_;
}

void ImportedTable::finish(const std::string& source) {
  if (rows_ == 0) throw core::Error(source + ": no architectures in it");
  file_.finish();
}

std::string measured_field(std::optional<double> value) {
  constexpr double kExactIntegers = 9007199254740992.0;  // 2^53
  if (!value || !std::isfinite(*value)) return "";
  if (*value == std::trunc(*value) && std::abs(*value) < kExactIntegers) return fmt::format("{:.0f}", *value + 0.0);
  return fmt::format("{:.7g}", *value);
}

void check_interrupted() {
  if (core::interrupted() != 0) throw Interrupted();
}

}  // namespace zeroth::eval
