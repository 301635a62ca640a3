#include "core/output_file.h"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <filesystem>
#include <optional>

#include "core/posix_file.h"
#include "core/replace_file.h"

namespace zeroth::core {
namespace {

constexpr size_t kBlock = size_t{1} << 16;

// A file as a Boost.Iostreams sink.
struct FileSink {
  using char_type = char;
  using category = boost::iostreams::sink_tag;

  std::streamsize write(const char* bytes, std::streamsize size) {
    file->write({bytes, static_cast<size_t>(size)});
    return size;
  }
  PosixFile* file;
};

}  // namespace

struct OutputFile::Impl {
  explicit Impl(const std::string& final_path)
      : path(final_path), unfinished(final_path + ".tmp"), file(PosixFile::create(unfinished)) {
    if (boost::algorithm::ends_with(path, ".gz")) gzip.emplace(boost::iostreams::gzip_params(), kBlock);
  }

  void put(std::string_view bytes) {
    FileSink sink{&file};
    while (gzip && !bytes.empty()) {
      const std::streamsize taken = gzip->write(sink, bytes.data(), static_cast<std::streamsize>(bytes.size()));
      bytes.remove_prefix(static_cast<size_t>(taken));
    }
    file.write(bytes);
  }

  std::string path, unfinished, buffer;
  PosixFile file;
  std::optional<boost::iostreams::gzip_compressor> gzip;
  bool finished = false;
};

OutputFile::OutputFile(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}

OutputFile::~OutputFile() {
  if (impl_->finished) return;
  std::error_code ignored;
  std::filesystem::remove(impl_->unfinished, ignored);
}

void OutputFile::write(std::string_view bytes) {
  impl_->buffer += bytes;
  if (impl_->buffer.size() < kBlock) return;
  impl_->put(impl_->buffer);
  impl_->buffer.clear();
}

void OutputFile::finish() {
  impl_->put(impl_->buffer);
  impl_->buffer.clear();
  if (impl_->gzip) {
    FileSink sink{&impl_->file};
    impl_->gzip->close(sink, BOOST_IOS::out);
  }
  impl_->file.sync();
  put_in_place(impl_->unfinished, impl_->path);
  impl_->finished = true;
}

}  // namespace zeroth::core
