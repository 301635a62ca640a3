#include "core/posix_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace zeroth::core {
namespace {

constexpr mode_t kReadableByAll = 0644;

[[noreturn]] void fail_with_errno(const char* verb, const std::string& path) {
  throw Error(fmt::format("cannot {} {}: {}", verb, path, std::generic_category().message(errno)));
}

int open_or_fail(const char* verb, const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, kReadableByAll);
  if (descriptor < 0) fail_with_errno(verb, path);
  return descriptor;
}

}  // namespace

PosixFile PosixFile::open_to_read(const std::string& path) {
  if (path == "-") return {STDIN_FILENO, "standard input"};
  return {open_or_fail("read", path, O_RDONLY), path};
}

PosixFile PosixFile::create(const std::string& path) {
  return {open_or_fail("create", path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND), path};
}

PosixFile PosixFile::open_to_append(const std::string& path) {
  const char* verb = ::access(path.c_str(), F_OK) == 0 ? "append to" : "create";
  PosixFile file(open_or_fail(verb, path, O_WRONLY | O_CREAT | O_APPEND), path);
  // A file system without locks is written all the same.
  if (file.is_regular() && ::flock(file.descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw Error(fmt::format("cannot {} {}: another run is writing it", verb, path));
  }
  return file;
}

PosixFile::PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

PosixFile::PosixFile(PosixFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

PosixFile::~PosixFile() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

size_t PosixFile::read(char* out, size_t size) {
  for (;;) {
    const ssize_t count = ::read(descriptor_, out, size);
    if (count >= 0) return static_cast<size_t>(count);
    if (errno != EINTR) fail("read");
  }
}

void PosixFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) fail("write");
    if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
  }
}

void PosixFile::sync() {
  // Pipes and terminals have nothing to wait for.
  if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) fail("write");
}

bool PosixFile::is_regular() const {
  struct stat facts {};
  return ::fstat(descriptor_, &facts) == 0 && S_ISREG(facts.st_mode);
}

void PosixFile::truncate(uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail("shorten");
}

void PosixFile::fail(const char* verb) const { fail_with_errno(verb, path_); }

}  // namespace zeroth::core
