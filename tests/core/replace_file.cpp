#include "core/replace_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "core/error.h"
#include "core/input_file.h"
#include "tests/temporary_folder.h"

namespace zeroth::core {

using Catch::Matchers::Contains;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

TEST_CASE("a file is replaced as a whole, and nothing else is left") {
  const TemporaryFolder folder;
  const std::string path = folder.write("table.csv", "old and longer");
  replace_file(path, "new");
  CHECK(TemporaryFolder::read(path) == "new");
  CHECK_FALSE(fs::exists(path + ".tmp"));
}

TEST_CASE("where a disk is full the old text stays, and no half of the new one") {
  const TemporaryFolder folder;
  const std::string path = folder.write("table.csv", "old");
  fs::create_symlink("/dev/full", path + ".tmp");
  CHECK_THROWS_WITH(replace_file(path, "new"), Contains("table.csv") && Contains("No space left"));
  CHECK(TemporaryFolder::read(path) == "old");
  CHECK_FALSE(fs::is_symlink(path + ".tmp"));
}

TEST_CASE("what a link stands for is replaced, and a pipe is written to") {
  const TemporaryFolder folder;
  const std::string target = folder.write("target.csv", "old"), link = folder.path("link.csv");
  fs::create_symlink("target.csv", link);
  replace_file(link, "new");
  CHECK(fs::is_symlink(link));
  CHECK(TemporaryFolder::read(target) == "new");
  const std::string ahead = folder.path("ahead.csv");
  fs::create_symlink("not_yet.csv", ahead);
  replace_file(ahead, "new");
  CHECK(TemporaryFolder::read(folder.path("not_yet.csv")) == "new");

  const std::string pipe = folder.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { replace_file(pipe, "through"); });
  CHECK(TemporaryFolder::read(pipe) == "through");
  writer.join();
  CHECK(fs::is_fifo(pipe));
  const std::string full = folder.path("full");
  fs::create_symlink("/dev/full", full);
  CHECK_THROWS_WITH(replace_file(full, "new"), Contains("No space left"));
  CHECK(fs::is_symlink(full));
}

TEST_CASE("a name that ends in .gz is written as gzip") {
  const TemporaryFolder folder;
  const std::string path = folder.path("table.csv.gz");
  replace_file(path, "arch,x\n");
  CHECK(TemporaryFolder::read(path).substr(0, 2) == "\x1f\x8b");
  CHECK(read_whole_file(path) == "arch,x\n");
}

TEST_CASE("a file that is read is not overwritten, by whatever name") {
  const TemporaryFolder folder;
  const std::string input = folder.write("in.csv", "old"), link = folder.path("link.csv");
  fs::create_symlink("in.csv", link);
  CHECK_THROWS_WITH(forbid_overwriting(link, {folder.path("other.csv"), input}),
                    Contains("in.csv would be overwritten"));
  CHECK_THROWS_AS(forbid_overwriting(folder.path(".") + "/in.csv", {input}), UsageError);
  CHECK_NOTHROW(forbid_overwriting(folder.path("out.csv"), {input, ""}));
  CHECK_NOTHROW(forbid_overwriting("/dev/null", {"/dev/null"}));
}

}  // namespace zeroth::core
