#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/csv.h"
#include "eval/difference.h"
#include "eval/text_table.h"

namespace zeroth::eval {
namespace {

using nlohmann::ordered_json;

void collect_changes(const ordered_json& before, const ordered_json& after, const std::string& prefix,
                     std::vector<std::string>& changes) {
  const auto compare = [&](const std::string& key) {
    const ordered_json* a = before.contains(key) ? &before.at(key) : nullptr;
    const ordered_json* b = after.contains(key) ? &after.at(key) : nullptr;
    if (a && b && a->is_object() && b->is_object()) return collect_changes(*a, *b, prefix + key + ".", changes);
    if (a && b && *a == *b) return;
    changes.push_back(fmt::format("{}{}: {} -> {}", prefix, key, a ? a->dump() : "absent", b ? b->dump() : "absent"));
  };
  for (const auto& item : before.items()) compare(item.key());
  for (const auto& item : after.items()) {
    if (!before.contains(item.key())) compare(item.key());
  }
}

}  // namespace

std::vector<std::string> changed_members(const ordered_json& before, const ordered_json& after) {
  std::vector<std::string> changes;
  collect_changes(before, after, "", changes);
  return changes;
}

std::string as_table(const Difference& difference) {
  std::string text = fmt::format("{} -> {}: {} architectures in both, {} only in the first, {} only in the second\n",
                                 difference.before, difference.after, difference.architectures, difference.only_before,
                                 difference.only_after);
  for (const std::string& setting : difference.settings) text += fmt::format("changed  {}\n", setting);
  if (!difference.lost_columns.empty()) {
    text += fmt::format("only in the first   {}\n", fmt::join(difference.lost_columns, ", "));
  }
  if (!difference.new_columns.empty()) {
    text += fmt::format("only in the second  {}\n", fmt::join(difference.new_columns, ", "));
  }
  std::vector<std::vector<std::string>> lines = {
      {"column", "Spearman", "Kendall", "top 10 % kept", "same bits", "failed before", "after"}};
  for (const ColumnAgreement& column : difference.columns) {
    lines.push_back({column.column, fixed(column.spearman, 3), fixed(column.kendall, 3),
                     fmt::format("{:.0f} %", 100 * column.top_tenth_kept), std::to_string(column.equal),
                     std::to_string(column.failed_before), std::to_string(column.failed_after)});
  }
  text += "\n" + aligned(lines);
  if (difference.movers.empty()) return text + "\nno architecture changed its rank\n";
  lines = {{"largest moves", "percentile before", "after", "change"}};
  for (const Mover& mover : difference.movers) {
    lines.push_back({mover.architecture, fmt::format("{:.1f}", 100 * mover.before),
                     fmt::format("{:.1f}", 100 * mover.after),
                     fmt::format("{:+.1f}", 100 * (mover.after - mover.before))});
  }
  return text + "\n" + aligned(lines);
}

std::string as_csv(const Difference& difference) {
  std::string text =
      "column,n,spearman,kendall_tau_b,top_tenth_kept,same_bits,failed_before,failed_after,before,after\n";
  for (const ColumnAgreement& column : difference.columns) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", core::csv_field(column.column), difference.architectures,
                        cell(column.spearman), cell(column.kendall), cell(column.top_tenth_kept), column.equal,
                        column.failed_before, column.failed_after, core::csv_field(difference.before),
                        core::csv_field(difference.after));
  }
  return text;
}

ordered_json as_json(const Difference& difference) {
  const auto number = [](const std::optional<double>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
  };
  ordered_json json = {{"before", difference.before},
                       {"after", difference.after},
                       {"architectures", difference.architectures},
                       {"only_before", difference.only_before},
                       {"only_after", difference.only_after},
                       {"changed_settings", difference.settings},
                       {"lost_columns", difference.lost_columns},
                       {"new_columns", difference.new_columns},
                       {"columns", ordered_json::array()},
                       {"movers", ordered_json::array()}};
  for (const ColumnAgreement& column : difference.columns) {
    json["columns"].push_back({{"column", column.column},
                               {"spearman", number(column.spearman)},
                               {"kendall_tau_b", number(column.kendall)},
                               {"top_tenth_kept", column.top_tenth_kept},
                               {"same_bits", column.equal},
                               {"failed_before", column.failed_before},
                               {"failed_after", column.failed_after}});
  }
  for (const Mover& mover : difference.movers) {
    json["movers"].push_back(
        {{"arch", mover.architecture}, {"percentile_before", mover.before}, {"percentile_after", mover.after}});
  }
  return json;
}

}  // namespace zeroth::eval
