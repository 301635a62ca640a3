#include "search/candidates.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "spaces/canonical.h"
#include "tests/gzip_bytes.h"
#include "tests/spaces/letters.h"
#include "tests/temporary_folder.h"

namespace zeroth::search {
namespace {

using spaces::Architecture;
using Texts = std::vector<std::string>;

constexpr const char* kNothing = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
constexpr const char* kSkip = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";
constexpr const char* kDeadConv = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";  // as kSkip

const spaces::SearchSpace& space() { return spaces::find_space("nasbench201"); }

// NAS-Bench-201 that does not say how many architectures it has, cut down to those whose last four edges are none.
class Endless : public spaces::SearchSpace {
 public:
  std::string_view name() const override { return "endless"; }
  std::string_view summary() const override { return space().summary(); }
  std::string_view citation() const override { return space().citation(); }
  std::string_view example() const override { return space().example(); }
  std::optional<uint64_t> size() const override { return std::nullopt; }
  Architecture at(uint64_t index) const override { return space().at(index); }
  Architecture sample(const core::Stream& stream, uint32_t first) const override {
    Architecture drawn = space().sample(stream, first);
    std::fill(drawn.choices.begin() + 2, drawn.choices.end(), 0);
    return drawn;
  }
  uint32_t draws() const override { return space().draws(); }
  std::vector<Architecture> neighbours(const Architecture& a) const override { return space().neighbours(a); }
  Architecture parse(std::string_view text) const override { return space().parse(text); }
  std::string print(const Architecture& a) const override { return space().print(a); }
  std::vector<spaces::UnitGraph> cells(const Architecture& a) const override { return space().cells(a); }
  spaces::NetShape full_shape() const override { return space().full_shape(); }
  spaces::NetShape fast_shape() const override { return space().fast_shape(); }
  spaces::OpGraph lower(const std::vector<spaces::UnitGraph>& cells, const spaces::NetShape& shape) const override {
    return space().lower(cells, shape);
  }
};

// A file that is gone when the test ends.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes) : path_(folder_.write("architectures", bytes)) {}
  const std::string& path() const { return path_; }

