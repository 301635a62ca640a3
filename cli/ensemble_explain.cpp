// zeroth ensemble explain: which columns carried the learned score of one architecture.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/default_ensemble.h"
#include "cli/ensemble.h"
#include "cli/ranking.h"
#include "core/csv.h"
#include "core/error.h"
#include "core/log.h"
#include "core/replace_file.h"
#include "core/score_table.h"
#include "ensemble/explanation.h"
#include "eval/benchmark.h"
#include "eval/text_table.h"

namespace zeroth::cli {
namespace {

constexpr const char* kFooter =
    R"(A column's contribution is its weights times its standardised rank and log rank within the table, and its share in
its family of columns that agree; contributions add up to the learned score. Percentiles are of the value as it stands
in the table; "low is better" marks features that the tasks turned round. With one file the program's own ensemble is
explained; of one that was learned by gbt the weights beside the trees are.

Example:
  zeroth ensemble explain scores.csv --arch '|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|'
  zeroth ensemble explain weights.json scores.csv --arch 01201202 --out contributions.csv)";

struct Settings {
  std::vector<std::string> files;
  std::string arch, without, out;
  size_t top = 15;
};

size_t row_of(const core::ScoreTable& scores, const std::string& arch) {
  const std::string key = eval::architecture_key(arch);
  for (size_t row = 0; row < scores.rows.size(); ++row) {
    if (eval::architecture_key(scores.rows[row].arch) == key) return row;
  }
  if (scores.rows.empty()) throw core::Error(fmt::format("{}: no rows", scores.path));
  throw core::UsageError(fmt::format("{}: no row has the architecture \"{}\"; the first is \"{}\"", scores.path, arch,
                                     scores.rows.front().arch));
}

std::string as_text(const std::vector<ensemble::Contribution>& contributions, size_t top) {
  std::vector<std::vector<std::string>> lines = {{"column", "family", "value", "percentile", "contribution", ""}};
  double others = 0.0;
  for (size_t i = 0; i < contributions.size(); ++i) {
    const ensemble::Contribution& each = contributions[i];
    if (i >= top) {
      others += each.amount;
      continue;
    }
    lines.push_back({each.column, std::to_string(each.family + 1),
                     each.value ? fmt::format("{:.5g}", *each.value) : "failed", fmt::format("{:.1f}", each.percentile),
                     eval::signed_text(each.amount), each.sign < 0.0 ? "low is better" : ""});
  }
  if (contributions.size() > top) {
    lines.push_back({fmt::format("{} others", contributions.size() - top), "", "", "", eval::signed_text(others), ""});
  }
  return eval::aligned(lines);
}

std::string as_csv(const std::vector<ensemble::Contribution>& contributions) {
  std::string text = "column,family,sign,value,percentile,contribution\n";
  for (const ensemble::Contribution& each : contributions) {
    text +=
        core::csv_line({each.column, std::to_string(each.family + 1), each.sign < 0.0 ? "-1" : "1",
                        eval::cell(each.value), core::number_text(each.percentile), core::number_text(each.amount)}) +
        "\n";
  }
  return text;
}

void explain(const Settings& settings) {
  const bool named = settings.files.size() == 2;
  const auto file = read_ensemble(named ? settings.files[0] : "default");
  const auto scores = core::ScoreTable::read(settings.files.back());
  const ensemble::LearnedModel& model = settings.without.empty() ? file.model : file.model_excluding(settings.without);
  const size_t row = row_of(scores, settings.arch);
  const ensemble::Columns values = columns_of(scores.rows, scores.columns.size());
  std::vector<ensemble::Contribution> contributions =
      ensemble::contributions(model, scores.columns, values, {row}).front();
  if (contributions.empty()) {
    throw core::Error(fmt::format("{}: none of the ensemble's columns is there and tells its rows apart", scores.path));
  }
  const ensemble::Prediction prediction = ensemble::predict(model, scores.columns, values);
  const Eigen::VectorXd& mean = prediction.mean;
  const double own = mean[static_cast<Eigen::Index>(row)];
  const auto better = (mean.array() > own).count();
  ensemble::sort_by_size(contributions);
  fmt::print("{}\nrank {} of {}; learned score {:+.3f} +- {:.3f}, the sum of {} contributions\n\n{}",
             scores.rows[row].arch, better + 1, mean.size(), own, prediction.deviation[static_cast<Eigen::Index>(row)],
             contributions.size(), as_text(contributions, settings.top));
  if (settings.out.empty()) return;
  core::replace_file(settings.out, as_csv(contributions));
  core::log_info("wrote {}", settings.out);
}

}  // namespace

void add_ensemble_explain(CLI::App& ensemble, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = ensemble.add_subcommand("explain", "Which columns carried the learned score of one architecture");
  command->add_option("files", settings->files, "An ensemble (the program's own where none is named) and a score table")
      ->required()
      ->expected(1, 2)
      ->type_name("[WEIGHTS] SCORES");
  command->add_option("--arch", settings->arch, "The architecture, as the score table spells it")->required();
  command->add_option("--without", settings->without, "Use weights learned without the group of this space")
      ->type_name("SPACE");
  command->add_option("--top", settings->top, "Print this many columns")->capture_default_str();
  command->add_option("--out", settings->out, "Also write all contributions as CSV")->type_name("FILE");
  command->footer(kFooter);
  command->callback([settings, &exit_code] {
    explain(*settings);
    exit_code = 0;
  });
}

}  // namespace zeroth::cli
