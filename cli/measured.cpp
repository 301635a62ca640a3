#include "cli/measured.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/measured_data.h"
#include "core/csv.h"
#include "core/error.h"

namespace zeroth::cli {
namespace {

// Of the file.
const std::vector<std::string> kColumns = {"proxy",
                                           "ms",
                                           "added_ms",
                                           "canonical_cifar10",
                                           "canonical_cifar100",
                                           "canonical_imagenet16_120",
                                           "written_cifar10",
                                           "written_cifar100",
                                           "written_imagenet16_120",
                                           "canonical_cifar10_lift"};

std::map<std::string, Measured> parse() {
  std::map<std::string, Measured> table;
  std::istringstream lines(kMeasuredCsv);
  std::string line;
  std::getline(lines, line);
  ZEROTH_CHECK(core::parse_csv_line(line) == kColumns);
  while (std::getline(lines, line)) {
    const auto fields = core::parse_csv_line(line);
    ZEROTH_CHECK(fields && fields->size() == kColumns.size());
    const auto number = [&](size_t i) { return core::parse_number((*fields)[i]); };
    table[(*fields)[0]] = {
        number(1), number(2), {number(3), number(4), number(5)}, {number(6), number(7), number(8)}, number(9)};
  }
  return table;
}

}  // namespace

Measured measured(const std::string& proxy) {
  static const std::map<std::string, Measured> table = parse();
  const auto found = table.find(proxy);
  return found == table.end() ? Measured{} : found->second;
}

}  // namespace zeroth::cli
