#include "eval/import/naslib_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "spaces/genotype_notation.h"
#include "spaces/notation.h"

namespace zeroth::eval {
namespace {

constexpr size_t kMostNumbers = 1000;

// All numbers of the text, whatever brackets it has.
std::vector<size_t> numbers_of(const std::string& key) {
  std::vector<size_t> numbers;
  for (size_t i = 0; i < key.size() && numbers.size() < kMostNumbers; ++i) {
    if (std::isdigit(static_cast<unsigned char>(key[i])) == 0) continue;
    size_t number = 0;
    for (; i < key.size() && std::isdigit(static_cast<unsigned char>(key[i])) != 0; ++i) {
      number = std::min<size_t>(number * 10 + static_cast<size_t>(key[i] - '0'), kMostNumbers);
    }
    numbers.push_back(number);
  }
  return numbers;
}

[[noreturn]] void refuse(const std::string& key, const std::string& space) {
  throw core::Error(fmt::format("\"{}\" is no architecture of {} as NASLib writes it", key, space));
}

// n x n matrix, row by row, and n operations: 0 input, 1 output, 2 max pooling, 3 and 4 convolutions.
std::string nasbench101(const std::vector<size_t>& numbers, const std::string& key) {
  constexpr std::array<char, 5> kDigits = {' ', ' ', '2', '1', '0'};
  const auto n = static_cast<size_t>(std::lround((std::sqrt(1.0 + 4.0 * static_cast<double>(numbers.size())) - 1) / 2));
  if (n < 2 || n * n + n != numbers.size()) refuse(key, "nasbench101");
  std::string matrix, operations;
  for (size_t i = 0; i < n * n; ++i) {
    const bool above = i % n > i / n;
    if (numbers[i] > (above ? 1U : 0U)) refuse(key, "nasbench101");
    if (above) matrix += static_cast<char>('0' + numbers[i]);
  }
  for (size_t i = 1; i + 1 < n; ++i) {
    const size_t operation = numbers[n * n + i];
    if (operation < 2 || operation >= kDigits.size()) refuse(key, "nasbench101");
    operations += kDigits[operation];
  }
  return matrix + ":" + operations;
}

// Two cells of eight (input, operation).
std::string darts(const std::vector<size_t>& numbers, const std::string& key) {
  constexpr std::array<const char*, 7> kOperations = {"max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3",
                                                      "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"};
  constexpr size_t kEdges = 8;
  if (numbers.size() != 4 * kEdges) refuse(key, "darts");
  spaces::Genotype genotype;
  genotype.normal.concat = genotype.reduce.concat = {2, 3, 4, 5};
  for (size_t i = 0; i < 2 * kEdges; ++i) {
    const size_t input = numbers[2 * i], operation = numbers[2 * i + 1];
    if (operation >= kOperations.size()) refuse(key, "darts");
    spaces::GenotypeCell& cell = i < kEdges ? genotype.normal : genotype.reduce;
    cell.edges.push_back({kOperations[operation], static_cast<int>(input)});
  }
  const spaces::SearchSpace& space = spaces::find_space("darts");
  return space.print(space.parse(spaces::write_genotype(genotype)));
}

}  // namespace

std::string architecture_of_naslib(const std::string& key, const std::string& space) {
  if (key.find('-') != std::string::npos) refuse(key, space);  // no number is below 0
  if (space == "nasbench201") {
    return spaces::convert(key, spaces::find_notation("naslib"), spaces::find_notation("nasbench201"));
  }
  const std::vector<size_t> numbers = numbers_of(key);
  if (space == "nasbench101") return nasbench101(numbers, key);
  if (space == "darts") return darts(numbers, key);
  const bool micro = space == "transnas101-micro";
  if (numbers.size() != 6) refuse(key, space);
  std::string digits;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const size_t number = numbers[i];
    const bool after_the_last = !micro && digits.size() < i;
    if (number > (micro ? 3U : 4U) || (after_the_last && number > 0)) refuse(key, space);
    if (micro || number > 0) digits += static_cast<char>('0' + number);
  }
  // A backbone of four to six modules: the rest of the six numbers is zero.
  if (!micro && digits.size() < 4) refuse(key, space);
  if (!micro) return fmt::format("64-{}-basic", digits);
  return fmt::format("64-41414-{}_{}_{}", digits[0], digits.substr(1, 2), digits.substr(3, 3));
}

}  // namespace zeroth::eval
