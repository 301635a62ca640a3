// How the spaces of DARTS and NDS are written.
#include <fmt/format.h>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "core/csv.h"
#include "core/error.h"
#include "core/random.h"
#include "spaces/search_space.h"
#include "tests/benchmarks.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kDartsV2 =
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), "
    "('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], "
    "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])";

// The cells as they were published, and as NDS writes them.
constexpr const char* kNasNet =
    "Genotype(normal=[('sep_conv_5x5', 1), ('sep_conv_3x3', 0), ('sep_conv_5x5', 0), ('sep_conv_3x3', 0), "
    "('avg_pool_3x3', 1), ('skip_connect', 0), ('avg_pool_3x3', 0), ('avg_pool_3x3', 0), ('sep_conv_3x3', 1), "
    "('skip_connect', 1)], normal_concat=[2, 3, 4, 5, 6], reduce=[('sep_conv_5x5', 1), ('sep_conv_7x7', 0), "
    "('max_pool_3x3', 1), ('sep_conv_7x7', 0), ('avg_pool_3x3', 1), ('sep_conv_5x5', 0), ('skip_connect', 3), "
    "('avg_pool_3x3', 2), ('sep_conv_3x3', 2), ('max_pool_3x3', 1)], reduce_concat=[4, 5, 6])";

