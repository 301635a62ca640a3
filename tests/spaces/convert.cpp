// Conversions between the notations of tools.
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "core/csv.h"
#include "core/error.h"
#include "core/random.h"
#include "spaces/nats_index.h"
#include "spaces/notation.h"
#include "tests/benchmarks.h"

namespace zeroth::spaces {
namespace {

using Catch::Matchers::Contains;

constexpr const char* kCell = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|";

std::string converted(const std::string& text, const std::string& from, const std::string& to) {
  require_convertible(find_notation(from), find_notation(to));
  return convert(text, find_notation(from), find_notation(to));
}

// Every notation of the space, from each to the others and back.
void check_round_trips(const SearchSpace& space, const Architecture& architecture) {
  for (const Notation& notation : all_notations()) {
    if (notation.space != space.name()) continue;
    const std::string text = notation.write(architecture);
    const Architecture read = notation.read(text);
    if (!(read == architecture)) FAIL(notation.name << ": " << text);
    if (text.find('\n') != std::string::npos) FAIL(notation.name << ": not on one line");
  }
}

TEST_CASE("every NAS-Bench-201 architecture survives each notation") {
  const SearchSpace& space = find_space("nasbench201");
  for (uint64_t place = 0; place < *space.size(); ++place) check_round_trips(space, space.at(place));
  CHECK(*space.size() == kNatsArchitectures);
}

TEST_CASE("5,000 architectures of NAS-Bench-101, DARTS, TransNAS-Bench-101 and Once-for-All survive each notation") {
  const SearchSpace& space = find_space(GENERATE("nasbench101", "darts", "transnas101-micro", "ofa"));
  const core::Stream stream(1, "convert");
  for (uint32_t i = 0; i < 5000; ++i) check_round_trips(space, space.sample(stream, i * space.draws()));
}

TEST_CASE("notations write what their tools write") {
  CHECK(converted(kCell, "nasbench201", "naslib") == "(4, 3, 3, 0, 1, 2)");
  CHECK(
      converted(kCell, "nasbench201", "nni-nasbench201") ==
      R"({"0_1":"avg_pool_3x3","0_2":"conv_1x1","1_2":"skip_connect","0_3":"conv_1x1","1_3":"none","2_3":"conv_3x3"})");
  // Indices that the benchmark's authors check their order by.
  CHECK(converted("0", "nats-index", "nasbench201") ==
        "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|");
  CHECK(converted(R"({"archid": "natsbench-tss-3", "dataset": "cifar10"})", "archai-nats", "nasbench201") ==
        "|avg_pool_3x3~0|+|skip_connect~0|none~1|+|none~0|none~1|skip_connect~2|");
  CHECK(converted("3", "nats-index", "archai-nats") == R"({"archid":"natsbench-tss-3"})");
  CHECK(converted("1:", "nasbench101", "nasbench101-json") ==
        R"({"module_adjacency":[[0,1],[0,0]],"module_operations":["input","output"]})");
  CHECK(converted("111:2", "nasbench101", "nasbench101-json") ==
        R"({"module_adjacency":[[0,1,1],[0,0,1],[0,0,0]],"module_operations":["input","maxpool3x3","output"]})");
}

TEST_CASE("Once-for-All's dictionary has a place for every block") {
  CHECK(converted("d2.k3e3.k5e6.k3e4.k3e3_d4.k5e4.k3e3.k7e3.k5e6_d2.k7e6.k5e4.k3e3.k3e3_d4.k5e6.k5e4.k3e3.k7e4_"
                  "d3.k7e6.k5e6.k7e4.k3e6",
                  "ofa", "ofa-json") ==
        R"({"ks":[3,5,3,3,5,3,7,5,7,5,3,3,5,5,3,7,7,5,7,3],"e":[3,6,4,3,4,3,3,6,6,4,3,3,6,4,3,4,6,6,4,6],)"
        R"("d":[2,4,2,4,3]})");
}

TEST_CASE("a space has its own notation and those of tools") {
  const auto names = [](const char* space) {
    std::vector<std::string> found;
    for (const Notation& notation : notations_of(find_space(space))) found.push_back(notation.name);
    return found;
  };
  CHECK(names("darts") == std::vector<std::string>{"darts", "nni-darts"});
  CHECK(names("pit") == std::vector<std::string>{"pit"});
  const Notation own = find_notation(find_space("pit"), "pit");
  const std::string example(find_space("pit").example());
  CHECK(own.write(own.read(example)) == example);
  CHECK_THROWS_WITH(find_notation(find_space("darts"), "naslib"),
                    Contains("unknown notation of darts \"naslib\"") && Contains("known: darts, nni-darts"));
}

TEST_CASE("DARTS_V2 as NNI writes it, with inputs as numbers or lists") {
  const std::string genotype(find_space("darts").example());
  const std::string dictionary = converted(genotype, "darts", "nni-darts");
  CHECK_THAT(dictionary,
             Catch::StartsWith(R"({"normal/op_2_0":"sep_conv_3x3","normal/input_2_0":0,)") &&
                 Contains(R"("normal/op_5_1":"dil_conv_3x3","normal/input_5_1":2,"reduce/op_2_0":"max_po)"));
  CHECK(converted(dictionary, "nni-darts", "darts") == genotype);
  std::string lists;
  for (const char c : dictionary)
    lists += c >= '0' && c <= '2' && lists.back() == ':' ? std::string("[") + c + "]" : std::string(1, c);
  CHECK(lists != dictionary);
  CHECK(converted(lists, "nni-darts", "darts") == genotype);
}

TEST_CASE("NATS indices are the benchmark's own") {
  const auto path = tests::benchmark_file("nb201.csv");
  if (path.empty()) return;
  const auto table = core::CsvTable::read(path);
  const size_t index = table.column("index"), arch = table.column("arch");
  int equal = 0;
  for (const core::CsvRow& row : table.rows) {
    equal += converted(row.fields[arch], "nasbench201", "nats-index") == row.fields[index];
  }
  CHECK(equal == kNatsArchitectures);
}

TEST_CASE("NATS indices are a permutation, and Python's shuffle") {
  std::set<uint64_t> places;
  for (int index = 0; index < kNatsArchitectures; ++index) {
    places.insert(place_of_nats_index(index));
    CHECK(nats_index_of_place(place_of_nats_index(index)) == index);
  }
  CHECK(places.size() == kNatsArchitectures);
}

TEST_CASE("cells of TransNAS-Bench-101 are cells of NAS-Bench-201, without poolings") {
  CHECK(converted("64-41414-3_32_102", "transnas101-micro", "nasbench201") ==
        "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_1x1~2|");
  CHECK(converted("(0, 0, 0, 0, 0, 2)", "naslib", "transnas101-micro") == "64-41414-1_11_113");
  CHECK_THROWS_WITH(converted(kCell, "nasbench201", "transnas101-micro"),
                    Contains("edge 1 is avg_pool_3x3, which transnas101-micro does not have"));
}

TEST_CASE("impossible conversions say why") {
  CHECK_THROWS_AS(converted(kCell, "nasbench201", "darts"), core::UsageError);
  CHECK_THROWS_WITH(converted(kCell, "nasbench201", "darts"),
                    Contains("no architecture of nasbench201 (cell of 6 edges") && Contains("darts (two cells"));
  CHECK_THROWS_WITH(find_notation("naslip"), Contains("unknown notation \"naslip\"; did you mean \"naslib\"?"));
}

TEST_CASE("malformed texts are refused with what is wrong") {
  const auto refusal = [](const std::string& text, const std::string& notation) {
    try {
      find_notation(notation).read(text);
    } catch (const core::Error& error) {
      CHECK_THAT(error.what(), Contains("\"" + text + "\""));
      return std::string(error.what());
    }
    return std::string("no error");
  };
  for (const char* text : {"15625", "-1", "1.5", "", "0x3", "99999999999999999999"}) {
    CHECK_THAT(refusal(text, "nats-index"), Contains("should be a whole number from 0 to 15624"));
  }
  CHECK_THAT(refusal("4, 0, 3, 1, 4, 3", "naslib"), Contains("in brackets"));
  CHECK_THAT(refusal("(4, 0, 3, 1, 4)", "naslib"), Contains("5 number(s), should be 6"));
  CHECK_THAT(refusal("(4, 0, 3, 1, 4, 5)", "naslib"), Contains("\"5\" should be a whole number from 0 to 4"));
  CHECK_THAT(refusal("(4, 0, 3, 1, 4, 3]", "naslib"), Contains("in brackets"));
  CHECK_THAT(refusal("{", "nni-nasbench201"), Contains("no JSON"));
  CHECK_THAT(refusal("[1]", "nni-nasbench201"), Contains("should be a JSON object"));
  CHECK_THAT(refusal(R"({"0_1":"conv_3x3"})", "nni-nasbench201"), Contains("\"0_2\" is missing"));
  CHECK_THAT(refusal(R"({"0_1":"nor_conv_3x3"})", "nni-nasbench201"), Contains("did you mean \"conv_3x3\"?"));
  CHECK_THAT(refusal(R"({"0_1":3})", "nni-nasbench201"), Contains("\"0_1\" is 3, should be a name"));
  CHECK_THAT(refusal(R"({"archid":"natsbench-sss-3"})", "archai-nats"), Contains("should begin with natsbench-tss-"));
  CHECK_THAT(refusal(R"({"archid":"natsbench-tss-99999"})", "archai-nats"), Contains("0 to 15624"));
  CHECK_THAT(refusal(R"({"archid":"natsbench-tss-9","arch":1})", "archai-nats"), Contains("\"arch\" is no part of it"));
  const std::string dictionary = converted(std::string(find_space("darts").example()), "darts", "nni-darts");
  const auto broken = [&](const std::string& part, const std::string& with) {
    std::string text = dictionary;
    return text.replace(text.find(part), part.size(), with);
  };
  CHECK_THAT(refusal(broken(R"("normal/input_2_0":0)", R"("normal/input_2_0":-1)"), "nni-darts"),
             Contains("\"normal/input_2_0\" is -1, should be a whole number"));
  CHECK_THROWS_WITH(find_notation("nni-darts").read(broken(R"(input_2_0":0)", R"(input_2_0":2)")),
                    Contains("input 2, should be 0 to 1"));
}

}  // namespace
}  // namespace zeroth::spaces
