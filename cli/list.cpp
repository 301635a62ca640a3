// zeroth list: what there is to choose from.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "cli/commands.h"
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
  std::cout << fmt::format("  source    {}\n\n", proxy.citation);
}

void list_proxies(bool in_full, const std::string& space_name) {
  const spaces::SearchSpace& space = spaces::find_space(space_name);
  const std::vector<std::string>& defaults = proxies::default_proxies();
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
                             space->size() ? fmt::format("{}", *space->size()) : "not finite", space->example());
    for (const auto& [name, shape] : {std::pair("full", space->full_shape()), std::pair("fast", space->fast_shape())}) {
      std::cout << fmt::format("  {:<9} C={} N={} {}x{} classes={}\n", name, shape.channels, shape.cells,
                               shape.resolution, shape.resolution, shape.classes);
    }
    std::cout << fmt::format("  source    {}\n", space->citation());
  }
}

}  // namespace

void add_list(CLI::App& program, int&) {
  struct Options {
    std::string what;
    std::string space = "nasbench201";
    bool in_full = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("list", "List proxies or search spaces");
  command->add_option("what", options->what, "proxies or spaces")->required();
  command->add_flag("--long", options->in_full, "Formula, sign, labels, passes and setting by fidelity, source");
  command->add_option("--space", options->space, "The space whose settings --long shows")->capture_default_str();
  command->footer("Example: zeroth list proxies --long");
  command->callback([options] {
    if (options->what == "proxies") return list_proxies(options->in_full, options->space);
    if (options->what == "spaces") return list_spaces(options->in_full);
    throw core::UsageError(core::unknown_name("kind of list", options->what, {"proxies", "spaces"}));
  });
}

}  // namespace zeroth::cli
