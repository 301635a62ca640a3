// NAS-Bench-101 (Ying et al., ICML 2019): nasbench_full.tfrecord and nasbench_only108.tfrecord. A record is one
// training run: a JSON list of the module's hash, the epochs it was trained for, its adjacency matrix row by row, its
// operations by commas, and a protocol buffer in base64 with three evaluations: before training, half way and at the
// end.
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <unordered_map>

#include "core/error.h"
#include "eval/import/base64.h"
#include "eval/import/importer.h"
#include "eval/import/tfrecord.h"
#include "spaces/nasbench101_cell.h"

namespace zeroth::eval {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using spaces::nasbench101::kMaxVertices;
using spaces::nasbench101::kOperations;

constexpr uint64_t kLongestRecord = uint64_t{1} << 16;  // real ones have under 1,000 bytes
constexpr std::array<int, 4> kEpochs = {108, 36, 12, 4};
constexpr size_t kRepeats = 3;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

enum Measure { kSeconds, kTrain, kValid, kTest, kMeasures };
using Evaluation = std::array<float, kMeasures>;

// One training: half way, and at its end.
struct Run {
  Evaluation half, whole;
};

struct Metrics {
  std::vector<Evaluation> evaluations;
  int64_t parameters = 0;
};

// What the file says of one module. Four-byte floats: the file's accuracies were made of them.
struct Module {
  std::string matrix, operations;  // as nb101.csv spells them
  size_t vertices = 0;
  int64_t parameters = 0;
  std::array<std::vector<Run>, kEpochs.size()> runs;
};

// EvaluationData: 2 training_time, 3 train, 4 validation, 5 test accuracy, all doubles; the rest is passed over.
bool read_evaluation(CodedInputStream& in, Evaluation& evaluation) {
  evaluation.fill(kNone);
  while (const uint32_t tag = in.ReadTag()) {
    const int field = WireFormatLite::GetTagFieldNumber(tag);
    if (field < 2 || field > 5 || WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_FIXED64) {
      if (!WireFormatLite::SkipField(&in, tag)) return false;
      continue;
    }
    uint64_t bits = 0;
    if (!in.ReadLittleEndian64(&bits)) return false;
    evaluation[static_cast<size_t>(field - 2)] = static_cast<float>(WireFormatLite::DecodeDouble(bits));
  }
  return in.ConsumedEntireMessage();
}

// ModelMetrics: 1 evaluation_data, repeated; 2 trainable_parameters.
std::optional<Metrics> read_metrics(const std::string& bytes) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  Metrics metrics;
  while (const uint32_t tag = in.ReadTag()) {
    if (tag == WireFormatLite::MakeTag(1, WireFormatLite::WIRETYPE_LENGTH_DELIMITED)) {
      int length = 0;
      if (!in.ReadVarintSizeAsInt(&length)) return std::nullopt;
      const auto limit = in.PushLimit(length);
      metrics.evaluations.emplace_back();
      if (!read_evaluation(in, metrics.evaluations.back())) return std::nullopt;
      in.PopLimit(limit);
    } else if (tag == WireFormatLite::MakeTag(2, WireFormatLite::WIRETYPE_VARINT)) {
      uint64_t value = 0;
      if (!in.ReadVarint64(&value)) return std::nullopt;
      metrics.parameters = static_cast<int64_t>(value);
    } else if (!WireFormatLite::SkipField(&in, tag)) {
      return std::nullopt;
    }
  }
  if (!in.ConsumedEntireMessage()) return std::nullopt;
  return metrics;
}

// The part of the matrix above its diagonal; nothing where the text is no strictly upper triangular 0-1 matrix.
std::optional<std::string> upper_triangle(const std::string& cells, size_t& vertices) {
  vertices = static_cast<size_t>(std::lround(std::sqrt(static_cast<double>(cells.size()))));
  if (vertices < 2 || vertices > kMaxVertices || vertices * vertices != cells.size()) return std::nullopt;
  std::string upper;
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool above = i % vertices > i / vertices;
    if (cells[i] != '0' && !(above && cells[i] == '1')) return std::nullopt;
    if (above) upper += cells[i];
  }
  return upper;
}

// One digit an inner vertex.
std::optional<std::string> operation_digits(const std::string& names, size_t vertices) {
  std::string text;
  std::string_view rest = names;
  for (size_t vertex = 0; vertex < vertices; ++vertex) {
    const std::string_view name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    if (vertex == 0 || vertex + 1 == vertices) {
      if (name != (vertex == 0 ? "input" : "output")) return std::nullopt;
      continue;
    }
    const auto* const operation = std::find(kOperations.begin(), kOperations.end(), name);
    if (operation == kOperations.end()) return std::nullopt;
    text += static_cast<char>('0' + (operation - kOperations.begin()));
  }
  return rest.empty() ? std::optional<std::string>(text) : std::nullopt;
}

class Reader {
 public:
  explicit Reader(const std::string& path) : file_(path, kLongestRecord) {}

  void read() {
    for (std::string record; file_.next(record);) {
      if (file_.count() % 4096 == 0) check_interrupted();
      take(record);
    }
  }

  void write(ImportedTable& table) const;

