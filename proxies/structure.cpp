// Structure features: convs_1x1 convs_3x3 convs_other pools sums linears skips zeros log_paths shortest_path
// longest_path width.
//
// Counts on the graph of the full network as written; no proxies, but what predictors and comparisons of proxies need
// beside them. skips and zeros count the operations that the architecture chose in its cells. Paths lead from the input
// to the output, their length is in convolutions and linear layers. spaces/structure.h defines each.
// Sign: none is better by itself; larger ranks higher. Cost: no pass.
#include "spaces/structure.h"
#include <optional>
#include <utility>

#include "proxies/proxy.h"

namespace zeroth::proxies {
namespace {

using spaces::Facts;

Proxy feature(const char* name, const char* what, std::function<double(const Facts&)> value) {
  Proxy proxy;
  proxy.name = name;
  proxy.summary = what;
  proxy.formula = what;
  proxy.citation = "structure feature";
  proxy.sign = "a feature, of which neither end is better";
  proxy.golden = "none: a count";
  proxy.score_facts = std::move(value);
  return proxy;
}

Proxy count(const char* name, const char* what, int spaces::OpCounts::*member) {
  return feature(name, what, [member](const Facts& facts) {
    return static_cast<double>(spaces::count_operators(facts.network).*member);
  });
}

Proxy chosen(const char* name, const char* what, spaces::UnitKind kind) {
  return feature(name, what,
                 [kind](const Facts& facts) { return static_cast<double>(spaces::chosen_units(facts.cells, kind)); });
}

spaces::Paths paths(const Facts& facts) {
  const std::optional<spaces::Paths> found = spaces::paths(facts.network);
  if (!found) throw Degenerate("no path leads from the input to the output");
  return *found;
}

}  // namespace

// The first feature, the others after it as its variants.
Proxy proxy_structure() {
  using spaces::OpCounts;
  Proxy first = count("convs_1x1", "1x1 convolutions of the network", &OpCounts::convolutions_1x1);
  first.variants = {
      count("convs_3x3", "3x3 convolutions of the network", &OpCounts::convolutions_3x3),
      count("convs_other", "convolutions with another kernel", &OpCounts::other_convolutions),
      count("pools", "poolings over windows", &OpCounts::poolings),
      count("sums", "sums of two or more maps", &OpCounts::sums),
      count("linears", "linear layers", &OpCounts::linears),
      chosen("skips", "skip connections that the cells chose", spaces::UnitKind::kIdentity),
      chosen("zeros", "zero operations that the cells chose", spaces::UnitKind::kZero),
      feature("log_paths", "ln of the number of paths", [](const Facts& facts) { return paths(facts).log_count; }),
      feature("shortest_path", "parametric operations on the shortest path",
              [](const Facts& facts) { return static_cast<double>(paths(facts).shortest); }),
      feature("longest_path", "parametric operations on the longest path",
              [](const Facts& facts) { return static_cast<double>(paths(facts).longest); }),
      feature("width", "most operators at one depth",
              [](const Facts& facts) { return static_cast<double>(spaces::width(facts.network)); }),
  };
  return first;
}

}  // namespace zeroth::proxies
