#include "eval/report_page.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/error.h"
#include "core/json.h"
#include "eval/report_runs.h"

namespace zeroth::eval {
namespace {

using Json = nlohmann::ordered_json;

std::string base64(const std::vector<unsigned char>& bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? bytes[i + j] : 0U);
    for (size_t j = 0; j < 4; ++j) text += j <= count ? kDigits[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

// More numbers than this make a page of several megabytes if each has its eight bytes.
constexpr size_t kMostWhole = 400000;

// Of a nan where there is no value.
uint64_t bits_of(const std::optional<double>& value) {
  const double number = value.value_or(std::numeric_limits<double>::quiet_NaN());
  uint64_t bits = 0;
  std::memcpy(&bits, &number, sizeof bits);
  return bits;
}

// The upper half of a number's bits, rounded: six digits.
uint32_t upper_half(uint64_t bits) {
  // Rounding may not carry the largest numbers into infinity, nor a nan, which is above them, out of itself.
  constexpr uint64_t kHalf = uint64_t{1} << 31, kLargest = 0x7fefffff80000000;
  const bool rounds = (bits & ~(uint64_t{1} << 63)) < kLargest;
  return static_cast<uint32_t>((rounds ? bits + kHalf : bits) >> 32);
}

// Little-endian, whole doubles or their upper halves.
std::string packed(const std::vector<std::optional<double>>& values, bool whole) {
  std::vector<unsigned char> bytes;
  bytes.reserve((whole ? 8 : 4) * values.size());
  const auto put = [&](uint64_t bits, int count) {
    for (int shift = 0; shift < count; shift += 8) bytes.push_back(static_cast<unsigned char>(bits >> shift));
  };
  for (const std::optional<double>& value : values) {
    const uint64_t bits = bits_of(value);
    whole ? put(bits, 64) : put(upper_half(bits), 32);
  }
  return base64(bytes);
}

Json optional_json(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

std::string kind_of(const ScoreColumn& column) {
  return is_network_size(column.name) ? "size" : column.name == kDataFree ? "baseline" : "score";
}

Json columns_json(const Report& report) {
  Json columns = Json::array();
  const bool small = report.pool.rows() * (report.pool.columns.size() + report.tasks.size()) <= kMostWhole;
  const auto add = [&](const std::string& name, const std::string& kind,
                       const std::vector<std::optional<double>>& values) {
    size_t failed = 0;
    for (const auto& value : values) failed += value ? 0 : 1;
    const bool whole = small || kind == "accuracy" || kind == "size";
    columns.push_back(
        {{"name", name}, {"kind", kind}, {"failed", failed}, {"whole", whole}, {"values", packed(values, whole)}});
  };
  for (const ScoreColumn& column : report.pool.columns) add(column.name, kind_of(column), column.values);
  for (const ReportTask& task : report.tasks) add(task.target, "accuracy", task.accuracy);
  return columns;
}

Json estimate_json(const Estimate& estimate) {
  Json json = {{"value", optional_json(estimate.value)}};
  if (estimate.interval) json["interval"] = {estimate.interval->low, estimate.interval->high};
  return json;
}

Json tasks_json(const Report& report) {
  Json tasks = Json::array();
  for (const ReportTask& task : report.tasks) {
    Json columns = Json::array();
    for (const ColumnQuality& quality : task.columns) {
      columns.push_back({{"name", quality.column},
                         {"rows", quality.rows},
                         {"spearman", estimate_json(quality.spearman)},
                         {"kendall", estimate_json(quality.kendall)}});
    }
    tasks.push_back({{"target", task.target}, {"rows", task.rows}, {"columns", columns}});
  }
  return tasks;
}

Json redundancy_json(const Redundancy& redundancy) {
  Json rows = Json::array();
  for (size_t a = 0; a < redundancy.columns.size(); ++a) {
    Json row = Json::array();
    // Three digits are shown.
    for (size_t b = 0; b <= a; ++b) {
      const std::optional<double>& value = redundancy.spearman[a][b];
      row.push_back(value ? Json(std::round(1e3 * *value) / 1e3) : Json(nullptr));
    }
    rows.push_back(row);
  }
  return {{"columns", redundancy.columns}, {"spearman", rows}};
}

Json drawings_json(const Report& report) {
  Json drawings = Json::array();
  for (const ReportDrawing& drawing : report.drawings) {
    drawings.push_back({{"row", drawing.row}, {"cells", drawing.cells}});
  }
  return drawings;
}

Json explained_json(const ExplainedRow& explained) {
  Json contributions = Json::array();
  for (const ReportContribution& each : explained.contributions) {
    contributions.push_back({{"column", each.column},
                             {"value", optional_json(each.value)},
                             {"percentile", each.percentile},
                             {"amount", each.amount},
                             {"low", each.low_is_better}});
  }
  return {{"row", explained.row},
          {"rank", explained.rank},
          {"score", explained.score},
          {"contributions", std::move(contributions)}};
}

Json orders_json(const Report& report) {
  Json orders = Json::array();
  for (const ReportOrder& order : report.orders) {
    Json explained = Json::array();
    for (const ExplainedRow& row : order.explained) explained.push_back(explained_json(row));
    orders.push_back({{"run", order.run},
                      {"score", order.score},
                      {"by", order.by},
                      {"rows", order.rows},
                      {"unknown", order.unknown},
                      {"explained", std::move(explained)}});
  }
  return orders;
}

Json runs_json(const Report& report) {
  Json runs = Json::array();
  for (const ReportRun& run : report.runs) {
    Json json = {{"file", run.scores.path}};
    if (const auto& manifest = run.manifest) {
      json["command"] = manifest->command;
      json["program"] = manifest->name + " " + manifest->version;
      json["started"] = manifest->started;
      json["finished"] = manifest->finished;
      json["settings"] = manifest->settings;
      json["inputs"] = manifest->inputs;
      json["libraries"] = manifest->libraries;
      json["machine"] = manifest->machine;
      json["results"] = manifest->results;
    }
    runs.push_back(json);
  }
  return runs;
}

}  // namespace

Json page_data(const Report& report) {
  Json data;
  data["title"] = report.options.title;
  data["version"] = ZEROTH_VERSION;
  data["command"] = report.options.command;
  data["space"] = report.space;
  data["benchmark"] = report.benchmark;
  data["functions"] = report.pool.functions;
  data["repeated"] = report.repeated;
  data["unreadable"] = report.not_of_space;
  data["lead"] = report.pool.columns[report.lead].name;
  data["runs"] = runs_json(report);
  data["tasks"] = tasks_json(report);
  data["redundancy"] = redundancy_json(report.redundancy);
  data["costs"] = Json::array();
  for (const ReportCost& cost : report.costs) {
    data["costs"].push_back({{"column", cost.column}, {"milliseconds", cost.milliseconds}});
  }
  data["drawings"] = drawings_json(report);
  data["orders"] = orders_json(report);
  data["architectures"] = report.pool.architectures;
  data["columns"] = columns_json(report);
  return data;
}

std::string page(const Report& report) {
  const std::string json = core::json_text(page_data(report));
  const size_t place = kPageTemplate.find(kDataPlace);
  ZEROTH_CHECK(place != std::string_view::npos);
  std::string text(kPageTemplate.substr(0, place));
  text.reserve(kPageTemplate.size() + json.size());
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";  // or a name could end the element that the data stand in
    } else {
      text += c;
    }
  }
  text += kPageTemplate.substr(place + kDataPlace.size());
  return text;
}

}  // namespace zeroth::eval
