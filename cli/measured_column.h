// Values that a file has of architectures, whichever way it spells them.
#pragma once

#include <optional>
#include <string>

#include "eval/benchmark.h"
#include "spaces/search_space.h"

namespace zeroth::cli {

class MeasuredColumn {
 public:
  // Throws as eval::Benchmark::read(). The space must outlive it.
  MeasuredColumn(const std::string& path, const std::string& column, const spaces::SearchSpace& space);

  const std::string& path() const { return table_.path(); }
  const std::string& column() const { return table_.target(); }
  // Of an architecture that the space prints as `text`. Where the space's benchmark measures functions, of one that
  // computes the same.
  std::optional<double> value(const spaces::Architecture& architecture, const std::string& text) const;

 private:
  const spaces::SearchSpace& space_;
  eval::Benchmark table_;  // by function where the space's benchmark measures functions, else by printed text
};

}  // namespace zeroth::cli
