#include "core/replace_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/error.h"
#include "core/posix_file.h"

namespace zeroth::core {

void replace_file(const std::string& path, std::string_view text) {
  const std::string unfinished = path + ".tmp";
  {
    PosixFile file = PosixFile::create(unfinished);
    file.write(text);
    file.sync();
  }
  put_in_place(unfinished, path);
}

void put_in_place(const std::string& unfinished, const std::string& path) {
  std::error_code error;
  std::filesystem::rename(unfinished, path, error);
  if (error) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    throw Error(fmt::format("cannot write {}: {}", path, error.message()));
  }
}

}  // namespace zeroth::core
