// A toy space for tests: two steps in a row, each "a", nothing, or "b", a pooling. Printed "ab"; "A:B" is read too, and
// tables may have the columns "first" and "second" instead of "arch". "ab" and "ba" compute the same, and its benchmark
// measures functions.
#pragma once

#include <cctype>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/factored_space.h"

namespace zeroth::tests {

class Letters : public spaces::FactoredSpace {
 public:
  Letters() : FactoredSpace({2, 2}) {}

  std::string_view name() const override { return "letters"; }
  std::string_view summary() const override { return "two letters"; }
  std::string_view citation() const override { return "none"; }
  std::string_view example() const override { return "ab"; }

  spaces::Architecture parse(std::string_view text) const override {
    spaces::Architecture architecture;
    for (const char c : text) {
      if (c == ':') continue;
      const int letter = std::tolower(static_cast<unsigned char>(c)) - 'a';
      if (letter < 0 || letter > 1) throw core::Error("no letters: " + std::string(text));
      architecture.choices.push_back(letter);
    }
    if (architecture.choices.size() != 2) throw core::Error("not two letters: " + std::string(text));
    return architecture;
  }
  std::string print(const spaces::Architecture& architecture) const override {
    std::string text;
    for (const int choice : architecture.choices) text += static_cast<char>('a' + choice);
    return text;
  }
  std::vector<std::string> table_columns() const override { return {"first", "second"}; }
  bool measured_by_function() const override { return true; }

  std::vector<spaces::UnitGraph> cells(const spaces::Architecture& architecture) const override {
    using spaces::UnitKind;
    spaces::UnitGraph chain;
    size_t last = spaces::add_unit(chain, {UnitKind::kInput, "input", -1}, {});
    int step = 0;
    for (const int choice : architecture.choices) {
      const UnitKind kind = choice == 0 ? UnitKind::kIdentity : UnitKind::kWeightless;
      last = spaces::add_unit(chain, {kind, "pool", step++}, {last});
    }
    spaces::add_unit(chain, {UnitKind::kOutput, "out", -1}, {last});
    return {chain};
  }
  spaces::NetShape full_shape() const override { return {}; }
  spaces::NetShape fast_shape() const override { return {}; }
  spaces::OpGraph lower(const std::vector<spaces::UnitGraph>& cells, const spaces::NetShape& shape) const override {
    spaces::OpGraph net;
    int x = net.input({shape.input_channels, shape.resolution, shape.resolution});
    for (size_t unit = 0; unit < boost::num_vertices(cells.front()); ++unit) {
      if (cells.front()[unit].kind == spaces::UnitKind::kWeightless) x = net.avg_pool(x, 3, 1, 1, "pool");
    }
    net.tap(x);
    spaces::classify(net, x, shape, "classifier");
    return net;
  }
};

}  // namespace zeroth::tests
