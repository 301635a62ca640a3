// Writes a file from front to back, and puts it in its place once it is whole.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace zeroth::core {

// Memory is bounded however long the file gets. A name that ends in .gz is written as gzip, with no time in it: equal
// content, equal bytes. Until finish() the bytes are in a file beside it, its name and .tmp, which is gone if finish()
// is not reached. A symbolic link stays one: what it stands for is replaced. A pipe or a device is written as it goes.
class OutputFile {
 public:
  // Throws Error that names the file, as do write() and finish().
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes);
  // Everything is on the disk under the file's own name.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zeroth::core
