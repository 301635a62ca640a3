#include "cli/recipe_examples.h"

#include "core/error.h"

namespace zeroth::cli {
namespace {

const char* const kRank =
    R"(# Thousands of architectures ranked in minutes, and the best of them trained for a short while.
# Keys are the options of `zeroth COMMAND --help`, without the dashes; paths are relative to this file.
stages:
  - rank:
      space: nasbench201      # zeroth list spaces; or a YAML file of your own
      sample: 2000            # or all: true, or archs: FILE
      unique: true            # functions, not notations of them
      seed: 1
      # proxies: zico,nwot    # zeroth list proxies; the default set where this is left out
      # input: fashion-mnist  # real images; made ones where this is left out
      out: ranked/scores.csv  # beside it: scores.ranked.csv has the order

  - confirm:                  # real training of the best, on Debian's Fashion-MNIST images
      file: ranked/scores.ranked.csv
      space: nasbench201
      data: fashion-mnist
      top: 8
      channels: 16
      cells: 1
      images: 20000
      epochs: 12
      rungs: 3                # the better half goes on
      out: ranked/confirm.csv

  - report:
      runs: [ranked/scores.csv]
      space: nasbench201
      out: ranked/report.html # one page, opens offline
)";

const char* const kEvaluate =
    R"(# How well proxies predict the accuracies of a benchmark. benchmark.csv is your table: a column `arch`, and accuracies.
# Keys are the options of `zeroth COMMAND --help`, without the dashes; paths are relative to this file.
stages:
  - rank:
      space: nasbench201
      archs: benchmark.csv    # every architecture of the table
      proxies: all
      fidelity: fast          # shared: the benchmark's own network, about 30 times the cost
      seed: 1
      out: evaluated/scores.csv

  - eval:
      scores: evaluated/scores.csv
      space: nasbench201
      benchmark: benchmark.csv
      target: accuracy        # the table's column
      full: true              # deciles, bands of equal MACs, precision of the top, conditional gain
      out: evaluated/correlations.csv

  - report:
      runs: [evaluated/scores.csv]
      space: nasbench201
      benchmark: [benchmark.csv]
      target: [accuracy]
      out: evaluated/report.html
      tables: evaluated/tables    # LaTeX and Markdown
      figures: evaluated/figures  # SVG
)";

const char* const kPrescreen =
    R"(# The best of another tool's candidates, written back in its notation. candidates.txt has one a line.
# Keys are the options of `zeroth COMMAND --help`, without the dashes; paths are relative to this file.
stages:
  - prescreen:
      candidates: candidates.txt
      space: nasbench201
      from: naslib            # zeroth convert --help lists the notations
      as: naslib
      keep: 10
      constraint: params<=1e6, macs<=150e6
      seed: 1
      out: prescreened/best.txt
      why: prescreened/why.csv  # why each other candidate was dropped
)";

}  // namespace

const std::vector<RecipeExample>& recipe_examples() {
  static const std::vector<RecipeExample> examples = {
      {"rank", "thousands ranked, the best trained briefly", kRank},
      {"evaluate", "proxies held against a benchmark", kEvaluate},
      {"prescreen", "another tool's candidates", kPrescreen},
  };
  return examples;
}

const RecipeExample& find_recipe_example(const std::string& name) {
  std::vector<std::string> known;
  for (const RecipeExample& example : recipe_examples()) {
    if (example.name == name) return example;
    known.push_back(example.name);
  }
  throw core::UsageError(core::unknown_name("recipe", name, known));
}

}  // namespace zeroth::cli
