// NAS-Bench-201 (Dong and Yang, ICLR 2020) and NATS-Bench (TPAMI 2021) in all the forms that they came in: the folder
// NATS-tss-v1_0-3ffb9-simple with a pickle an architecture (or NATS-sss-..., the size space), the one pickle of all,
// and NAS-Bench-201-v1_*.pth. An architecture is a dict of training budgets ("12" and "200" epochs, in the .pth "less"
// and "full"); a budget a dict with all_results[(data set, seed)], a training run.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>

#include "core/error.h"
#include "eval/import/importer.h"
#include "eval/import/pickle_file.h"

namespace zeroth::eval {
namespace {

constexpr size_t kRuns = 3;

struct DataSet {
  const char* name;   // in our columns
  const char* valid;  // trained without the validation set
  const char* test;   // trained for the test set
  const char* test_set;
};
constexpr std::array<DataSet, 3> kDataSets = {{
    {"cifar10", "cifar10-valid", "cifar10", "ori-test"},
    {"cifar100", "cifar100", "cifar100", "x-test"},
    {"imagenet16_120", "ImageNet16-120", "ImageNet16-120", "x-test"},
}};

std::optional<double> mean_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Adds what there is.
void add(std::vector<double>& values, std::optional<double> value) {
  if (value) values.push_back(*value);
}

// The runs on a data set, by seed.
std::vector<PickleValue> runs_of(const PickleStore& store, PickleValue budget, std::string_view data) {
  std::vector<std::pair<double, PickleValue>> found;
  const auto& results = store.items(store.at(budget, "all_results"));
  for (size_t i = 0; i + 1 < results.size(); i += 2) {
    const auto& key = store.items(results[i]);
    if (key.size() != 2) store.fail("a training run that is not named by data set and seed");
    if (store.is_text(key[0], data)) found.emplace_back(store.number(key[1]).value_or(0), results[i + 1]);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<PickleValue> runs;
  for (const auto& entry : found) runs.push_back(entry.second);
  return runs;
}

std::optional<double> last_accuracy(const PickleStore& store, PickleValue run, std::string_view set) {
  const double epochs = store.number(store.at(run, "epochs")).value_or(0);
  return store.number(store.find(store.at(run, "eval_acc1es"), fmt::format("{}@{:.0f}", set, epochs - 1)));
}

std::vector<double> accuracies(const PickleStore& store, PickleValue budget, const char* data, std::string_view set) {
  std::vector<double> values;
  for (const PickleValue run : runs_of(store, budget, data)) add(values, last_accuracy(store, run, set));
  return values;
}

// The numbers of a dict whose keys begin so.
std::vector<double> values_of(const PickleStore& store, std::optional<PickleValue> dict, std::string_view prefix) {
  std::vector<double> values;
  if (!dict || dict->kind != PickleKind::kDict) return values;
  const auto& pairs = store.items(*dict);
  for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const bool counts =
        prefix.empty() || (pairs[i].kind == PickleKind::kText && boost::starts_with(store.text_of(pairs[i]), prefix));
    if (counts) add(values, store.number(pairs[i + 1]));
  }
  return values;
}

// As NATS-Bench accounts for a simulated training: all epochs of training and one pass over the validation set.
std::optional<double> cost_seconds(const PickleStore& store, PickleValue budget, const DataSet& data) {
  std::vector<double> costs;
  for (const PickleValue run : runs_of(store, budget, data.valid)) {
    const auto training = values_of(store, store.find(run, "train_times"), "");
    const auto validation = mean_of(values_of(store, store.find(run, "eval_times"), "x-valid@"));
    const auto epoch = mean_of(training);
    if (epoch && validation) costs.push_back(*epoch * static_cast<double>(training.size()) + *validation);
  }
  return mean_of(costs);
}

// Mean over the runs of a number that belongs to the network. `millions`: the file counts in them.
std::optional<double> network_number(const PickleStore& store, PickleValue budget, const DataSet& data, const char* key,
                                     bool millions) {
  std::vector<double> values;
  for (const PickleValue run : runs_of(store, budget, data.test)) add(values, store.number(store.find(run, key)));
  const auto mean = mean_of(values);
  return mean && millions ? std::round(*mean * 1e6) : mean;
}

std::optional<double> latency_ms(const PickleStore& store, PickleValue budget, const DataSet& data) {
  std::vector<double> seconds;
  for (const PickleValue run : runs_of(store, budget, data.test)) {
    const auto latency = store.find(run, "latency");
    if (!latency || latency->kind != PickleKind::kList) continue;
    for (const PickleValue value : store.items(*latency)) add(seconds, store.number(value));
  }
  const auto mean = mean_of(seconds);
  return mean && *mean > 0 ? std::optional<double>(*mean * 1000) : std::nullopt;
}

struct Budget {
  std::string key;
  int epochs = 0;
};

// The longest training first.
std::vector<Budget> budgets_of(const PickleStore& store, PickleValue results) {
  std::vector<Budget> budgets;
  if (results.kind != PickleKind::kDict) store.fail("no dict of training budgets where an architecture should be");
  const auto& pairs = store.items(results);
  for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
    Budget budget{std::string(store.text_of(pairs[i])), 0};
    const std::string digits = budget.key == "less" ? "12" : budget.key == "full" ? "200" : budget.key;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), budget.epochs);
    if (end.ec != std::errc() || end.ptr != digits.data() + digits.size()) {
      store.fail(fmt::format("\"{}\" is no training budget; known: numbers of epochs, less, full",
                             core::one_line(budget.key)));
    }
    budgets.push_back(budget);
  }
  if (budgets.empty()) store.fail("an architecture without training budgets");
  std::sort(budgets.begin(), budgets.end(), [](const Budget& a, const Budget& b) { return a.epochs > b.epochs; });
  return budgets;
}

