// An open file of the operating system: closed when it goes out of scope, and every failure is an Error that names the
// file and says why ("cannot write scores.csv: No space left on device").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace zeroth::core {

class PosixFile {
 public:
  // "-" is standard input, which stays open.
  static PosixFile open_to_read(const std::string& path);
  // Creates the file, or empties the one that is there.
  static PosixFile create(const std::string& path);
  // Creates the file, or keeps what is there. As with create, each write lands at the end, also after truncate. Throws
  // where another process, or another of these in this one, has the file so: rows of two runs would mix.
  static PosixFile open_to_append(const std::string& path);

  PosixFile(PosixFile&& other) noexcept;
  PosixFile& operator=(PosixFile&&) = delete;
  PosixFile(const PosixFile&) = delete;
  ~PosixFile();

  const std::string& path() const { return path_; }
  // The next bytes, at least one and at most `size`; 0 at the end of the file.
  size_t read(char* out, size_t size);
  // All of `bytes`, with one call of the system where it takes them all at once.
  void write(std::string_view bytes);
  // Waits until everything written is on the disk.
  void sync();
  // No pipe or device.
  bool is_regular() const;
  // Cuts the file to `size` bytes.
  void truncate(uint64_t size);

 private:
  PosixFile(int descriptor, std::string path);
  [[noreturn]] void fail(const char* verb) const;

  int descriptor_;
  std::string path_;
};

}  // namespace zeroth::core
