#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "core/error.h"
#include "proxies/proxy.h"

namespace zeroth::proxies {

#define PROXY(name) Proxy proxy_##name();
#define MADE_PROXY(name) ProxyMaker made_##name();
#include "proxies/proxies.def"
#undef MADE_PROXY
#undef PROXY

namespace {

const std::vector<std::string> kFidelities = {"fast", "shared", "paper"};

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const Proxy& proxy : all_proxies()) names.push_back(proxy.name);
  for (const ProxyMaker& maker : proxy_makers()) names.push_back(maker.usage);
  names.insert(names.end(), {"default", "all"});
  return names;
}

// The proxy that a maker makes of this text, always at one address; null where the text names no maker.
const Proxy* made_proxy(std::string_view text) {
  const std::string_view kind = text.substr(0, text.find(':'));
  const auto maker = std::find_if(proxy_makers().begin(), proxy_makers().end(),
                                  [kind](const ProxyMaker& known) { return known.name == kind; });
  if (maker == proxy_makers().end()) return nullptr;
  static std::mutex mutex;
  static std::map<std::string, Proxy, std::less<>> made;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto known = made.find(text);
  if (known != made.end()) return &known->second;
  Proxy proxy = maker->make(text.substr(std::min(kind.size() + 1, text.size())));
  if (proxy.name.empty()) proxy.name = text;
  const auto same_name = [&proxy](const auto& other) { return other.name == proxy.name; };
  const bool listed = std::any_of(all_proxies().begin(), all_proxies().end(), same_name);
  const auto has_name = [&same_name](const auto& entry) { return same_name(entry.second); };
  if (listed || std::any_of(made.begin(), made.end(), has_name)) {
    throw core::UsageError(fmt::format("{}: there is another proxy with the name {}", text, proxy.name));
  }
  return &made.emplace(text, std::move(proxy)).first->second;
}

struct Chosen {
  std::set<std::string, std::less<>> listed;
  std::vector<const Proxy*> made;
};

// Decides what a set of proxies holds: with a space, what its example is suited for.
class Suitability {
 public:
  explicit Suitability(const spaces::SearchSpace* space) : space_(space) {
    if (space == nullptr) return;
    setting_.shape = space->fast_shape();
    example_ = space->lower(space->cells(space->parse(space->example())), setting_.shape);
  }

  bool holds(const Proxy& proxy) const {
    if (!example_) return true;
    if (proxy.unsuited && !proxy.unsuited(*example_).empty()) return false;
    if (!proxy.request) return true;
    const Request request = proxy.request(Fidelity::kFast, setting_);
    if (request.setting.shape.thin) return space_->has_thin_network();
    return obstacle(request.passes, *example_).empty();
  }

 private:
  const spaces::SearchSpace* space_;
  nn::Setting setting_;
  std::optional<spaces::OpGraph> example_;
};

// Null where the list has none of this name.
const Proxy* listed_proxy(std::string_view name) {
  const auto found = std::find_if(all_proxies().begin(), all_proxies().end(),
                                  [name](const Proxy& proxy) { return proxy.name == name; });
  return found == all_proxies().end() ? nullptr : &*found;
}

void add_names(std::string_view name, const spaces::SearchSpace* space, Chosen& chosen) {
  if (name == "all") {
    const Suitability suitability(space);
    for (const Proxy& proxy : all_proxies()) {
      if (suitability.holds(proxy)) chosen.listed.insert(proxy.name);
    }
  } else if (name == "default") {
    for (std::string& proxy : default_proxies(space)) chosen.listed.insert(std::move(proxy));
  } else if (listed_proxy(name) != nullptr) {
    chosen.listed.emplace(name);
  } else if (const Proxy* made = made_proxy(name)) {
    if (std::find(chosen.made.begin(), chosen.made.end(), made) == chosen.made.end()) chosen.made.push_back(made);
  } else {
    throw core::UsageError(core::unknown_name("proxy", name, known_names()));
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

std::function<Request(Fidelity, const nn::Setting&)> needs(PassSet passes, std::function<void(nn::Setting&)> paper) {
  return [passes, paper = std::move(paper)](Fidelity fidelity, const nn::Setting& base) {
    Request request{base, passes};
    if (fidelity == Fidelity::kPaper) paper(request.setting);
    return request;
  };
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
#define MADE_PROXY(name)
    const std::vector<Proxy> named = {
#include "proxies/proxies.def"
    };
#undef MADE_PROXY
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

const std::vector<ProxyMaker>& proxy_makers() {
#define PROXY(name)
#define MADE_PROXY(name) made_##name(),
  static const std::vector<ProxyMaker> makers = {
#include "proxies/proxies.def"
  };
#undef MADE_PROXY
#undef PROXY
  return makers;
}

std::vector<const Proxy*> parse_proxies(std::string_view names, const spaces::SearchSpace* space) {
  Chosen chosen;
  while (true) {
    const size_t comma = names.find(',');
    add_names(names.substr(0, comma), space, chosen);
    if (comma == std::string_view::npos) break;
    names.remove_prefix(comma + 1);
  }
  std::vector<const Proxy*> proxies;
  for (const Proxy& proxy : all_proxies()) {
    if (chosen.listed.count(proxy.name) != 0) proxies.push_back(&proxy);
  }
  proxies.insert(proxies.end(), chosen.made.begin(), chosen.made.end());
  return proxies;
}

std::vector<std::string> default_proxies(const spaces::SearchSpace* space) {
  // Grown by `zeroth ensemble select` on 500 functions of NAS-Bench-201, see results/default_selection.txt.
  std::vector<std::string> of_maps = {"ntk_cond", "az_expressivity", "t_cet:log", "swap", "meco_opt"};
  if (space == nullptr) return of_maps;
  // Grown in the same way on all rows of FlexiBERT and PiT together, what it is worth there:
  // results/default_spaces.csv.
  std::vector<std::string> of_tokens = {"l2_norm", "snip", "entropy:deepmad"};
  const Suitability suitability(space);
  const auto suited = [&suitability](std::vector<std::string> names) {
    const auto unsuited = [&suitability](const std::string& name) { return !suitability.holds(*listed_proxy(name)); };
    names.erase(std::remove_if(names.begin(), names.end(), unsuited), names.end());
    return names;
  };
  std::vector<std::string> chosen = suited(std::move(of_maps));
  return chosen.size() > 1 ? chosen : suited(std::move(of_tokens));
}

}  // namespace zeroth::proxies
