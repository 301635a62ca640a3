// A table of latencies of all architectures of nasbench-macro that a test can compute itself.
#pragma once

#include <string>

#include "tests/temporary_folder.h"

namespace zeroth::tests {

// "01201202": 8 milliseconds.
inline double digit_sum(const std::string& arch) {
  double sum = 0.0;
  for (const char digit : arch) sum += digit - '0';
  return sum;
}

// As --latency takes it.
inline std::string latency_file(const TemporaryFolder& folder) {
  constexpr int kLayers = 8, kArchitectures = 6561;  // 3^8
  std::string text = "arch,ms,watts\n";
  for (int number = 0; number < kArchitectures; ++number) {
    std::string arch;
    for (int rest = number, layer = 0; layer < kLayers; ++layer, rest /= 3) {
      arch += static_cast<char>('0' + rest % 3);
    }
    text += arch + "," + std::to_string(digit_sum(arch)) + ",1\n";
  }
  return "table:" + folder.write("latencies.csv", text) + ":ms";
}

}  // namespace zeroth::tests
