// zeroth list: what there is to choose from.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/algorithm/string/replace.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/measured.h"
#include "core/error.h"
#include "proxies/plan.h"
#include "spaces/search_space.h"

namespace zeroth::cli {
namespace {

using proxies::Fidelity;
using proxies::Proxy;

std::string pass_names(proxies::PassSet passes) {
  std::string names;
  for (const proxies::Pass pass : proxies::all_passes()) {
    if (passes.has(pass)) names += (names.empty() ? "" : " + ") + std::string(proxies::name_of(pass));
  }
  return names.empty() ? "none" : names;
}

// ".790", "-.310"; "-" where there is no value.
std::string correlation_text(const std::optional<double>& value) {
  if (!value) return "-";
  std::string text = fmt::format("{:.3f}", *value);
  const size_t zero = text.find("0.");
  return zero <= 1 ? text.erase(zero, 1) : text;
}

std::string correlations_text(const std::array<std::optional<double>, 3>& values) {
  return fmt::format("{} {} {}", correlation_text(values[0]), correlation_text(values[1]), correlation_text(values[2]));
}

std::string ms_text(const std::optional<double>& ms) { return ms ? fmt::format("{:.1f}", *ms) : "-"; }

void print_measured(const Proxy& proxy) {
  const Measured facts = measured(proxy.name);
  if (facts.ms) {
    std::cout << fmt::format("  cost      {} ms alone, {} ms beside the rest of the default set (fast, one thread)\n",
                             ms_text(facts.ms), ms_text(facts.added_ms));
  }
  if (!facts.canonical[0]) return;
  std::cout << fmt::format(
      "  Spearman  NAS-Bench-201 C10 C100 IN16: {} (canonical), {} (as written); lift over data_free {} (C10)\n",
      correlations_text(facts.canonical), correlations_text(facts.written), correlation_text(facts.lift));
}

void print_long(const Proxy& proxy, const spaces::SearchSpace& space) {
  std::cout << fmt::format("{}\n  measures  {}\n  formula   {}\n  sign      larger is better; {}\n", proxy.name,
                           proxy.summary, proxy.formula, proxy.sign);
  std::cout << fmt::format("  golden    {}\n  labels    {}\n  networks  {}\n", proxy.golden,
                           proxy.uses_labels ? "used" : "not used", proxy.networks);
  if (proxy.score_facts) {
    std::cout << "  passes    none; the full network, at every fidelity\n";
  } else {
    for (const Fidelity fidelity : {Fidelity::kFast, Fidelity::kShared, Fidelity::kPaper}) {
      const proxies::Request request = proxy.request(fidelity, proxies::base_setting(space, fidelity));
      std::cout << fmt::format("  {:<9} {}; {}, repeats={}\n", proxies::name_of(fidelity), pass_names(request.passes),
                               request.setting.text(), request.setting.repeats);
    }
  }
  print_measured(proxy);
  std::cout << fmt::format("  source    {}\n\n", proxy.citation);
}

// A vertical bar would end a cell.
std::string markdown_cell(std::string text) {
  boost::replace_all(text, "|", "\\|");
  return text;
}

// The README's table.
void print_markdown(const spaces::SearchSpace& space) {
  std::cout
      << "| proxy | formula | sign | labels | passes | ms | C10 C100 IN16, canonical | as written | lift | source "
         "|\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Proxy& proxy : proxies::all_proxies()) {
    const Measured facts = measured(proxy.name);
    const std::string passes =
        proxy.score_facts
            ? "none"
            : pass_names(proxy.request(Fidelity::kFast, proxies::base_setting(space, Fidelity::kFast)).passes);
    std::cout << fmt::format("| `{}` | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", proxy.name,
                             markdown_cell(proxy.formula), markdown_cell(proxy.sign), proxy.uses_labels ? "yes" : "no",
                             passes, ms_text(facts.added_ms), correlations_text(facts.canonical),
                             correlations_text(facts.written), correlation_text(facts.lift),
                             markdown_cell(proxy.citation));
  }
}

void list_proxies(bool in_full, const std::string& space_name) {
  const spaces::SearchSpace& space = spaces::find_space(space_name);
  const std::vector<std::string> defaults = proxies::default_proxies(&space);
  for (const Proxy& proxy : proxies::all_proxies()) {
    if (in_full) {
      print_long(proxy, space);
      continue;
    }
    const bool is_default = std::find(defaults.begin(), defaults.end(), proxy.name) != defaults.end();
    std::cout << fmt::format("{:<24} {} {}\n", proxy.name, is_default ? '*' : ' ', proxy.summary);
  }
  if (!in_full) std::cout << "* in the default set. `zeroth list proxies --long` says how each is computed.\n";
  for (const proxies::ProxyMaker& maker : proxies::proxy_makers()) {
    std::cout << fmt::format("* with parameters, in no set: {}, {}.\n", maker.usage, maker.summary);
  }
}

void list_spaces(bool in_full) {
  for (const auto& space : spaces::all_spaces()) {
    std::cout << fmt::format("{:<20} {}\n", space->name(), space->summary());
    if (!in_full) continue;
    std::cout << fmt::format("  size      {}\n  example   {}\n",
                             space->size() ? fmt::format("{}", *space->size()) : "above 10^18", space->example());
    for (const auto& [name, shape] : {std::pair("full", space->full_shape()), std::pair("fast", space->fast_shape())}) {
      std::cout << fmt::format("  {:<9} {}\n", name, shape.text());
    }
    std::cout << fmt::format("  source    {}\n", space->citation());
  }
}

}  // namespace

void add_list(CLI::App& program, int&) {
  struct Options {
    std::string what;
    std::string space = "nasbench201";
    bool in_full = false, markdown = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("list", "List proxies or search spaces");
  command->add_option("what", options->what, "proxies or spaces")->required();
  command->add_flag("--long", options->in_full,
                    "Formula, sign, labels, passes and setting by fidelity, what was measured, source");
  command->add_flag("--markdown", options->markdown, "Of proxies: the README's table");
  command->add_option("--space", options->space, "The space whose settings --long shows")->capture_default_str();
  command->footer("Example: zeroth list proxies --long");
  command->callback([options] {
    if (options->markdown && options->what == "proxies") return print_markdown(spaces::find_space(options->space));
    if (options->what == "proxies") return list_proxies(options->in_full, options->space);
    if (options->what == "spaces") return list_spaces(options->in_full);
    throw core::UsageError(core::unknown_name("kind of list", options->what, {"proxies", "spaces"}));
  });
}

}  // namespace zeroth::cli
