#include "core/manifest.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "tests/temporary_folder.h"

namespace zeroth::core {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::Message;
using tests::TemporaryFolder;

Manifest example() {
  Manifest manifest;
  manifest.command = "zeroth rank";
  manifest.started = "2031-05-09T17:03:20Z";
  manifest.settings["seed"] = 18446744073709551615ULL;
  manifest.settings["space"] = "nasbench201";
  manifest.settings["network"] = {{"channels", 16}, {"cells", 5}};
  manifest.settings["proxies"] = {"nwot", "snip"};
  manifest.results["rows"] = 10;
  return manifest;
}

}  // namespace

TEST_CASE("a manifest is read back as it was written, members in their order") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.json");
  const Manifest written = example();
  written.write(path);
  const Manifest read = Manifest::read(path);
  CHECK(read.name == "zeroth");
  CHECK(read.version == ZEROTH_VERSION);
  CHECK(read.command == written.command);
  CHECK(read.started == written.started);
  CHECK(read.finished.empty());
  CHECK(read.settings.dump() == written.settings.dump());
  CHECK(read.results == written.results);
  CHECK_THAT(TemporaryFolder::read(path), Catch::StartsWith("{\n  \"format\": 1,\n  \"program\": {"));
  CHECK(!std::filesystem::exists(path + ".tmp"));
}

TEST_CASE("a manifest replaces the one before, and text that is not UTF-8 does not stop it") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.json");
  Manifest manifest = example();
  manifest.write(path);
  manifest.command = "zeroth rank --out caf\xE9.csv";
  manifest.finished = utc_now();
  manifest.write(path);
  CHECK(Manifest::read(path).command == "zeroth rank --out caf\xEF\xBF\xBD.csv");
  CHECK(Manifest::read(path).finished == manifest.finished);
}

TEST_CASE("a manifest that cannot be written is an error that names the file") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(example().write(folder.path("no/scores.json")), Contains(folder.path("no/scores.json")));
  // A folder in its place: the text is written, and cannot be renamed.
  std::filesystem::create_directories(folder.path("taken.json/x"));
  CHECK_THROWS_WITH(example().write(folder.path("taken.json")), Contains("cannot write " + folder.path("taken.json")));
  CHECK(!std::filesystem::exists(folder.path("taken.json.tmp")));
}

TEST_CASE("malformed manifests are errors that name the file") {
  const TemporaryFolder folder;
  const std::string path = folder.write("m.json", "{\"format\": 1, ");
  CHECK_THROWS_WITH(Manifest::read(path), Contains(path + ": not a manifest: ") && Contains("parse error"));
  folder.write("m.json", "{\"format\": 1}");
  CHECK_THROWS_WITH(Manifest::read(path), Contains(path) && Contains("'program' not found"));
  folder.write("m.json", "[1, 2]");
  CHECK_THROWS_WITH(Manifest::read(path), Contains(path + ": not a manifest"));
  folder.write("m.json", "{\"format\": \"one\"}");
  CHECK_THROWS_AS(Manifest::read(path), Error);
  CHECK_THROWS_WITH(Manifest::read(folder.path("no.json")), Contains("No such file or directory"));
}

TEST_CASE("a newer format is refused, and both numbers are named") {
  const TemporaryFolder folder;
  const std::string path = folder.write("m.json", "{\"format\": 2, \"anything\": true}");
  CHECK_THROWS_MATCHES(Manifest::read(path), Error,
                       Message(path + ": the manifest has format 2, and this version of zeroth reads formats up to 1"));
}

TEST_CASE("the first setting that differs is named with both values") {
  const TemporaryFolder folder;
  const std::string path = folder.path("scores.json");
  example().write(path);
  const Manifest earlier = Manifest::read(path);
  const auto error_of = [&](const Manifest& now) -> std::string {
    try {
      now.require_same_settings(earlier, "m.json");
    } catch (const Error& error) {
      return error.what();
    }
    return "same";
  };
  CHECK(error_of(example()) == "same");

  Manifest now = example();
  now.started = "later";
  now.results["rows"] = 20;
  CHECK(error_of(now) == "same");
  now.settings["seed"] = 1;
  CHECK(error_of(now) == "m.json: cannot resume: seed was 18446744073709551615 and is now 1");

  now = example();
  now.settings["network"]["cells"] = 1;
  CHECK(error_of(now) == "m.json: cannot resume: network.cells was 5 and is now 1");
  now = example();
  now.settings["proxies"] = {"nwot"};
  CHECK(error_of(now) == "m.json: cannot resume: proxies was [\"nwot\",\"snip\"] and is now [\"nwot\"]");
  now = example();
  now.settings.erase("space");
  CHECK(error_of(now) == "m.json: cannot resume: space was \"nasbench201\" and is now absent");
  now = example();
  now.settings["network"]["width"] = 0.5;
  CHECK(error_of(now) == "m.json: cannot resume: network.width was absent and is now 0.5");

  // The order in which settings were filled in decides nothing.
  Manifest reordered = example();
  reordered.settings = Json::object();
  reordered.settings["network"] = {{"cells", 5}, {"channels", 16}};
  for (const char* key : {"proxies", "space", "seed"}) reordered.settings[key] = example().settings[key];
  CHECK(error_of(reordered) == "same");
}

TEST_CASE("a shell gets the same arguments back from the command line of a manifest") {
  CHECK(shell_command({"zeroth", "rank", "--out", "a.csv"}) == "zeroth rank --out a.csv");
  CHECK(shell_command({"zeroth", "", "it's", "|a~0|"}) == "zeroth '' 'it'\\''s' '|a~0|'");
  const std::vector<std::string> odd = {"a b", "$HOME", "`x`", "\"q\"", "back\\slash", "*", "'", "new\nline", "~"};
  std::string expected;
  for (const std::string& argument : odd) expected += "[" + argument + "]";
  FILE* shell = ::popen(("printf '[%s]' " + shell_command(odd)).c_str(), "r");
  REQUIRE(shell != nullptr);
  std::string printed(1000, '\0');
  printed.resize(std::fread(printed.data(), 1, printed.size(), shell));
  ::pclose(shell);
  CHECK(printed == expected);
}

TEST_CASE("the time is UTC in ISO 8601, and the machine names its processor") {
  CHECK_THAT(utc_now(), Catch::Matches("20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z"));
  const Json machine = machine_facts();
  CHECK(!machine.at("cpu").get<std::string>().empty());
  CHECK(machine.at("cores").get<int>() >= 1);
}

}  // namespace zeroth::core
