// A file that a test writes, gone when the test ends.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace zeroth::tests {

class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& text) {
    const std::string folder = "zeroth_test_" + std::to_string(::getpid());
    path_ = std::filesystem::temp_directory_path() / folder / name;
    std::filesystem::create_directories(path_.parent_path());
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    std::filesystem::remove(path_.parent_path(), ignored);  // fails while other files are in it
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace zeroth::tests
