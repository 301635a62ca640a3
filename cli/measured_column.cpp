#include "cli/measured_column.h"

#include "core/error.h"
#include "spaces/spelling.h"

namespace zeroth::cli {
namespace {

std::string name_of(const spaces::SearchSpace& space, const spaces::Architecture& architecture) {
  return space.measured_by_function() ? spaces::function_of(space, architecture) : space.print(architecture);
}

}  // namespace

MeasuredColumn::MeasuredColumn(const std::string& path, const std::string& column, const spaces::SearchSpace& space)
    : space_(space), table_(eval::Benchmark::read(path, column, space.table_columns())) {
  const auto known = [&space](const std::string& text) -> std::optional<std::string> {
    try {
      return name_of(space, space.parse(text));
    } catch (const core::Error&) {
      return std::nullopt;  // of another space
    }
  };
  // Renaming a whole table costs seconds.
  if (known(table_.example()) != table_.example()) table_ = table_.renamed(known);
}

std::optional<double> MeasuredColumn::value(const spaces::Architecture& architecture, const std::string& text) const {
  return table_.accuracy(space_.measured_by_function() ? name_of(space_, architecture) : text);
}

}  // namespace zeroth::cli
