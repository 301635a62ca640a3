#include "core/output_file.h"

#include <fmt/format.h>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <filesystem>
#include <optional>

#include "core/error.h"
#include "core/posix_file.h"

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

// Whether there is something that no file can take the place of.
bool is_stream(const std::string& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

// What a symbolic link stands for, there or not.
std::string target_of(std::string path) {
  constexpr int kMostLinks = 40;  // as the system has it
  std::error_code error;
  for (int link = 0; link < kMostLinks && std::filesystem::is_symlink(path, error); ++link) {
    path = (std::filesystem::path(path).parent_path() / std::filesystem::read_symlink(path, error)).string();
  }
  return path;
}

}  // namespace

struct OutputFile::Impl {
  explicit Impl(const std::string& final_path)
      : streams(is_stream(final_path)),
        path(streams ? final_path : target_of(final_path)),
        unfinished(streams ? path : path + ".tmp"),
        file(PosixFile::create(unfinished)) {
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

  // Takes away what nobody can read.
  void discard() const {
    std::error_code ignored;
    if (!streams) std::filesystem::remove(unfinished, ignored);
  }

  bool streams;
  std::string path, unfinished, buffer;
  PosixFile file;
  std::optional<boost::iostreams::gzip_compressor> gzip;
  bool finished = false;
};

OutputFile::OutputFile(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}

OutputFile::~OutputFile() {
  if (!impl_->finished) impl_->discard();
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
  impl_->finished = true;
  if (impl_->streams) return;
  std::error_code error;
  std::filesystem::rename(impl_->unfinished, impl_->path, error);
  if (!error) return;
  impl_->discard();
  throw Error(fmt::format("cannot write {}: {}", impl_->path, error.message()));
}

}  // namespace zeroth::core
