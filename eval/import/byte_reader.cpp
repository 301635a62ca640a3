#include "eval/import/byte_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace zeroth::eval {
namespace {

constexpr size_t kBlock = size_t{1} << 16;
constexpr size_t kLongestLine = 4096;

}  // namespace

ByteReader::ByteReader(const std::string& path, uint64_t most) : file_(path), most_(most), buffer_(2 * kBlock) {}

bool ByteReader::ready(size_t size) {
  while (end_ - begin_ < size) {
    if (begin_ > 0) {
      std::copy(buffer_.begin() + static_cast<ptrdiff_t>(begin_), buffer_.begin() + static_cast<ptrdiff_t>(end_),
                buffer_.begin());
      end_ -= begin_;
      begin_ = 0;
    }
    const size_t count = file_.read(buffer_.data() + end_, buffer_.size() - end_);
    if (count == 0) return false;
    end_ += count;
    if (taken_ + (end_ - begin_) > most_)
      fail(fmt::format("the file unpacks to more than {} bytes, which no benchmark file does:", most_));
  }
  return true;
}

bool ByteReader::at_end() { return !ready(1); }

uint8_t ByteReader::byte() {
  if (!ready(1)) fail("the file is cut short");
  ++taken_;
  return static_cast<uint8_t>(buffer_[begin_++]);
}

uint64_t ByteReader::little_endian(int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<uint64_t>(byte()) << (8 * i);
  return value;
}

std::string ByteReader::take(uint64_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    if (!ready(1)) fail(fmt::format("the file is cut short: {} bytes should follow, {} do", size, bytes.size()));
    const size_t count = static_cast<size_t>(std::min<uint64_t>(end_ - begin_, size - bytes.size()));
    bytes.append(buffer_.data() + begin_, count);
    begin_ += count;
    taken_ += count;
  }
  return bytes;
}

void ByteReader::skip(uint64_t size) {
  while (size > 0) {
    if (!ready(1)) fail("the file is cut short");
    const size_t count = static_cast<size_t>(std::min<uint64_t>(end_ - begin_, size));
    begin_ += count;
    taken_ += count;
    size -= count;
  }
}

std::string ByteReader::line() {
  std::string text;
  for (char c = 0; (c = static_cast<char>(byte())) != '\n';) {
    text += c;
    if (text.size() > kLongestLine) fail("a line of more than 4096 bytes");
  }
  return text;
}

std::string_view ByteReader::peek(size_t size) {
  ready(size);
  return {buffer_.data() + begin_, std::min(size, end_ - begin_)};
}

void ByteReader::fail(std::string_view what) const {
  throw core::Error(fmt::format("{}: {} at byte {}", name(), what, taken_));
}

}  // namespace zeroth::eval
