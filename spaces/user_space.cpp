#include "spaces/user_space.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <utility>

#include "core/error.h"
#include "spaces/factored_space.h"
#include "spaces/user_space_decisions.h"
#include "spaces/user_space_network.h"

namespace zeroth::spaces {
namespace {

class UserSpace : public FactoredSpace {
 public:
  // What is described, and what is derived from it, must not move: the network points to both.
  struct Plan {
    explicit Plan(Description read)
        : description(std::move(read)), decisions(description), network(description, decisions) {}
    const Description description;
    const Decisions decisions;
    const UserNetwork network;
  };

  explicit UserSpace(std::unique_ptr<const Plan> plan)
      : FactoredSpace(plan->decisions.options()), plan_(std::move(plan)), d_(plan_->description) {
    check_cells();
    check_shapes();
  }

  std::string_view name() const override { return d_.name; }
  std::string_view summary() const override { return d_.summary; }
  std::string_view citation() const override { return d_.citation; }
  std::string_view example() const override { return example_; }
  Architecture parse(std::string_view text) const override { return plan_->decisions.parse(text); }
  std::string print(const Architecture& architecture) const override { return plan_->decisions.print(architecture); }
  std::vector<UnitGraph> cells(const Architecture& architecture) const override {
    return plan_->network.cells(architecture);
  }
  NetShape full_shape() const override { return d_.full; }
  NetShape fast_shape() const override { return d_.fast; }
  OpGraph lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const override {
    return plan_->network.lower(cells, shape);
  }

  const Description& description() const { return d_; }
  void set_example(std::string text) { example_ = std::move(text); }

 private:
  // The canonical form takes operations of zeros for zeros.
  void check_cells() const {
    for (const CellDesign& cell : d_.cells) {
      for (const std::string& operation : cell.operations) {
        if (BoundBlock(d_, operation, {}).from_zeros() == FromZeros::kZeros) continue;
        d_.fail(cell.line,
                fmt::format("{}: the operation \"{}\" makes something of zeros, as a linear layer or sigmoid "
                            "does; a batch norm after it would not",
                            cell.name, operation));
      }
    }
  }

  // Each option of each decision must fit, beside the first options of the others and beside the last.
  void check_shapes() const {
    Architecture first, last;
    for (const int count : options()) {
      first.choices.push_back(0);
      last.choices.push_back(count - 1);
    }
    for (const Architecture& others : {first, last}) {
      check_fits(others);
      for (const Architecture& neighbour : neighbours(others)) check_fits(neighbour);
    }
  }

  void check_fits(const Architecture& architecture) const {
    for (const auto& [shape, name] : {std::pair(d_.full, "full"), std::pair(d_.fast, "fast")}) {
      try {
        lower(cells(architecture), shape);
      } catch (const core::UsageError& error) {
        throw core::Error(fmt::format("{} ({} shape, architecture {})", error.what(), name, print(architecture)));
      }
    }
  }

  std::unique_ptr<const Plan> plan_;
  const Description& d_;
  std::string example_;
};

// The file's example, or a sample.
std::string example_of(const SearchSpace& space, const Description& description) {
  try {
    const core::Stream stream(0, "example");
    return space.print(description.example ? space.parse(*description.example) : space.sample(stream, 0));
  } catch (const core::Error& error) {
    if (description.example) description.fail(description.example_line, fmt::format("example: {}", error.what()));
    description.fail(description.limits_line, fmt::format("constraints: {}", error.what()));
  }
}

}  // namespace

std::unique_ptr<SearchSpace> read_user_space(const std::string& path) {
  auto space = std::make_unique<UserSpace>(std::make_unique<const UserSpace::Plan>(read_description(path)));
  UserSpace& whole = *space;
  std::unique_ptr<SearchSpace> result = std::move(space);
  const Description& description = whole.description();
  if (description.limits) result = std::make_unique<ConstrainedSpace>(std::move(result), *description.limits);
  whole.set_example(example_of(*result, description));
  return result;
}

bool is_space_file(std::string_view name) {
  const auto ends_in = [name](std::string_view end) {
    return name.size() > end.size() && name.substr(name.size() - end.size()) == end;
  };
  return name.find('/') != std::string_view::npos || ends_in(".yaml") || ends_in(".yml");
}

const SearchSpace& user_space(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<SearchSpace>> spaces;
  const std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<SearchSpace>& space = spaces[path];
  if (!space) space = read_user_space(path);
  return *space;
}

}  // namespace zeroth::spaces
