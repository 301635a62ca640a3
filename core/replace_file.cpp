#include "core/replace_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/error.h"
#include "core/output_file.h"

namespace zeroth::core {

void replace_file(const std::string& path, std::string_view text) {
  OutputFile file(path);
  file.write(text);
  file.finish();
}

void forbid_overwriting(const std::string& path, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code error;  // where one of them is not there
    if (std::filesystem::equivalent(path, input, error) && std::filesystem::is_regular_file(path, error)) {
      throw UsageError(fmt::format("{} would be overwritten, which is read: name another file to write", input));
    }
  }
}

}  // namespace zeroth::core
