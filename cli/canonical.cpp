// zeroth canonical: which architectures are one function, and what each costs.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "core/csv.h"
#include "search/candidates.h"
#include "spaces/canonical.h"
#include "spaces/facts.h"

namespace zeroth::cli {
namespace {

void print_canonical(const std::string& space_name, const std::string& path) {
  const spaces::SearchSpace& space = spaces::find_space(space_name);
  const std::vector<spaces::Candidate> candidates = search::from_file(space, path, /*skip_bad=*/false);
  std::cout << "arch,canonical,hash,params,macs,live_params,live_macs\n";
  for (const spaces::Candidate& candidate : candidates) {
    const auto cells = space.cells(candidate.architecture);
    const spaces::CanonicalForm form = spaces::canonical_form(cells);
    const spaces::Facts facts = spaces::facts(space, cells, form.cells, space.full_shape());
    std::cout << fmt::format("{},{},{:016x},{},{},{},{}\n", core::csv_field(candidate.text), core::csv_field(form.text),
                             form.hash, facts.params, facts.macs, facts.live_params, facts.live_macs);
  }
}

}  // namespace

void add_canonical(CLI::App& program, int&) {
  struct Options {
    std::string space;
    std::string path = "-";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("canonical", "Print canonical forms, hashes, parameters and multiply-adds");
  command->add_option("--space", options->space, "Search space: see `zeroth list spaces`, or FILE.yaml")->required();
  command->add_option("file", options->path,
                      "One architecture a line, or a CSV with a column arch; - or nothing for standard input");
  command->footer(
      "Architectures with equal hashes are the same function at initialisation. params and macs count the network as\n"
      "written, live_params and live_macs what can reach the logits.\n"
      "Example: echo '|none~0|+|none~0|skip_connect~1|+|nor_conv_3x3~0|none~1|none~2|' |\n"
      "           zeroth canonical --space nasbench201");
  command->callback([options] { print_canonical(options->space, options->path); });
}

}  // namespace zeroth::cli
