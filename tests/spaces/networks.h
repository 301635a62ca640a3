// What tests of search spaces share.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "spaces/canonical.h"
#include "spaces/search_space.h"

namespace zeroth::tests {

inline std::string message(const spaces::SearchSpace& space, std::string_view text) {
  try {
    space.parse(text);
  } catch (const core::Error& error) {
    return error.what();
  }
  FAIL("parsed: " << text);
  return "";
}

inline spaces::OpGraph written(const spaces::SearchSpace& space, std::string_view text, const spaces::NetShape& shape) {
  return space.lower(space.cells(space.parse(text)), shape);
}

inline std::string canonical_text(const spaces::SearchSpace& space, std::string_view text) {
  return spaces::canonical_form(space.cells(space.parse(text))).text;
}

// "name [shape]" of the weights of convolutions and linear layers whose name begins so.
inline std::vector<std::string> weights_of(const spaces::OpGraph& net, std::string_view beginning) {
  std::vector<std::string> lines;
  for (const spaces::ParamSpec& param : net.params()) {
    const bool begins = std::string_view(param.name).substr(0, beginning.size()) == beginning;
    if (begins && spaces::is_weight(param.role)) lines.push_back(fmt::format("{} {}", param.name, param.shape));
  }
  return lines;
}

// "channels x height" of what is tapped.
inline std::vector<std::string> maps(const spaces::OpGraph& net) {
  std::vector<std::string> found;
  for (const int tap : net.taps()) {
    const spaces::FeatureShape& shape = net.nodes()[static_cast<size_t>(tap)].shape;
    found.push_back(std::to_string(shape.channels) + "x" + std::to_string(shape.height));
  }
  return found;
}

// Numbers in all results of operators of this kind whose scope ends so.
inline int64_t numbers_in(const spaces::OpGraph& net, spaces::OpKind kind, std::string_view ending = "") {
  int64_t sum = 0;
  for (const spaces::OpNode& node : net.nodes()) {
    const bool ends = node.scope.size() >= ending.size() &&
                      node.scope.compare(node.scope.size() - ending.size(), ending.size(), ending) == 0;
    if (node.kind == kind && ends) sum += node.shape.channels * node.shape.height * node.shape.width;
  }
  return sum;
}

// Numbers that global poolings read.
inline int64_t numbers_pooled(const spaces::OpGraph& net) {
  int64_t sum = 0;
  for (const spaces::OpNode& node : net.nodes()) {
    if (node.kind != spaces::OpKind::kGlobalAvgPool) continue;
    const spaces::FeatureShape& read = net.nodes()[static_cast<size_t>(node.operands[0])].shape;
    sum += read.channels * read.height * read.width;
  }
  return sum;
}

inline const spaces::OpNode& node_at(const spaces::OpGraph& net, std::string_view scope) {
  for (const spaces::OpNode& node : net.nodes()) {
    if (node.scope == scope) return node;
  }
  FAIL("no operator at " << scope);
  return net.nodes().front();
}

inline bool has_node(const spaces::OpGraph& net, std::string_view scope) {
  for (const spaces::OpNode& node : net.nodes()) {
    if (node.scope == scope) return true;
  }
  return false;
}

// The text with one part, counted from 0, in another's place.
inline std::string with_part(std::string text, char separator, size_t part, std::string_view other) {
  size_t begin = 0;
  for (; part > 0; --part) begin = text.find(separator, begin) + 1;
  const size_t end = std::min(text.find(separator, begin), text.size());
  return text.replace(begin, end - begin, other);
}

}  // namespace zeroth::tests
