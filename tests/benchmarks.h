// Where the ground-truth tables are, for tests that read them.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

namespace zeroth::tests {

// The path of a benchmark file. Where it is absent the test ends here and says so:
//   const auto path = benchmark_file("nb201.csv"); if (path.empty()) return;
inline std::string benchmark_file(const std::string& name) {
  const std::string path = std::string(ZEROTH_BENCHMARKS_DIR) + "/" + name;
  if (std::filesystem::exists(path)) return path;
  WARN("skipped: " << path << " is not here; the benchmark tables are no part of the project");
  return "";
}

}  // namespace zeroth::tests
