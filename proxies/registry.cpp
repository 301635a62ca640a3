#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/error.h"
#include "proxies/proxy.h"

namespace zeroth::proxies {

#define PROXY(name) Proxy proxy_##name();
#include "proxies/proxies.def"
#undef PROXY

namespace {

const std::vector<std::string> kFidelities = {"fast", "shared", "paper"};

std::vector<std::string> proxy_names() {
  std::vector<std::string> names;
  for (const Proxy& proxy : all_proxies()) names.push_back(proxy.name);
  return names;
}

// The example's network, which decides what a set of proxies holds in a space.
std::optional<spaces::OpGraph> example_network(const spaces::SearchSpace* space) {
  if (space == nullptr) return std::nullopt;
  return space->lower(space->cells(space->parse(space->example())), space->fast_shape());
}

void add_names(std::string_view name, const spaces::SearchSpace* space, std::set<std::string>& wanted) {
  if (name == "all" || name == "default") {
    const std::vector<std::string>& defaults = default_proxies();
    const std::optional<spaces::OpGraph> example = example_network(space);
    for (const Proxy& proxy : all_proxies()) {
      const bool in_set = name == "all" || std::find(defaults.begin(), defaults.end(), proxy.name) != defaults.end();
      const bool suited = !proxy.unsuited || !example || proxy.unsuited(*example).empty();
      if (in_set && suited) wanted.insert(proxy.name);
    }
  } else {
    std::vector<std::string> known = proxy_names();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      known.insert(known.end(), {"default", "all"});
      throw core::UsageError(core::unknown_name("proxy", name, known));
    }
    wanted.emplace(name);
  }
}

}  // namespace

std::string_view name_of(Fidelity fidelity) { return kFidelities[static_cast<size_t>(fidelity)]; }

Fidelity parse_fidelity(std::string_view name) {
  const auto found = std::find(kFidelities.begin(), kFidelities.end(), name);
  if (found == kFidelities.end()) throw core::UsageError(core::unknown_name("fidelity", name, kFidelities));
  return static_cast<Fidelity>(found - kFidelities.begin());
}

std::function<Request(Fidelity, const nn::Setting&)> needs(PassSet passes) {
  return [passes](Fidelity, const nn::Setting& base) { return Request{base, passes}; };
}

double finite(double score) {
  if (!std::isfinite(score)) throw Degenerate("not a finite number");
  return score;
}

double alive(double score) {
  if (score == 0.0) throw Degenerate("no signal passes the network");
  return finite(score);
}

const std::vector<Proxy>& all_proxies() {
  static const std::vector<Proxy> proxies = [] {
#define PROXY(name) proxy_##name(),
    const std::vector<Proxy> named = {
#include "proxies/proxies.def"
    };
#undef PROXY
    std::vector<Proxy> all;
    for (const Proxy& proxy : named) {
      all.push_back(proxy);
      all.back().variants.clear();
      all.insert(all.end(), proxy.variants.begin(), proxy.variants.end());
    }
    return all;
  }();
  return proxies;
}

std::vector<const Proxy*> parse_proxies(std::string_view names, const spaces::SearchSpace* space) {
  std::set<std::string> wanted;
  while (true) {
    const size_t comma = names.find(',');
    add_names(names.substr(0, comma), space, wanted);
    if (comma == std::string_view::npos) break;
    names.remove_prefix(comma + 1);
  }
  std::vector<const Proxy*> chosen;
  for (const Proxy& proxy : all_proxies()) {
    if (wanted.count(proxy.name) != 0) chosen.push_back(&proxy);
  }
  return chosen;
}

const std::vector<std::string>& default_proxies() {
  static const std::vector<std::string> names = {"macs",     "grad_norm", "nwot",    "linear_regions",
                                                 "ntk_cond", "zico",      "synflow", "jacob_cov"};
  return names;
}

}  // namespace zeroth::proxies
