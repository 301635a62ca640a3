#include "core/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/temporary_folder.h"

namespace zeroth::core {
namespace {

// Both ends of a pipe, closed at the end of the scope.
class Pipe {
 public:
  Pipe() { REQUIRE(::pipe(ends_) == 0); }
  ~Pipe() {
    close_writer();
    ::close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  void write(const std::string& bytes) const {
    REQUIRE(::write(ends_[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  int ends_[2] = {-1, -1};
};

}  // namespace

TEST_CASE("a line is handed out as soon as it is there") {
  Pipe pipe;
  LineReader lines(pipe.reader(), 100);
  pipe.write("one\ntw");
  CHECK(lines.next()->text == "one");
  pipe.write("o\r\n\n");
  CHECK(lines.next()->text == "two");
  CHECK(lines.next()->text.empty());
  pipe.write(std::string("a\0b", 3));
  pipe.close_writer();
  CHECK(lines.next()->text == std::string("a\0b", 3));
  CHECK_FALSE(lines.next());
  CHECK_FALSE(lines.next());
}

TEST_CASE("an empty input has no line") {
  Pipe pipe;
  pipe.close_writer();
  CHECK_FALSE(LineReader(pipe.reader(), 100).next());
}

TEST_CASE("a line that is too long is passed over, and the next one is whole") {
  const tests::TemporaryFolder folder;
  const std::string path = folder.write("lines", std::string(10, 'a') + "\n" + std::string(11, 'b') + "\n" +
                                                     std::string(1000000, 'c') + "\nd\n" + std::string(200000, 'e'));
  const int file = ::open(path.c_str(), O_RDONLY);
  REQUIRE(file >= 0);
  LineReader lines(file, 10);
  std::vector<std::string> texts;
  std::vector<bool> too_long;
  while (const auto line = lines.next()) {
    texts.push_back(line->text);
    too_long.push_back(line->too_long);
  }
  ::close(file);
  CHECK(texts == std::vector<std::string>{std::string(10, 'a'), "", "", "d", ""});
  CHECK(too_long == std::vector<bool>{false, true, true, false, true});
}

TEST_CASE("an input that cannot be read is an error") {
  const tests::TemporaryFolder folder;
  const int file = ::open(folder.path("").c_str(), O_RDONLY | O_DIRECTORY);
  REQUIRE(file >= 0);
  CHECK_THROWS_WITH(LineReader(file, 10).next(), Catch::StartsWith("cannot read standard input: "));
  ::close(file);
}

}  // namespace zeroth::core
