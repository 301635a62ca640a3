#include "core/input_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <optional>

#include "core/error.h"
#include "core/posix_file.h"

namespace zeroth::core {
namespace {

constexpr size_t kBlock = size_t{1} << 16;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
// "BZh", the size of the blocks from 1 to 9, and the first of them.
constexpr std::string_view kBzip2Magic = "BZh";
constexpr std::string_view kBzip2Block = "\x31\x41\x59\x26\x53\x59";
constexpr size_t kMagic = kBzip2Magic.size() + 1 + kBzip2Block.size();

// The raw bytes as a Boost.Iostreams source, with the first ones already read to look at.
class RawBytes {
 public:
  using char_type = char;
  using category = boost::iostreams::source_tag;

  explicit RawBytes(const std::string& path) : file_(PosixFile::open_to_read(path)) {
    char byte = 0;
    while (seen_.size() < kMagic && file_.read(&byte, 1) == 1) seen_ += byte;
  }

  const std::string& name() const { return file_.path(); }
  bool is_gzip() const { return seen_.substr(0, kGzipMagic.size()) == kGzipMagic; }
  bool is_bzip2() const {
    return seen_.substr(0, kBzip2Magic.size()) == kBzip2Magic && seen_.size() == kMagic &&
           seen_.substr(kMagic - kBzip2Block.size()) == kBzip2Block;
  }

  // -1 at the end, as Boost.Iostreams wants it.
  std::streamsize read(char* out, std::streamsize size) {
    if (!seen_.empty()) {
      const size_t count = std::min(seen_.size(), static_cast<size_t>(size));
      std::copy_n(seen_.begin(), count, out);
      seen_.erase(0, count);
      return static_cast<std::streamsize>(count);
    }
    const size_t count = file_.read(out, static_cast<size_t>(size));
    return count == 0 ? -1 : static_cast<std::streamsize>(count);
  }

 private:
  PosixFile file_;
  std::string seen_;
};

}  // namespace

struct InputFile::Impl {
  explicit Impl(const std::string& path) : raw(path) {
    if (raw.is_gzip()) gzip.emplace(boost::iostreams::zlib::default_window_bits, kBlock);
    if (raw.is_bzip2()) bzip2.emplace(/*small=*/false, kBlock);
  }

  // Bytes of the decompressor; -1 at the end.
  template <typename Unpack>
  std::streamsize unpack(Unpack& filter, const char* format, char* out, size_t size) {
    std::streamsize count = 0;
    try {
      count = filter.read(raw, out, static_cast<std::streamsize>(size));
    } catch (const std::ios_base::failure&) {
      throw Error(fmt::format("{}: the {} data is damaged or cut short", raw.name(), format));
    }
    // It asks for more input until it has output: nothing at all, and no end, is a file without its tail.
    if (count == 0) throw Error(fmt::format("{}: the {} data is cut short", raw.name(), format));
    return count;
  }

  RawBytes raw;
  std::optional<boost::iostreams::gzip_decompressor> gzip;
  std::optional<boost::iostreams::bzip2_decompressor> bzip2;
};

InputFile::InputFile(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
InputFile::~InputFile() = default;

const std::string& InputFile::name() const { return impl_->raw.name(); }

size_t InputFile::read(char* out, size_t size) {
  std::streamsize count = 0;
  if (impl_->gzip) {
    count = impl_->unpack(*impl_->gzip, "gzip", out, size);
  } else if (impl_->bzip2) {
    count = impl_->unpack(*impl_->bzip2, "bzip2", out, size);
  } else {
    count = impl_->raw.read(out, static_cast<std::streamsize>(size));
  }
  return static_cast<size_t>(std::max<std::streamsize>(0, count));
}

std::string read_whole_file(const std::string& path) {
  InputFile file(path);
  std::string bytes;
  size_t count = 0;
  do {
    const size_t before = bytes.size();
    bytes.resize(before + kBlock);
    count = file.read(bytes.data() + before, kBlock);
    bytes.resize(before + count);
  } while (count > 0);
  return bytes;
}

}  // namespace zeroth::core