class Reader {
 public:
  explicit Reader(ImportedTable& table) : table_(table) {}

  void take(const PickleStore& store, double index, PickleValue results) {
    if (budgets_.empty()) {
      budgets_ = budgets_of(store, results);
      table_.header(header());
    }
    table_.row(row(store, index, results));
  }

 private:
  std::vector<std::string> header() const {
    std::vector<std::string> columns = {"index", "arch"};
    for (const Budget& budget : budgets_) {
      const std::string epochs = &budget == &budgets_.front() ? "" : fmt::format("_{}ep", budget.epochs);
      for (const DataSet& data : kDataSets) {
        columns.push_back(fmt::format("{}_valid_acc{}", data.name, epochs));
        columns.push_back(fmt::format("{}_test_acc{}", data.name, epochs));
        columns.push_back(fmt::format("{}_train_cost{}_s", data.name, epochs));
      }
    }
    for (const DataSet& data : kDataSets) {
      for (const char* set : {"valid", "test"}) {
        for (size_t run = 1; run <= kRuns; ++run)
          columns.push_back(fmt::format("{}_{}_acc_run{}", data.name, set, run));
      }
    }
    for (const char* what : {"params_{}", "flops_{}", "latency_{}_ms"}) {
      for (const DataSet& data : kDataSets) columns.push_back(fmt::format(fmt::runtime(what), data.name));
    }
    return columns;
  }

  std::vector<std::string> row(const PickleStore& store, double index, PickleValue results) const {
    const PickleValue longest = store.at(results, budgets_.front().key);
    std::vector<std::string> fields = {measured_field(index),
                                       std::string(store.text_of(store.at(longest, "arch_str")))};
    for (const Budget& budget : budgets_) {
      const auto found = store.find(results, budget.key);
      for (const DataSet& data : kDataSets) {
        const auto field = [&](auto&& value) { fields.push_back(found ? measured_field(value(*found)) : ""); };
        field([&](PickleValue b) { return mean_of(accuracies(store, b, data.valid, "x-valid")); });
        field([&](PickleValue b) { return mean_of(accuracies(store, b, data.test, data.test_set)); });
        field([&](PickleValue b) { return cost_seconds(store, b, data); });
      }
    }
    for (const DataSet& data : kDataSets) {
      for (const auto& runs :
           {accuracies(store, longest, data.valid, "x-valid"), accuracies(store, longest, data.test, data.test_set)}) {
        for (size_t run = 0; run < kRuns; ++run) fields.push_back(run < runs.size() ? measured_field(runs[run]) : "");
      }
    }
    for (const DataSet& data : kDataSets)
      fields.push_back(measured_field(network_number(store, longest, data, "params", true)));
    for (const DataSet& data : kDataSets)
      fields.push_back(measured_field(network_number(store, longest, data, "flop", true)));
    for (const DataSet& data : kDataSets) fields.push_back(measured_field(latency_ms(store, longest, data)));
    return fields;
  }

  ImportedTable& table_;
  std::vector<Budget> budgets_;
};

// A folder of NNNNNN.pickle.pbz2; meta.pickle.pbz2 lists the architectures, which each file names too.
void read_folder(const std::string& path, Reader& reader) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    const bool numbered = name.find_first_not_of("0123456789") == name.find('.') && name.find('.') != 0;
    if (numbered && name.find(".pickle") != std::string::npos) files.push_back(entry.path());
  }
  if (files.empty()) throw core::Error(path + ": no NNNNNN.pickle.pbz2 in this folder");
  const auto number = [](const std::filesystem::path& file) {
    return std::stoull(file.filename().string().substr(0, 18));
  };
  std::sort(files.begin(), files.end(), [&](const auto& a, const auto& b) { return number(a) < number(b); });
  for (const std::filesystem::path& file : files) {
    PickleStore store(file.string(), kMostPickleMemory);
    const PickleValue results = read_pickle({file.string(), kMostPickleBytes}, store);
    reader.take(store, static_cast<double>(number(file)), results);
  }
}

void read(const std::string& path, const std::string&, ImportedTable& table) {
  Reader reader(table);
  if (std::filesystem::is_directory(path)) return read_folder(path, reader);
  PickleStore store(path, kMostPickleMemory);
  const auto take = [&](PickleValue index, PickleValue results) {
    const auto number = store.number(index);
    if (!number) store.fail("an architecture without a number");
    reader.take(store, *number, results);
  };
  const PickleValue whole = read_pickle({path, UINT64_MAX, {"arch2infos"}, take}, store);
  if (whole.kind != PickleKind::kDict) store.fail("no dict with \"arch2infos\"");
  store.at(whole, "arch2infos");
}

}  // namespace

Importer importer_nats() {
  return {
      "nats",
      "NAS-Bench-201 and NATS-Bench: a folder NATS-tss-v1_0-*-simple or NATS-sss-*, NAS-Bench-201-v1_*.pth",
      "mean of the runs and each run, validation and test; shorter trainings (_12ep); cost, parameters, MACs, latency",
      {},
      read};
}

}  // namespace zeroth::eval
