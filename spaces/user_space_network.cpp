#include "spaces/user_space_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "spaces/blocks.h"
#include "spaces/lower_cell.h"
#include "spaces/user_space_operators.h"

namespace zeroth::spaces {

UserNetwork::UserNetwork(const Description& description, const Decisions& decisions)
    : description_(&description), decisions_(&decisions) {
  const std::vector<Part>& parts = description.parts;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].is_cell || i == 0 || parts[i - 1].is_cell) segments_.emplace_back();
    Segment& segment = segments_.back();
    segment.parts.push_back(i);
    if (parts[i].is_cell) segment.kind = Segment::Kind::kCell;
    if (decisions.has_decision(i)) segment.kind = Segment::Kind::kChain;
  }
  size_t chains = description.cells.size();
  for (Segment& segment : segments_) {
    if (segment.kind == Segment::Kind::kChain) segment.graph = chains++;
    if (segment.kind != Segment::Kind::kCell) continue;
    const std::string& used = parts[segment.parts.front()].uses;
    while (description.cells[segment.graph].name != used) ++segment.graph;
  }
}

// ---------------------------------------------------------------------------------------------------------- units

void UserNetwork::add_units(size_t part, const Architecture& architecture, std::vector<Unit>& units) const {
  const int repeats = decisions_->repeats(part, architecture);
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const BoundBlock block(*description_, description_->parts[part].uses, decisions_->values(part, architecture),
                           repeat > 0);
    units.push_back({block.kind(), block.label(), decisions_->first_of_part(part)});
  }
}

std::vector<UnitGraph> UserNetwork::cells(const Architecture& architecture) const {
  std::vector<UnitGraph> graphs;
  for (size_t cell = 0; cell < decisions_->cells().size(); ++cell) {
    const int first = decisions_->first_of_cell(cell);
    graphs.push_back(decisions_->cells()[cell].graph(&architecture.choices.at(static_cast<size_t>(first)), first));
  }
  for (const Segment& segment : segments_) {
    if (segment.kind != Segment::Kind::kChain) continue;
    std::vector<Unit> units;
    for (const size_t part : segment.parts) add_units(part, architecture, units);
    graphs.push_back(chain(units));
  }
  return graphs;
}

// -------------------------------------------------------------------------------------------------------- network

// One network in the making.
class UserNetwork::Lowering {
 public:
  Lowering(const UserNetwork& plan, const std::vector<UnitGraph>& cells, const NetShape& shape)
      : d_(*plan.description_), plan_(plan), cells_(cells), shape_(shape) {}

  OpGraph run() {
    x_ = net_.input({shape_.input_channels, shape_.resolution, shape_.resolution});
    if (d_.reads_vector) x_ = net_.global_avg_pool(x_, "input");  // of one pixel: the vector itself
    for (const Segment& segment : plan_.segments_) {
      if (segment.kind == Segment::Kind::kCell) add_cells(segment);
      if (segment.kind == Segment::Kind::kChain) add_chain(segment);
      if (segment.kind == Segment::Kind::kFixed) add_fixed(segment);
    }
    if (net_.taps().empty()) net_.tap(x_);
    add_head();
    return std::move(net_);
  }

 private:
  std::string next_scope(const std::string& scope) { return fmt::format("{}.{}", scope, numbers_[scope]++); }

  void add_fixed(const Segment& segment) {
    for (const size_t index : segment.parts) {
      const Part& part = d_.parts[index];
      for (int repeat = 0; repeat < std::stoi(part.repeats.values.front()); ++repeat) {
        const BoundBlock block(d_, part.uses, plan_.decisions_->values(index, {}), repeat > 0);
        x_ = block.lower(net_, x_, shape_.channels, part.numbered ? next_scope(part.scope) : part.scope, part.line);
        net_.tap(x_);
      }
    }
  }

  // The line of a part whose block it may be.
  int line_of(const Segment& segment, const BoundBlock& block) const {
    for (const size_t index : segment.parts) {
      const Part& part = d_.parts[index];
      if (part.uses == block.block_name()) return part.line;
      for (const auto& [name, options] : part.parameters) {
        const auto& values = options.values;
        if (std::find(values.begin(), values.end(), block.block_name()) != values.end()) return options.line;
      }
    }
    return d_.parts[segment.parts.front()].line;
  }

  void add_chain(const Segment& segment) {
    x_ = lower_cell(net_, cells_.at(segment.graph), x_, "blocks", [&](OpGraph& net, const Unit& unit, int x) {
      const BoundBlock block = BoundBlock::of_label(d_, unit.label);
      const int y = block.lower(net, x, shape_.channels, next_scope("blocks"), line_of(segment, block));
      net.tap(y);
      return y;
    });
  }

  void add_cells(const Segment& segment) {
    const Part& part = d_.parts[segment.parts.front()];
    const std::string& repeats = part.repeats.values.front();
    const int64_t count = repeats == "cells" ? shape_.cells : std::stoi(repeats);
    for (int64_t cell = 0; cell < count; ++cell) {
      const std::string scope = next_scope(part.scope);
      x_ = lower_cell(net_, cells_.at(segment.graph), x_, scope, [&](OpGraph& net, const Unit& unit, int x) {
        return add_operation(segment, net, unit, x, scope);
      });
      net_.returned_by(x_, 1);
      net_.tap(x_);
    }
  }

  int add_operation(const Segment& segment, OpGraph& net, const Unit& unit, int x, const std::string& scope) const {
    const int place = unit.origin - plan_.decisions_->first_of_cell(segment.graph);
    const int line = d_.cells[segment.graph].line;
    const FeatureShape before = net.nodes()[static_cast<size_t>(x)].shape;
    const int y = BoundBlock(d_, unit.label, {})
                      .lower(net, x, shape_.channels, fmt::format("{}.layers.{}.op", scope, place), line);
    const FeatureShape after = net.nodes()[static_cast<size_t>(y)].shape;
    if (before.channels != after.channels || before.height != after.height || is_row(net, x) != is_row(net, y)) {
      throw core::UsageError(fmt::format(
          "{}:{}: {}: the operation \"{}\" makes {} channels of {}x{} pixels of {} of {}x{}; operations of a "
          "cell must keep the shape",
          d_.path, line, d_.cells[segment.graph].name, unit.label, after.channels, after.height, after.width,
          before.channels, before.height, before.width));
    }
    net.returned_by(y, 1);
    return y;
  }

  void add_head() {
    if (!d_.head.steps.empty())
      x_ = BoundBlock(d_, d_.head.name, {}).lower(net_, x_, shape_.channels, "lastact", d_.head.line);
    if (is_row(net_, x_)) {
      x_ = net_.linear(x_, shape_.classes, "classifier", Role::kClassifier);
    } else {
      x_ = classify(net_, x_, shape_, "classifier");
    }
    if (!shape_.dense) net_.returned_by(x_, 1);  // the network
  }

  const Description& d_;
  const UserNetwork& plan_;
  const std::vector<UnitGraph>& cells_;
  const NetShape& shape_;
  OpGraph net_;
  int x_ = -1;
  std::map<std::string, int> numbers_;  // by scope: the next
};

OpGraph UserNetwork::lower(const std::vector<UnitGraph>& cells, const NetShape& shape) const {
  check_image_shape(shape, description_->name, 1);
  if (shape.thin) throw core::UsageError(description_->name + " has no thin network");
  if (description_->reads_vector && shape.resolution != 1) {
    throw core::UsageError(
        fmt::format("resolution {}: {} reads vectors, which have none", shape.resolution, description_->name));
  }
  return Lowering(*this, cells, shape).run();
}

}  // namespace zeroth::spaces
