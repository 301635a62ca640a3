// A zero-cost proxy: what it needs, what it computes from that, and what a reader must know to compare it with others.
// Each stands in a file of its own and in one line of proxies.def, whose order is column order.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "nn/setting.h"
#include "proxies/pass.h"
#include "proxies/probe.h"
#include "spaces/facts.h"

namespace zeroth::proxies {

// How much is spent on an architecture; see nn/setting.h for what varies.
enum class Fidelity {
  kFast,    // all proxies in one setting, on the space's shrunk network, canonical graph
  kShared,  // all proxies in one setting, on the benchmark's full network as written, batch 64
  kPaper    // each proxy in its authors' own setting, as written
};
std::string_view name_of(Fidelity fidelity);
Fidelity parse_fidelity(std::string_view name);  // throws core::UsageError

// Thrown by a proxy where a network has no score: its text is the reason in the row's status. Not a fault of the user.
class Degenerate : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Request {
  nn::Setting setting;
  PassSet passes;
};

struct Proxy {
  std::string name;
  std::string summary;   // what it measures, in one line
  std::string formula;   // in one line
  std::string citation;  // authors, venue, arXiv number
  std::string sign;      // why larger is better: "authors'", "minus the authors' value"
  std::string golden;    // how the score follows from the authors' value: "equal", "ln(value)"
  bool uses_labels = false;
  // Where not every network has a score: which have, for lists; and why a given one has none, in few words, or an empty
  // text where it has.
  std::string networks = "all";
  std::function<std::string(const spaces::OpGraph&)> unsuited;
  // Larger is better. A proxy has one of two forms. Either it needs a network: `request` says which and what passes, at
  // a fidelity whose common setting is `base`; `score` reads them, and throws Degenerate.
  std::function<Request(Fidelity, const nn::Setting& base)> request;
  std::function<double(const Probe&)> score;
  // Or it follows from the architecture, as written: computed for each row, never copied between equal functions. It
  // may throw Degenerate too.
  std::function<double(const spaces::Facts&)> score_facts;

  // Other readings of the same idea, "name:fixed": what a paper says where its code differs, or a fault mended. They
  // follow the proxy in the list.
  std::vector<Proxy> variants;
};

// A kind of proxy that is made from what the user writes after its name, "swap_reg:mu=1000:sigma=500"; "all" has none.
struct ProxyMaker {
  std::string name;
  std::string usage;  // the whole form
  std::string summary;
  // From the text after the name and its ':', empty where there is none. A proxy without a name gets the whole text as
  // its name. Throws core::UsageError, or core::Error for a file's content.
  std::function<Proxy(std::string_view parameters)> make;
};

// A request for passes in the common setting, at every fidelity.
std::function<Request(Fidelity, const nn::Setting&)> needs(PassSet passes);
// The same, but in the authors' setting at paper fidelity: `paper` changes what theirs has otherwise.
std::function<Request(Fidelity, const nn::Setting&)> needs(PassSet passes, std::function<void(nn::Setting&)> paper);

// Each returns its argument, or throws Degenerate: where it is nan or infinite, and `alive` also where it is 0, which
// is what sums over weights and gradients come to when no signal passes the network.
double finite(double score);
double alive(double score);

// All proxies, in column order.
const std::vector<Proxy>& all_proxies();
const std::vector<ProxyMaker>& proxy_makers();
// Comma-separated names, "default" or "all", as the list's entries in column order without repeats, then the made ones
// as they were asked for; a made one's name is the text as given. All live as long as the program. Throws
// core::UsageError with the valid names. With a space, "default" and "all" leave out what its example is unsuited for.
// Thread-safe.
std::vector<const Proxy*> parse_proxies(std::string_view names, const spaces::SearchSpace* space = nullptr);
// The set that ranks when the user names none: what a space's example is suited for of a set for feature maps or, where
// that is less than two, of one for tokens and vectors. Without a space, the whole first set. Thread-safe.
std::vector<std::string> default_proxies(const spaces::SearchSpace* space = nullptr);

}  // namespace zeroth::proxies
