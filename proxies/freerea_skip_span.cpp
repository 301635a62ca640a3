// freerea_skip_span: how far skip connections reach.
//
// S = mean over the skip connections of the cells, as written, of j - i - 1, for one from node i to node j; 0 where
// there is none. Cavagnero et al., FreeREA, WACV 2023, arXiv:2207.05135. Sign: larger = better, the authors'.
// Cost: no pass. Authors' code: equal; it is often taken for a count or a share of skip connections. Few values: on
// NAS-Bench-201 at most 2, so that most architectures tie.
#include "proxies/proxy.h"
#include "spaces/structure.h"

namespace zeroth::proxies {

Proxy proxy_freerea_skip_span() {
  Proxy proxy;
  proxy.name = "freerea_skip_span";
  proxy.summary = "mean reach of the cells' skip connections, less one";
  proxy.formula = "mean over skips i -> j of j - i - 1";
  proxy.citation = "Cavagnero et al., FreeREA, WACV 2023, arXiv:2207.05135";
  proxy.sign = "authors'";
  proxy.golden = "none recorded; the definition is the authors' code's";
  proxy.score_facts = [](const spaces::Facts& facts) { return spaces::mean_skip_span(facts.cells); };
  return proxy;
}

}  // namespace zeroth::proxies