const SearchSpace& darts() { return find_space("darts"); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string refusal(const SearchSpace& space, const std::string& text) {
  try {
    space.parse(text);
  } catch (const core::Error& error) {
    return error.what();
  }
  return "accepted";
}
std::string refusal(const std::string& from, const std::string& to) {
  const std::string text = replaced(kDartsV2, from, to);
  const std::string message = refusal(darts(), text);
  CHECK(message.rfind("\"" + text + "\" is no darts architecture: ", 0) == 0);
  return message;
}

TEST_CASE("a genotype is read into operation and input of each pair, normal cell first") {
  const Architecture architecture = darts().parse(kDartsV2);
  CHECK(architecture.choices == std::vector<int>{4, 0, 4, 1, 4, 0, 4, 1, 4, 1, 3, 0, 3, 0, 6, 2,  //
                                                 1, 0, 1, 1, 3, 2, 1, 1, 1, 0, 3, 2, 3, 2, 1, 1});
  CHECK(darts().print(architecture) == kDartsV2);
}

TEST_CASE("a genotype is read with ranges, other quotes, brackets, blanks, and as JSON") {
  const Architecture architecture = darts().parse(kDartsV2);
  std::string ranges = replaced(kDartsV2, "normal_concat=[2, 3, 4, 5]", "normal_concat=range(2, 6)");
  ranges = replaced(ranges, "reduce_concat=[2, 3, 4, 5]", "reduce_concat=range(2,6)");
  CHECK(darts().parse(ranges) == architecture);
  std::string loose = kDartsV2, tight = kDartsV2, json = kDartsV2;
  for (size_t at = 0; (at = loose.find(", ", at)) != std::string::npos; at += 4) loose.replace(at, 2, " ,\n ");
  for (size_t at = 0; (at = tight.find(' ', at)) != std::string::npos;) tight.erase(at, 1);
  CHECK(darts().parse("\t" + replaced(loose, "5])", "5,],)") + "\n") == architecture);
  CHECK(darts().parse(tight) == architecture);
  json = json.substr(std::string("Genotype").size());
  for (char& c : json) c = c == '(' ? '[' : c == ')' ? ']' : c == '\'' ? '"' : c == '=' ? ':' : c;
  json.front() = '{';
  json.back() = '}';
  for (const char* field : {"normal_concat", "normal:", "reduce_concat", "reduce:"}) {
    const std::string name = field[6] == ':' ? std::string(field).substr(0, 6) : field;
    json = replaced(json, field, "\"" + name + (field == name ? "\"" : "\":"));
  }
  CHECK(darts().parse(json) == architecture);
}

TEST_CASE("fields of a genotype come in any order") {
  const std::string text = kDartsV2;
  const size_t reduce = text.find("reduce="), end = text.size() - 1, normal = text.find("normal=");
  const std::string swapped =
      "Genotype(" + text.substr(reduce, end - reduce) + ", " + text.substr(normal, reduce - 2 - normal) + ")";
  CHECK(darts().print(darts().parse(swapped)) == kDartsV2);
}

TEST_CASE("the order of a node's pairs is kept, equal inputs and none are read") {
  const std::string text =
      replaced(kDartsV2, "('sep_conv_3x3', 0), ('sep_conv_3x3', 1)", "('dil_conv_5x5', 1), ('none', 1)");
  CHECK(darts().print(darts().parse(text)) == text);
}

TEST_CASE("what is wrong in a genotype is named with its place") {
  CHECK_THAT(refusal("sep_conv_3x3", "sep_conv_3x4"),
             Catch::Contains("normal, pair 1: unknown operation \"sep_conv_3x4\"; did you mean \"sep_conv_3x3\"?"));
  CHECK_THAT(refusal("('max_pool_3x3', 0)", "('conv_7x1_1x7', 0)"),
             Catch::Contains("reduce, pair 1: unknown operation \"conv_7x1_1x7\""));
  CHECK_THAT(refusal("('skip_connect', 2), ('max_pool", "('skip_connect', 3), ('max_pool"),
             Catch::EndsWith("reduce, pair 3: input 3, should be 0 to 2"));
  CHECK_THAT(refusal("('sep_conv_3x3', 0), ", ""), Catch::EndsWith("normal: 7 pair(s), should be 8"));
  CHECK_THAT(refusal("normal_concat=[2, 3, 4, 5]", "normal_concat=[3, 4, 5]"),
             Catch::EndsWith("normal_concat is [3, 4, 5], should be all nodes, [2, 3, 4, 5]"));
  CHECK_THAT(refusal("reduce_concat=[2, 3, 4, 5]", "reduce_concat=range(2, 7)"),
             Catch::EndsWith("reduce_concat is [2, 3, 4, 5, 6], should be all nodes, [2, 3, 4, 5]"));
  CHECK_THAT(refusal(", reduce_concat=[2, 3, 4, 5]", ""), Catch::EndsWith("reduce_concat is missing"));
  CHECK_THAT(refusal("reduce=", "normal="), Catch::EndsWith("normal comes twice"));
  CHECK_THAT(refusal("reduce=", "reduces="), Catch::Contains("unknown field \"reduces\"; did you mean \"reduce\"?"));
}

TEST_CASE("what is no literal is named with the character") {
  CHECK_THAT(refusal("Genotype(", "Genotypes("), Catch::EndsWith("at character 10: should be Genotype(...)"));
  CHECK_THAT(refusal("Genotype(", "Genotype["), Catch::EndsWith("at character 9: should be '('"));
  CHECK_THAT(refusal("'sep_conv_3x3', 0", "'sep_conv_3x3 , 0"), Catch::EndsWith("at character 32: should be '"));
  CHECK_THAT(refusal("'sep_conv_3x3', 0", "'sep_conv_3x3', -1"),
             Catch::EndsWith("at character 35: should be a number"));
  CHECK_THAT(refusal("'sep_conv_3x3', 0", "'sep_conv_3x3', 99999999999999999999"),
             Catch::EndsWith("should be a number of at most 999"));
  CHECK_THAT(refusal("'sep_conv_3x3', 0)", "'sep_conv_3x3', 0]"), Catch::EndsWith("at character 36: should be ')'"));
  CHECK_THAT(refusal("'sep_conv_3x3', 0", "'', 0"), Catch::EndsWith("should be a name"));
  CHECK_THAT(refusal("[2, 3, 4, 5]", "list(2)"), Catch::EndsWith("should be a list of numbers, or range(a, b)"));
  CHECK_THAT(refusal("5])", "5])]"), Catch::EndsWith("should be the end"));
}

TEST_CASE("loose ends are what no pair reads") {
  const SearchSpace& nasnet = find_space("nds-nasnet");
  CHECK(nasnet.print(nasnet.parse(kNasNet)) == kNasNet);
  CHECK_THAT(refusal(nasnet, replaced(kNasNet, "reduce_concat=[4, 5, 6]", "reduce_concat=[2, 3, 4, 5, 6]")),
             Catch::EndsWith("reduce_concat is [2, 3, 4, 5, 6], should be the nodes that nothing reads, [4, 5, 6]"));
  const SearchSpace& pnas = find_space("nds-pnas");
  CHECK(refusal(pnas, std::string(pnas.example())) == "accepted");
  CHECK_THAT(refusal(pnas, replaced(kNasNet, "[2, 3, 4, 5, 6]", "[2, 3, 4, 5]")),
             Catch::EndsWith("should be all nodes, [2, 3, 4, 5, 6]"));
}

TEST_CASE("a genotype is of the space with the fewest operations that can hold it") {
  CHECK(recognise_space(kDartsV2) == &darts());
  CHECK(recognise_space(kNasNet) == &find_space("nds-amoeba"));  // none of NASNet's own operations is in it
}

TEST_CASE("genotypes survive printing and reading, whatever the choices") {
  const bool holds = rc::check("", [] {
    const auto name = *rc::gen::element<std::string>("darts", "nds-enas", "nds-amoeba", "nds-pnas", "nds-nasnet");
    const SearchSpace& space = find_space(name);
    Architecture architecture = space.parse(space.example());
    const std::vector<Architecture> neighbours = space.neighbours(architecture);
    architecture = neighbours.at(*rc::gen::inRange<size_t>(0, neighbours.size()));
    const core::Stream stream(*rc::gen::arbitrary<uint64_t>(), "round trip");
    const Architecture child = space.crossover(architecture, space.sample(stream, 0), stream, space.draws());
    RC_ASSERT(space.parse(space.print(child)) == child);
  });
  CHECK(holds);
}

TEST_CASE("a genotype that is cut short, or has a byte changed, is refused or read, and never worse") {
  const std::string text = kDartsV2;
  for (size_t length = 0; length < text.size(); ++length) {
    CHECK_THROWS_AS(darts().parse(text.substr(0, length)), core::Error);
  }
  const core::Stream stream(1, "bytes");
  int read = 0;
  for (uint32_t i = 0; i < 2000; ++i) {
    std::string changed = text;
    changed[stream.below(static_cast<uint32_t>(text.size()), 2 * i)] = static_cast<char>(stream.below(256, 2 * i + 1));
    try {
      darts().parse(changed);
      ++read;
    } catch (const core::Error&) {
    }
  }
  CHECK(read < 100);
}

TEST_CASE("every row of the DARTS tables is read, and printed as it stands but for blanks") {
  for (const char* name : {"darts_swap1000.csv", "darts_random214.csv"}) {
    const std::string path = tests::benchmark_file(name);
    if (path.empty()) return;
    const core::CsvTable table = core::CsvTable::read(path);
    const size_t genotype = table.column(darts().table_columns().at(0));
    for (const auto& row : table.rows) {
      std::string printed = darts().print(darts().parse(row.fields[genotype]));
      for (size_t at = 0; (at = printed.find(' ', at)) != std::string::npos;) printed.erase(at, 1);
      CHECK(printed == row.fields[genotype]);
    }
  }
}

}  // namespace
}  // namespace zeroth::spaces
