// Each vertex begins with the digest of its degrees and label, takes in those of its neighbours as many times as there
// are vertices, and all of them together, sorted, give the cell's. The texts that are digested are spelt as Python
// prints tuples and lists.
#include "spaces/nasbench101_hash.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/range/iterator_range.hpp>
#include <boost/uuid/detail/md5.hpp>
#include <vector>

#include "core/error.h"
#include "spaces/nasbench101_cell.h"

namespace zeroth::spaces {
namespace {

std::string md5(const std::string& text) {
  boost::uuids::detail::md5 algorithm;
  algorithm.process_bytes(text.data(), text.size());
  boost::uuids::detail::md5::digest_type digest;
  algorithm.get_digest(digest);
  std::string hex;  // of words or of bytes: that differs between versions of Boost
  for (const auto part : digest) hex += fmt::format("{:0{}x}", part, 2 * sizeof part);
  return hex;
}

int label(const Unit& unit) {
  if (unit.kind == UnitKind::kInput) return -1;
  if (unit.kind == UnitKind::kOutput) return -2;
  const auto& operations = nasbench101::kOperations;
  const auto found = std::find(operations.begin(), operations.end(), unit.label);
  ZEROTH_CHECK(found != operations.end());
  return static_cast<int>(found - operations.begin());
}

std::string sorted_and_joined(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return fmt::format("{}", fmt::join(texts, ""));
}

}  // namespace

std::string nasbench101_hash(const UnitGraph& cell) {
  const size_t vertices = boost::num_vertices(cell);
  std::vector<std::string> hashes;
  for (size_t v = 0; v < vertices; ++v) {
    hashes.push_back(md5(fmt::format("({}, {}, {})", out_degree(v, cell), in_degree(v, cell), label(cell[v]))));
  }
  for (size_t round = 0; round < vertices; ++round) {
    std::vector<std::string> next;
    for (size_t v = 0; v < vertices; ++v) {
      std::vector<std::string> read, readers;
      for (const size_t operand : operands_of(cell, v)) read.push_back(hashes[operand]);
      for (const auto& edge : boost::make_iterator_range(out_edges(v, cell))) {
        readers.push_back(hashes[target(edge, cell)]);
      }
      next.push_back(md5(sorted_and_joined(read) + '|' + sorted_and_joined(readers) + '|' + hashes[v]));
    }
    hashes = next;
  }
  std::sort(hashes.begin(), hashes.end());
  return md5(fmt::format("['{}']", fmt::join(hashes, "', '")));
}

}  // namespace zeroth::spaces
