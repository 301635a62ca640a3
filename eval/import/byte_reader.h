// The bytes of a benchmark file, read from front to back with the length of everything checked before it is kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/input_file.h"

namespace zeroth::eval {

// Plain, gzip or bzip2, as core::InputFile reads it. Every failure is a core::Error that names the file and the byte.
class ByteReader {
 public:
  // More than `most` bytes, unpacked, are refused: a few kilobytes of bzip2 can unpack to gigabytes.
  explicit ByteReader(const std::string& path, uint64_t most = UINT64_MAX);

  const std::string& name() const { return file_.name(); }
  // No byte is left.
  bool at_end();

  uint8_t byte();
  // An unsigned number of up to 8 bytes, least significant first.
  uint64_t little_endian(int bytes);
  // The next `size` bytes. `size` may come from the file: no more is allocated than there is to read.
  std::string take(uint64_t size);
  void skip(uint64_t size);
  // Up to the line feed, which is taken and left out.
  std::string line();
  // The next `size` bytes (at most 64 KiB) without taking them; fewer where the file ends.
  std::string_view peek(size_t size);

  // Throws core::Error: "FILE: WHAT at byte N".
  [[noreturn]] void fail(std::string_view what) const;

 private:
  // Makes at least `size` bytes ready, or as many as there are; says whether there are so many.
  bool ready(size_t size);

  core::InputFile file_;
  uint64_t most_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;
  uint64_t taken_ = 0;
};

}  // namespace zeroth::eval
