// What was measured of each proxy on NAS-Bench-201: results/proxies.csv, which the build puts into the program.
#pragma once

#include <array>
#include <optional>
#include <string>

namespace zeroth::cli {

struct Measured {
  // Milliseconds an architecture on one thread at fast fidelity: alone, and beside the rest of the default set. None
  // for what needs no network.
  std::optional<double> ms, added_ms;
  // Spearman with the test accuracy on CIFAR-10, CIFAR-100 and ImageNet16-120, failed scores at the bottom; of the
  // canonical graph over all strings and of the graph as written over 3,000.
  std::array<std::optional<double>, 3> canonical, written;
  std::optional<double> lift;  // of the canonical graph's on CIFAR-10 over the data-free baseline
};

// Empty where the proxy was not measured.
Measured measured(const std::string& proxy);

}  // namespace zeroth::cli
