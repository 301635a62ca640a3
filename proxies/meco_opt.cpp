// meco_opt: meco on eight random channels of each map.
//
// S = sum over feature maps of the first image of C/8 times the smallest eigenvalue of the correlation of 8 of the C
// channels, drawn without replacement. Jiang et al., MeCo, NeurIPS 2023. Sign: larger = better, the authors'.
// Cost: 1 forward. Unlike meco it does not vanish where a map has no more pixels than channels.
// Authors' code: maps count as often as modules return them, as in meco. It draws anew for each module with Python's
// generator, unseeded, so that no two runs agree; here each map has one seeded draw. On maps with fewer than 8 channels
// it raises; here they are left out. Paper setting: one image.
#include <numeric>
#include <utility>
#include <vector>

#include "proxies/first_image.h"
#include "proxies/proxy.h"

namespace zeroth::proxies {
namespace {

constexpr Eigen::Index kChannels = 8;

Eigen::MatrixXd random_rows(const Eigen::MatrixXd& map, const core::Stream& stream) {
  std::vector<Eigen::Index> order(static_cast<size_t>(map.rows()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  Eigen::MatrixXd rows(kChannels, map.cols());
  for (Eigen::Index i = 0; i < kChannels; ++i) {
    const auto at = static_cast<size_t>(i);
    const uint32_t ahead = stream.below(static_cast<uint32_t>(order.size() - at), static_cast<uint32_t>(i));
    std::swap(order[at], order[at + ahead]);
    rows.row(i) = map.row(order[at]);
  }
  return rows;
}

}  // namespace

Proxy proxy_meco_opt() {
  Proxy proxy;
  proxy.name = "meco_opt";
  proxy.summary = "meco on 8 random channels of each map, times C/8";
  proxy.formula = "sum over modules of C/8 l_min(corr(8 channels of image 1))";
  proxy.citation = "Jiang et al., MeCo, NeurIPS 2023";
  proxy.sign = "authors'";
  proxy.golden = "none: the authors' draws are unseeded";
  proxy.request = needs({Pass::kFirstImage}, [](nn::Setting& paper) { paper.batch = 1; });
  proxy.score = [](const Probe& probe) {
    double score = 0.0;
    bool wide_enough = false;
    for (const FirstMap& map : probe.first_image()) {
      if (map.map.rows() < kChannels) continue;
      wide_enough = true;
      if (map.modules == 0 || map.map.cols() <= kChannels) continue;
      const Eigen::MatrixXd rows =
          random_rows(map.map, probe.stream("meco_opt channels", static_cast<uint32_t>(map.node)));
      score += map.modules * static_cast<double>(map.map.rows()) / static_cast<double>(kChannels) *
               smallest_correlation_eigenvalue(rows);
    }
    if (!wide_enough) throw Degenerate("no feature map has 8 channels");
    return finite(score);
  };
  return proxy;
}

}  // namespace zeroth::proxies