 private:
  tests::TemporaryFolder folder_;
  std::string path_;
};

Texts texts(const std::vector<Candidate>& candidates) {
  Texts found;
  for (const Candidate& candidate : candidates) found.push_back(candidate.text);
  return found;
}

std::string function_of(const Candidate& candidate) {
  return spaces::canonical_form(space().cells(candidate.architecture)).text;
}

std::string message(const std::string& path) {
  try {
    from_file(space(), path, /*skip_bad=*/false);
  } catch (const core::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("a whole space comes in the order of its enumeration") {
  const std::vector<Candidate> candidates = all(space());
  REQUIRE(candidates.size() == 15625);
  CHECK(candidates[0].text == kNothing);
  CHECK(candidates[15624].architecture == space().at(15624));
  CHECK_THROWS_AS(all(Endless()), core::UsageError);
}

TEST_CASE("a sample has no architecture twice and begins with the smaller sample") {
  const Texts large = texts(sample(space(), 3000, 7, /*unique=*/false));
  CHECK(std::set<std::string>(large.begin(), large.end()).size() == 3000);
  CHECK(texts(sample(space(), 100, 7, false)) == Texts(large.begin(), large.begin() + 100));
  CHECK(texts(sample(space(), 100, 8, false)) != Texts(large.begin(), large.begin() + 100));
  CHECK(sample(space(), 0, 7, false).empty());
}

TEST_CASE("a sample of a whole space is all of it, in another order") {
  Texts whole = texts(sample(space(), 15625, 1, false));
  Texts expected = texts(all(space()));
  CHECK(whole != expected);
  std::sort(whole.begin(), whole.end());
  std::sort(expected.begin(), expected.end());
  CHECK(whole == expected);
}

TEST_CASE("each operation is drawn about equally often") {
  std::map<int, int> drawn;  // of the first edge; expected 600 each, deviation about 20
  for (const Candidate& candidate : sample(space(), 3000, 3, false)) ++drawn[candidate.architecture.choices[0]];
  CHECK(drawn.size() == 5);
  for (const auto& [operation, times] : drawn) CHECK(std::abs(times - 600) < 100);
}

TEST_CASE("a unique sample has no function twice and begins with the smaller sample") {
  const std::vector<Candidate> large = sample(space(), 5260, 7, /*unique=*/true);
  std::set<std::string> functions;
  for (const Candidate& candidate : large) functions.insert(function_of(candidate));
  CHECK(functions.size() == 5260);
  CHECK(texts(sample(space(), 3, 7, true)) == Texts{large[0].text, large[1].text, large[2].text});
}

TEST_CASE("a sample larger than the space says how much there is") {
  CHECK_THROWS_AS(sample(space(), 15626, 1, false), core::UsageError);
  CHECK_THROWS_WITH(sample(space(), 15626, 1, false), "a sample of 15626: nasbench201 has only 15625 architectures");
  CHECK_THROWS_WITH(sample(space(), 5261, 1, true), "a sample of 5261: nasbench201 has only 5260 different functions");
}

TEST_CASE("a space without a known size is sampled without repeats too, and ends when it is used up") {
  const Endless endless;
  const Texts whole = texts(sample(endless, 25, 5, false));
  CHECK(std::set<std::string>(whole.begin(), whole.end()).size() == 25);
  CHECK(texts(sample(endless, 10, 5, false)) == Texts(whole.begin(), whole.begin() + 10));
  CHECK(sample(endless, 1, 5, true).size() == 1);
  CHECK_THROWS_WITH(sample(endless, 26, 5, false), "a sample of 26: endless has only 25 architectures");
  CHECK_THROWS_WITH(sample(endless, 2, 5, true), "a sample of 2: endless has only 1 different functions");
}

TEST_CASE("a file has one architecture a line; blank lines and comments do not count, repeats do") {
  const TemporaryFile file(std::string("# mine\n\n") + kSkip + "\r\n  " + kNothing + "\n" + kSkip);
  const std::vector<Candidate> candidates = from_file(space(), file.path(), false);
  CHECK(texts(candidates) == Texts{kSkip, kNothing, kSkip});
  CHECK(candidates[1].architecture == space().at(0));
}

TEST_CASE("a CSV file is read by its column arch") {
  const std::string rows =
      std::string("name,arch,acc\n\"a, b\",") + kSkip + ",1\n\"two\nlines\",\"" + kNothing + "\",\n";
  const TemporaryFile file(rows), marked("\xEF\xBB\xBF" + rows);
  CHECK(texts(from_file(space(), file.path(), false)) == Texts{kSkip, kNothing});
  CHECK(texts(from_file(space(), marked.path(), false)) == Texts{kSkip, kNothing});
}

TEST_CASE("a compressed file is read like a plain one") {
  const TemporaryFile file(tests::gzip_bytes(std::string("arch\n") + kSkip + "\n"));
  CHECK(texts(from_file(space(), file.path(), false)) == Texts{kSkip});
}

TEST_CASE("a line that does not parse is named by file and line") {
  const TemporaryFile lines(std::string(kSkip) + "\n\nnothing\n");
  CHECK_THAT(message(lines.path()),
             Catch::StartsWith(lines.path() + ":3: \"nothing\" is no nasbench201 architecture: 1 node(s)"));
  const TemporaryFile csv(std::string("id,arch\n\"1\n1\",") + kSkip + "\n2,\n");
  CHECK_THAT(message(csv.path()), Catch::StartsWith(csv.path() + ":4: \"\" is no nasbench201 architecture"));
}

TEST_CASE("a malformed CSV file is named by file and line") {
  const TemporaryFile open(std::string("id,arch\n1,\"") + kSkip + "\n");
  CHECK(message(open.path()) == open.path() + ":2: a quote that never closes");
  const TemporaryFile few("id,arch\n1\n");
  CHECK(message(few.path()) == few.path() + ":2: the row has 1 fields where the header has 2");
  const TemporaryFile stray("id,arch\na\"b\"c,d\n");
  CHECK_THAT(message(stray.path()), Catch::StartsWith(stray.path() + ":2: a quote inside"));
}

TEST_CASE("a file without architectures is an error") {
  const TemporaryFile empty(""), comment("# none\n"), header("arch\n");
  CHECK(message(empty.path()) == empty.path() + ": no architectures in it");
  CHECK(message(comment.path()) == comment.path() + ": no architectures in it");
  CHECK(message(header.path()) == header.path() + ": no architectures in it");
  CHECK_THAT(message(header.path() + "-missing"), Catch::Contains(header.path() + "-missing"));
}

TEST_CASE("bad lines may be kept as candidates with an error") {
  const TemporaryFile file(std::string("nothing\n") + kSkip + "\n");
  const std::vector<Candidate> candidates = from_file(space(), file.path(), /*skip_bad=*/true);
  REQUIRE(candidates.size() == 2);
  CHECK(candidates[0].text == "nothing");
  CHECK_THAT(candidates[0].error, Catch::Contains("1 node(s)"));
  CHECK(candidates[1].text == kSkip);
  CHECK(candidates[1].error.empty());
}

TEST_CASE("unique keeps the first of each function, and all lines that do not parse") {
  const TemporaryFile file(std::string("x\n") + kDeadConv + "\nx\n" + kSkip + "\n" + kNothing + "\n");
  CHECK(texts(unique(space(), from_file(space(), file.path(), true))) == Texts{"x", kDeadConv, "x", kNothing});
}

}  // namespace
TEST_CASE("a table without a column arch is read by the columns that spell the space's architectures") {
  const tests::Letters letters;
  const tests::TemporaryFolder folder;
  const auto read = [&](const std::string& text) { return from_file(letters, folder.write("t.csv", text), false); };
  Texts found;
  for (const Candidate& one : read("acc,second,first\n1,B,a\n2,a,a\n")) found.push_back(one.text);
  CHECK(found == Texts{"ab", "aa"});
  CHECK(read("first,arch,second\na,bb,a\n").front().text == "bb");
  CHECK_THROWS_WITH(read("first,second\na,b\na,c\n"), Catch::Contains("t.csv:3: no letters: a:c"));
  CHECK_THROWS_WITH(read("first,third\na,b\n"), Catch::Contains("t.csv:1: no letters: first,third"));
}

}  // namespace zeroth::search
