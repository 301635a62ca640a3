#include "eval/import/tfrecord.h"

#include <fmt/format.h>

#include <boost/crc.hpp>

#include "core/error.h"

namespace zeroth::eval {

uint32_t masked_crc32c(const std::string& bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> sum;
  sum.process_bytes(bytes.data(), bytes.size());
  const uint32_t value = sum.checksum();
  return ((value >> 15) | (value << 17)) + 0xA282EAD8U;
}

void TfRecordFile::fail(const std::string& what) const {
  throw core::Error(fmt::format("{}: record {}: {}", bytes_.name(), count_, what));
}

bool TfRecordFile::next(std::string& record) {
  if (bytes_.at_end()) return false;
  ++count_;
  const std::string header = bytes_.take(8);
  if (masked_crc32c(header) != bytes_.little_endian(4)) {
    fail("the checksum of its length does not fit: the file is damaged, or is no TFRecord");
  }
  uint64_t length = 0;
  for (size_t i = 0; i < header.size(); ++i)
    length |= static_cast<uint64_t>(static_cast<uint8_t>(header[i])) << (8 * i);
  if (length > longest_) fail(fmt::format("{} bytes long, where at most {} can be", length, longest_));
  record = bytes_.take(length);
  if (masked_crc32c(record) != bytes_.little_endian(4)) fail("its checksum does not fit: the file is damaged");
  return true;
}

}  // namespace zeroth::eval
