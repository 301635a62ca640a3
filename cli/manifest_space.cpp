#include "cli/manifest_space.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/manifest.h"

namespace zeroth::cli {

const spaces::SearchSpace& find_manifest_space(const std::string& scores, const std::string& name) {
  try {
    return spaces::find_space(name);
  } catch (const core::Error& error) {
    throw core::Error(fmt::format("{}: {}; --space says another one", core::manifest_path(scores), error.what()));
  }
}

}  // namespace zeroth::cli
