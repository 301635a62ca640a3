// Ground truth: the measured accuracy of architectures, from any CSV (plain or gzip) with an `arch` column.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/csv.h"

namespace zeroth::eval {

// An architecture's text without blanks at its ends: what two files are joined on.
std::string architecture_key(std::string_view text);

class Benchmark {
 public:
  // `target` names the column with the accuracy (or any other measure of which more is better). A field that is empty
  // or not finite is no value. An architecture that stands in several rows has the mean of their values.
  // Throws core::Error: no `arch` column, no row with a value, a target that is not a number (file, line and column);
  // core::UsageError: no such target column, with the numeric columns that there are.
  // `instead` names the columns that spell an architecture where there is no column `arch` (spaces/spelling.h).
  static Benchmark read(const std::string& path, const std::string& target,
                        const std::vector<std::string>& instead = {});
  // The same for several columns, in their order: the file, which may be a pipe, is read once.
  static std::vector<Benchmark> read(const std::string& path, const std::vector<std::string>& targets,
                                     const std::vector<std::string>& instead = {});
  // The same accuracies under other names, averaged where names fall together; architectures without a name drop out.
  Benchmark renamed(const std::function<std::optional<std::string>(const std::string&)>& name) const;

  const std::string& path() const { return path_; }
  std::string file_name() const;  // without its folder
  const std::string& target() const { return target_; }

  size_t repeated() const;  // architectures whose accuracy is a mean over several rows
  std::optional<double> accuracy(const std::string& key) const;
  // One architecture of the file, for messages: the first with a value.
  const std::string& example() const { return example_; }

 private:
  Benchmark(std::string path, std::string target) : path_(std::move(path)), target_(std::move(target)) {}
  std::optional<double> value_of(const core::CsvRow& row, size_t column) const;
  void add(const std::string& key, double accuracy);

  struct Mean {
    double sum = 0;
    size_t rows = 0;
  };

  std::string path_, target_, example_;
  std::unordered_map<std::string, Mean> accuracies_;
};

}  // namespace zeroth::eval
