#include "core/replace_file.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/error.h"
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

}  // namespace zeroth::core
