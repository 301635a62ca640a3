// TransNAS-Bench-101 (Duan et al., CVPR 2021): transnas-bench_v10141024.pth, a dict whose "data" has the spaces "micro"
// and "macro", and they an architecture's results by task: a list of values, one an epoch, for each metric.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.h"
#include "eval/import/importer.h"
#include "eval/import/pickle_file.h"

namespace zeroth::eval {
namespace {

struct Task {
  const char* name;
  const char* metric;  // of which more is better
  const char* test;    // our column of the test set
};
constexpr std::array<Task, 7> kTasks = {{
    {"class_object", "top1", "class_object_test_top1"},
    {"class_scene", "top1", "class_scene_test_top1"},
    {"jigsaw", "top1", "jigsaw_test_top1"},
    {"room_layout", "neg_loss", "room_layout_neg_loss"},
    {"segmentsemantic", "mIoU", "segmentsemantic_miou"},
    {"normal", "ssim", "normal_ssim"},
    {"autoencoder", "ssim", "autoencoder_ssim"},
}};

std::vector<std::string> header() {
  std::vector<std::string> columns = {"arch"};
  for (const Task& task : kTasks) columns.emplace_back(task.test);
  for (const Task& task : kTasks) {
    const std::string metric = std::string(task.metric) == "mIoU" ? "miou" : task.metric;
    columns.push_back(fmt::format("{}_valid_{}", task.name, metric));
    columns.push_back(fmt::format("{}_valid_{}_best", task.name, metric));
  }
  for (const Task& task : kTasks) columns.push_back(fmt::format("{}_params", task.name));
  return columns;
}

// The epochs' values; none where the task or the metric is absent.
std::vector<double> epochs_of(const PickleStore& store, PickleValue results, const Task& task, const char* set) {
  std::vector<double> values;
  const auto found = store.find(results, task.name);
  if (!found) return values;
  const auto epochs = store.find(store.at(*found, "metrics"), fmt::format("{}_{}", set, task.metric));
  if (!epochs) return values;
  for (const PickleValue value : store.items(*epochs)) {
    values.push_back(store.number(value).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return values;
}

// None where no epoch has a value.
std::optional<double> best(const std::vector<double>& values) {
  std::optional<double> most;
  for (const double value : values) {
    if (std::isfinite(value) && (!most || value > *most)) most = value;
  }
  return most;
}

std::string last(const std::vector<double>& values) { return values.empty() ? "" : measured_field(values.back()); }

std::vector<std::string> row(const PickleStore& store, PickleValue arch, PickleValue results) {
  std::vector<std::string> fields = {std::string(store.text_of(arch))};
  for (const Task& task : kTasks) fields.push_back(last(epochs_of(store, results, task, "test")));
  for (const Task& task : kTasks) {
    const std::vector<double> values = epochs_of(store, results, task, "valid");
    fields.push_back(last(values));
    fields.push_back(measured_field(best(values)));
  }
  for (const Task& task : kTasks) {
    const auto found = store.find(results, task.name);
    const auto info = found ? store.find(*found, "model_info") : std::nullopt;
    fields.push_back(info ? measured_field(store.number(store.find(*info, "model_params"))) : "");
  }
  return fields;
}

void read(const std::string& path, const std::string& space, ImportedTable& table) {
  PickleStore store(path, kMostPickleMemory);
  const std::string key = space.substr(space.rfind('-') + 1);
  table.header(header());
  const auto take = [&](PickleValue arch, PickleValue results) { table.row(row(store, arch, results)); };
  const PickleValue whole = read_pickle({path, UINT64_MAX, {"data", key}, take}, store);
  if (whole.kind != PickleKind::kDict) store.fail("no dict with \"data\"");
  store.at(store.at(whole, "data"), key);
}

}  // namespace

Importer importer_transnas101() {
  return {"transnas101",
          "TransNAS-Bench-101: transnas-bench_v10141024.pth",
          "each task's metric at the last epoch: test, validation; best validation epoch (_best); parameters",
          {"transnas101-micro", "transnas101-macro"},
          read};
}

}  // namespace zeroth::eval
