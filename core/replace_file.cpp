#include "core/replace_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/error.h"
#include "core/posix_file.h"

namespace zeroth::core {
namespace {

void remove_if_there(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

}  // namespace

void replace_file(const std::string& path, std::string_view text) {
  const std::string unfinished = path + ".tmp";
  {
    PosixFile file = PosixFile::create(unfinished);
    try {
      file.write(text);
      file.sync();
    } catch (const Error&) {  // a full disk is not to be filled with what nobody can read
      remove_if_there(unfinished);
      throw;
    }
  }
  put_in_place(unfinished, path);
}

void put_in_place(const std::string& unfinished, const std::string& path) {
  std::error_code error;
  std::filesystem::rename(unfinished, path, error);
  if (error) {
    remove_if_there(unfinished);
    throw Error(fmt::format("cannot write {}: {}", path, error.message()));
  }
}

}  // namespace zeroth::core
