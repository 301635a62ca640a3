// Debian's Python, for tests that run what Zeroth exports.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "tests/temporary_folder.h"

namespace zeroth::tests {

struct PythonRun {
  int status = 0;
  std::string text;  // all that it printed
};

inline PythonRun run_python(const std::string& arguments) {
  const TemporaryFolder folder;
  const std::string out = folder.path("out");
  const int status = std::system(("/usr/bin/python3 " + arguments + " > " + out + " 2>&1").c_str());
  return {status, TemporaryFolder::read(out)};
}

// Whether Debian's Python has these modules ("torch, onnx"). Where not, the test ends here and says so.
inline bool python_has(const std::string& modules) {
  if (run_python("-c 'import " + modules + "'").status == 0) return true;
  WARN("skipped: /usr/bin/python3 cannot import " << modules);
  return false;
}

}  // namespace zeroth::tests