 private:
  void take(const std::string& record) {
    const auto json = nlohmann::json::parse(record, nullptr, /*allow_exceptions=*/false);
    const bool fits = json.is_array() && json.size() == 5 && json[0].is_string() && json[1].is_number_integer() &&
                      json[2].is_string() && json[3].is_string() && json[4].is_string();
    if (!fits) file_.fail("no list of hash, epochs, adjacency, operations and metrics");
    const auto epochs = std::find(kEpochs.begin(), kEpochs.end(), json[1].get<int64_t>());
    if (epochs == kEpochs.end()) file_.fail(fmt::format("{} epochs; known: 4, 12, 36, 108", json[1].dump()));
    const auto bytes = base64_bytes(json[4].get_ref<const std::string&>());
    const auto metrics = bytes ? read_metrics(*bytes) : std::nullopt;
    if (!metrics || metrics->evaluations.size() != 3) file_.fail("its metrics cannot be read");

    Module& module = module_of(json[0], json[2], json[3]);
    module.parameters = metrics->parameters;
    auto& runs = module.runs[static_cast<size_t>(epochs - kEpochs.begin())];
    if (runs.size() == kRepeats) file_.fail(fmt::format("a fourth run of one module for {} epochs", *epochs));
    runs.push_back({metrics->evaluations[1], metrics->evaluations[2]});
  }

  Module& module_of(const std::string& hash, const std::string& adjacency, const std::string& operations) {
    const bool known = modules_.count(hash) > 0;
    if (!known && (hash.size() != 32 || hash.find_first_not_of("0123456789abcdef") != std::string::npos)) {
      file_.fail(fmt::format("\"{}\" is no hash of a module", core::one_line(hash)));
    }
    Module& module = modules_[hash];
    if (known) return module;
    const auto matrix = upper_triangle(adjacency, module.vertices);
    const auto digits = matrix ? operation_digits(operations, module.vertices) : std::nullopt;
    if (!digits) file_.fail("its matrix and operations are no module of at most 7 vertices");
    module.matrix = *matrix;
    module.operations = *digits;
    return module;
  }

  TfRecordFile file_;
  std::unordered_map<std::string, Module> modules_;
};

// Mean over the runs, in per cent but for seconds.
std::string mean_field(const std::vector<Run>& runs, Evaluation Run::*when, Measure measure) {
  double sum = 0;
  for (const Run& run : runs) sum += static_cast<double>((run.*when)[measure]);
  if (runs.empty()) return "";
  return measured_field(sum / static_cast<double>(runs.size()) * (measure == kSeconds ? 1 : 100));
}

const std::array<std::pair<const char*, Measure>, 4> kMeans = {{{"cifar10_test_acc", kTest},
                                                                {"cifar10_valid_acc", kValid},
                                                                {"cifar10_train_acc", kTrain},
                                                                {"cifar10_train_cost", kSeconds}}};

// "" for 108 epochs, "_12ep" for others; seconds end in _s.
std::string column_name(const char* name, Measure measure, size_t budget, const char* when) {
  const std::string epochs = kEpochs[budget] == 108 ? "" : fmt::format("_{}ep", kEpochs[budget]);
  return fmt::format("{}{}{}{}", name, epochs, when, measure == kSeconds ? "_s" : "");
}

void Reader::write(ImportedTable& table) const {
  std::vector<const std::pair<const std::string, Module>*> sorted;
  std::vector<size_t> budgets;
  for (const auto& entry : modules_) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  for (size_t budget = 0; budget < kEpochs.size(); ++budget) {
    const auto trained = [&](const auto* entry) { return !entry->second.runs[budget].empty(); };
    if (std::any_of(sorted.begin(), sorted.end(), trained)) budgets.push_back(budget);
  }

  std::vector<std::string> columns = {"index", "hash", "vertices", "matrix_upper", "ops", "params"};
  for (const size_t budget : budgets) {
    for (const auto& [name, measure] : kMeans) columns.push_back(column_name(name, measure, budget, ""));
    for (const auto& [name, measure] : kMeans) columns.push_back(column_name(name, measure, budget, "_half"));
    for (const Measure measure : {kTest, kValid}) {
      const char* name = measure == kTest ? "cifar10_test_acc" : "cifar10_valid_acc";
      for (size_t run = 1; run <= kRepeats; ++run) {
        columns.push_back(column_name(name, measure, budget, "") + fmt::format("_run{}", run));
      }
    }
  }
  table.header(columns);
  for (size_t i = 0; i < sorted.size(); ++i) {
    const auto& [hash, module] = *sorted[i];
    std::vector<std::string> row = {std::to_string(i),
                                    hash,
                                    std::to_string(module.vertices),
                                    module.matrix,
                                    module.operations,
                                    std::to_string(module.parameters)};
    for (const size_t budget : budgets) {
      const std::vector<Run>& runs = module.runs[budget];
      for (const auto& [name, measure] : kMeans) row.push_back(mean_field(runs, &Run::whole, measure));
      for (const auto& [name, measure] : kMeans) row.push_back(mean_field(runs, &Run::half, measure));
      for (const Measure measure : {kTest, kValid}) {
        for (size_t run = 0; run < kRepeats; ++run) {
          row.push_back(run < runs.size() ? mean_field({runs[run]}, &Run::whole, measure) : "");
        }
      }
    }
    table.row(row);
  }
}

}  // namespace

Importer importer_nasbench101() {
  return {"nasbench101",
          "NAS-Bench-101: nasbench_full.tfrecord, nasbench_only108.tfrecord",
          "mean of the runs, half way too (_half), and each run, after 108 epochs and after 4, 12, 36 (_4ep ...)",
          {},
          [](const std::string& path, const std::string&, ImportedTable& table) {
            Reader reader(path);
            reader.read();
            reader.write(table);
          }};
}

}  // namespace zeroth::eval
