// NAS-Bench-201's own string, the benchmark's index, and what NASLib, NNI and archai write for it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <boost/algorithm/string.hpp>
#include <charconv>
#include <utility>

#include "core/error.h"
#include "spaces/nats_index.h"
#include "spaces/notation.h"
#include "spaces/notation_json.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kSpace = "nasbench201";
constexpr int kEdges = 6;
constexpr int kOperations = 5;
constexpr std::string_view kArchaiPrefix = "natsbench-tss-";

// Of edge k as the space counts them, node by node.
constexpr std::array<std::pair<int, int>, kEdges> kEnds = {{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}};
// NASLib lists edges by their source and has operations in an order of its own: skip_connect, none, nor_conv_3x3,
// nor_conv_1x1, avg_pool_3x3 (conversions.py). By place in its tuple, and by number in it.
constexpr std::array<int, kEdges> kNaslibEdges = {0, 1, 3, 2, 4, 5};
constexpr std::array<int, kOperations> kNaslibOperations = {1, 0, 3, 2, 4};
// NNI's names, in our order (nni.nas.benchmark.nasbench201).
const std::vector<std::string> kNniOperations = {"none", "skip_connect", "conv_1x1", "conv_3x3", "avg_pool_3x3"};

const SearchSpace& space() { return find_space(kSpace); }

[[noreturn]] void refuse(std::string_view text, const char* notation, const std::string& why) {
  throw core::Error(fmt::format("\"{}\" is not in the notation {}: {}", text, notation, why));
}

// The whole text as a number below `count`.
int number_below(std::string_view digits, int count, std::string_view text, const char* notation) {
  int value = -1;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc() || end != digits.data() + digits.size() || value < 0 || value >= count) {
    refuse(text, notation, fmt::format("\"{}\" should be a whole number from 0 to {}", digits, count - 1));
  }
  return value;
}

Architecture from_index(std::string_view digits, std::string_view text, const char* notation) {
  return space().at(place_of_nats_index(number_below(digits, kNatsArchitectures, text, notation)));
}

int index_of(const Architecture& architecture) {
  uint64_t place = 0;
  for (const int choice : architecture.choices) place = kOperations * place + static_cast<uint64_t>(choice);
  return nats_index_of_place(place);
}

Architecture read_naslib(std::string_view text) {
  constexpr const char* kName = "naslib";
  std::string list = boost::trim_copy(std::string(text));
  const bool round = boost::starts_with(list, "(") && boost::ends_with(list, ")");
  const bool square = boost::starts_with(list, "[") && boost::ends_with(list, "]");
  if (!round && !square) refuse(text, kName, "it should be six numbers in brackets, as in (4, 0, 3, 1, 4, 3)");
  list = list.substr(1, list.size() - 2);
  std::vector<std::string> numbers;
  boost::split(numbers, list, boost::is_any_of(","));
  if (numbers.size() != kEdges) refuse(text, kName, fmt::format("{} number(s), should be 6", numbers.size()));
  Architecture architecture{std::vector<int>(kEdges)};
  for (size_t place = 0; place < kEdges; ++place) {
    boost::trim(numbers[place]);
    const int operation = number_below(numbers[place], kOperations, text, kName);
    architecture.choices[static_cast<size_t>(kNaslibEdges[place])] = kNaslibOperations[static_cast<size_t>(operation)];
  }
  return architecture;
}

std::string write_naslib(const Architecture& architecture) {
  std::vector<int> numbers;
  for (const int edge : kNaslibEdges) {
    const int choice = architecture.choices.at(static_cast<size_t>(edge));
    for (int number = 0; number < kOperations; ++number) {
      if (kNaslibOperations[static_cast<size_t>(number)] == choice) numbers.push_back(number);
    }
  }
  return fmt::format("({})", fmt::join(numbers, ", "));
}

std::string nni_key(size_t edge) { return fmt::format("{}_{}", kEnds[edge].first, kEnds[edge].second); }

Architecture read_nni(std::string_view text) {
  ChoiceObject object(text, "nni-nasbench201");
  Architecture architecture;
  for (size_t edge = 0; edge < kEdges; ++edge) {
    architecture.choices.push_back(object.choice(nni_key(edge), kNniOperations));
  }
  object.finish();
  return architecture;
}

std::string write_nni(const Architecture& architecture) {
  nlohmann::ordered_json object;
  for (size_t edge = 0; edge < kEdges; ++edge) {
    object[nni_key(edge)] = kNniOperations.at(static_cast<size_t>(architecture.choices.at(edge)));
  }
  return object.dump();
}

Architecture read_archai(std::string_view text) {
  constexpr const char* kName = "archai-nats";
  ChoiceObject object(text, kName);
  const std::string id = object.name("archid");
  object.skip("dataset");
  object.finish();
  if (!boost::starts_with(id, kArchaiPrefix)) {
    object.refuse(fmt::format("\"archid\" is \"{}\", should begin with {}", id, kArchaiPrefix));
  }
  return from_index(std::string_view(id).substr(kArchaiPrefix.size()), text, kName);
}

std::string write_archai(const Architecture& architecture) {
  return nlohmann::json{{"archid", fmt::format("{}{}", kArchaiPrefix, index_of(architecture))}}.dump();
}

}  // namespace

Notation notation_nasbench201() {
  return own_notation(space(), "the benchmark's string: |nor_conv_3x3~0|+|none~0|skip_connect~1|+|...");
}

Notation notation_nats_index() {
  constexpr const char* kName = "nats-index";
  return {kName, kSpace, "the number of the architecture in NAS-Bench-201 and NATS-Bench, 0 to 15624",
          [](std::string_view text) { return from_index(boost::trim_copy(std::string(text)), text, kName); },
          [](const Architecture& architecture) { return std::to_string(index_of(architecture)); }};
}

Notation notation_naslib() {
  return {"naslib", kSpace, "NASLib's tuple of operations: (4, 0, 3, 1, 4, 3)", read_naslib, write_naslib};
}

Notation notation_nni_nasbench201() {
  return {"nni-nasbench201", kSpace, R"(NNI's dictionary: {"0_1":"conv_3x3","0_2":"none",...})", read_nni, write_nni};
}

Notation notation_archai_nats() {
  return {"archai-nats", kSpace, R"(archai's dictionary for NATS-Bench: {"archid":"natsbench-tss-0"})", read_archai,
          write_archai};
}

}  // namespace zeroth::spaces
