// TensorFlow's record file: each record is its length (8 bytes), a checksum of the length (4), the bytes, and a
// checksum of the bytes (4), all little-endian. The checksum is CRC-32C, rotated and offset so that a file of records
// can be a record. https://www.tensorflow.org/tutorials/load_data/tfrecord
#pragma once

#include <cstdint>
#include <string>

#include "eval/import/byte_reader.h"

namespace zeroth::eval {

class TfRecordFile {
 public:
  // A record longer than `longest` bytes is refused before it is read.
  TfRecordFile(const std::string& path, uint64_t longest) : bytes_(path), longest_(longest) {}

  // The next record; false at the end of the file. Throws core::Error that names the file and the record: cut short,
  // too long, or a checksum that does not fit.
  bool next(std::string& record);
  // Records read so far.
  uint64_t count() const { return count_; }
  // Throws core::Error: "FILE: record N: WHAT".
  [[noreturn]] void fail(const std::string& what) const;

 private:
  ByteReader bytes_;
  uint64_t longest_;
  uint64_t count_ = 0;
};

// The checksum as it stands in the file.
uint32_t masked_crc32c(const std::string& bytes);

}  // namespace zeroth::eval
