// Reads a file from front to back, plain, gzip or bzip2: which of them is told by its first bytes, never by its name.
#pragma once

#include <memory>
#include <string>

namespace zeroth::core {

class InputFile {
 public:
  // "-" is standard input. Throws Error that names the file where it cannot be opened.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // The name for messages: the path, or "standard input".
  const std::string& name() const;
  // The next bytes (after decompression), at least one and at most `size`; 0 at the end.
  // Throws Error that names the file where it cannot be read, or where its packed data is damaged or cut short.
  size_t read(char* out, size_t size);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// All bytes of a file.
std::string read_whole_file(const std::string& path);

}  // namespace zeroth::core
