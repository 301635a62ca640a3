// NAS-Bench-Suite-Zero (Krishnakumar et al., NeurIPS 2022): zc_nasbench201.json and its like. A data set's
// architectures each have proxies, as a number or as {"score": ..., "time": ...}, and "val_accuracy"; earlier files
// have the space's name around it all. The data sets stand one after another, so rows are whole only at the end: they
// are held as numbers.
#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "core/csv.h"
#include "core/error.h"
#include "eval/import/importer.h"
#include "eval/import/naslib_key.h"
#include "eval/import/python_json.h"

namespace zeroth::eval {
namespace {

constexpr size_t kDeepest = 8;        // real files have 5
constexpr size_t kMostColumns = 500;  // real files have 27 a data set or task

// Takes the file's events as they come.
class Events : public nlohmann::json_sax<nlohmann::json> {
 public:
  Events(const PythonJson& source, std::string space) : source_(source), space_(std::move(space)) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t value) override { return number(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool string(string_t& text) override;
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return deeper(); }
  bool key(string_t& text) override;
  bool end_object() override { return shallower(); }
  bool start_array(size_t) override { return deeper(); }
  bool end_array() override { return shallower(); }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& error) override {
    source_.fail(core::one_line(error.what()));
  }

  void write(ImportedTable& table) const;

 private:
  bool deeper() {
    if (keys_.size() == kDeepest) source_.fail("nested more deeply than these files are");
    keys_.emplace_back();
    return true;
  }
  bool shallower() {
    keys_.pop_back();
    if (keys_.size() < arch_depth_) arch_depth_ = 0;
    return true;
  }
  bool number(double value);

  const PythonJson& source_;
  std::string space_;
  std::vector<std::string> keys_;  // the last key of every open object
  size_t arch_depth_ = 0;          // how many objects are open where the architecture is a key; 0 outside of one
  size_t row_ = 0;
  std::vector<std::string> columns_, archs_;
  std::unordered_map<std::string, size_t> column_places_, arch_places_;
  std::vector<std::vector<std::pair<uint32_t, double>>> rows_;
};

bool Events::key(string_t& text) {
  if (keys_.empty()) return false;
  keys_.back() = text;
  const bool is_arch = !text.empty() && (text.front() == '(' || text.front() == '[');
  if (!is_arch || (arch_depth_ != 0 && keys_.size() != arch_depth_)) return true;
  if (keys_.size() < 2) source_.fail("an architecture outside of a data set");
  check_interrupted();
  arch_depth_ = keys_.size();
  std::string arch;
  try {
    arch = architecture_of_naslib(text, space_);
  } catch (const core::Error& error) {
    source_.fail(core::one_line(error.what()));
  }
  const auto [entry, added] = arch_places_.emplace(arch, archs_.size());
  row_ = entry->second;
  if (added) {
    archs_.push_back(arch);
    rows_.emplace_back();
  }
  return true;
}

// The architecture may stand there once more; a measurement is no text.
bool Events::string(string_t& text) {
  const bool is_value = arch_depth_ != 0 && (keys_.back() == "score" || keys_.back() == "val_accuracy");
  if (is_value) source_.fail(fmt::format("the text \"{}\" stands where a number should", core::one_line(text)));
  return true;
}

// DATASET_PROXY, DATASET_PROXY_seconds, DATASET_val_acc.
bool Events::number(double value) {
  if (arch_depth_ == 0 || keys_.size() <= arch_depth_) return true;
  const std::string& what = keys_[arch_depth_];
  const std::string& part = keys_.back();
  std::string column = keys_[arch_depth_ - 2] + "_" + (what == "val_accuracy" ? "val_acc" : what);
  if (keys_.size() == arch_depth_ + 2 && part == "time") {
    column += "_seconds";
  } else if (keys_.size() != arch_depth_ + 1 && !(keys_.size() == arch_depth_ + 2 && part == "score")) {
    return true;
  }
  const auto [entry, added] = column_places_.emplace(column, columns_.size());
  if (added) {
    if (columns_.size() == kMostColumns) source_.fail("more kinds of numbers than any file of this benchmark has");
    columns_.push_back(column);
  }
  auto& row = rows_[row_];
  const size_t place = entry->second;
  const auto same = std::find_if(row.begin(), row.end(), [place](const auto& cell) { return cell.first == place; });
  if (same != row.end()) {
    same->second = value;  // a later value replaces an earlier one
  } else {
    row.emplace_back(static_cast<uint32_t>(place), value);
  }
  return true;
}

void Events::write(ImportedTable& table) const {
  std::vector<std::string> header = {"arch"};
  header.insert(header.end(), columns_.begin(), columns_.end());
  table.header(header);
  for (size_t i = 0; i < archs_.size(); ++i) {
    std::vector<std::string> fields(header.size());
    fields[0] = archs_[i];
    for (const auto& [column, value] : rows_[i]) fields[column + 1] = core::number_text(value);
    table.row(fields);
  }
}

void read(const std::string& path, const std::string& space, ImportedTable& table) {
  PythonJson json(path);
  std::istream stream(&json);
  Events events(json, space);
  nlohmann::json::sax_parse(stream, &events);
  events.write(table);
}

}  // namespace

Importer importer_suite_zero() {
  return {
      "suite-zero",
      "NAS-Bench-Suite-Zero: zc_nasbench101.json, zc_nasbench201.json, zc_nasbench301.json, zc_transbench101_*.json",
      "13 proxies, their seconds and the validation accuracy, for each data set or task",
      {"nasbench101", "nasbench201", "darts", "transnas101-micro", "transnas101-macro"},
      read};
}

}  // namespace zeroth::eval
