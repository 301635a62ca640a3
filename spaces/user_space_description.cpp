#include "spaces/user_space_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/csv.h"
#include "core/error.h"
#include "spaces/user_space_block_reader.h"
#include "spaces/user_space_file.h"
#include "spaces/user_space_operators.h"

namespace zeroth::spaces {
namespace {

constexpr int64_t kMostRepeats = 100;
constexpr int64_t kLargestResolution = 1024;
constexpr const char* kHead = "(head)";  // no block of the file can be called that
const std::vector<std::string> kOwnScopes = {"input", "blocks", "lastact", "global_pooling", "classifier"};
const std::vector<std::string> kPartKeys = {"name", "block", "cell", "operators", "skip", "scope", "repeats"};

class Reader {
 public:
  explicit Reader(const std::string& path) : root_(FileNode::read(path)), blocks_(root_, d_) { d_.path = path; }

  Description read() {
    root_.allow({"name", "summary", "citation", "example", "input", "classes", "full", "fast", "blocks", "cells",
                 "network", "head", "constraints"});
    d_.name = root_.at("name").name();
    d_.summary = root_.find("summary") ? root_.at("summary").text() : "a space of " + d_.path;
    d_.citation = root_.find("citation") ? root_.at("citation").text() : d_.path;
    if (const auto example = root_.find("example")) {
      d_.example = example->text();
      d_.example_line = example->line();
    }
    read_shapes();
    if (const auto blocks = root_.find("blocks")) {
      for (const FileNode& entry : blocks->entries()) blocks_.add(entry);
    }
    if (const auto cells = root_.find("cells")) {
      for (const FileNode& entry : cells->entries()) read_cell(entry);
    }
    for (const FileNode& item : root_.at("network").items()) read_part(item);
    read_head();
    if (const auto constraints = root_.find("constraints")) read_limits(*constraints);
    number_scopes();
    for (const CellDesign& cell : d_.cells) check_is_used(cell);
    return std::move(d_);
  }

 private:
  // ---------------------------------------------------------------------------------------------------- shapes

  void read_shapes() {
    const FileNode input = root_.at("input");
    input.allow({"image", "vector"});
    const FileNode kind = input.entries().front();
    if (input.entries().size() > 1) input.fail("either image or vector");
    d_.reads_vector = kind.key() == "vector";
    NetShape& full = d_.full;
    full.cells = full.resolution = 1;
    if (d_.reads_vector) {
      kind.allow({"features"});
      full.input_channels = kind.at("features").whole_number(1, kLargestWidth);
    } else {
      kind.allow({"channels", "resolution"});
      full.input_channels = kind.at("channels").whole_number(1, kLargestWidth);
      full.resolution = kind.at("resolution").whole_number(1, kLargestResolution);
    }
    full.classes = root_.at("classes").whole_number(1, kLargestWidth);
    const FileNode sizes = root_.at("full");
    sizes.at("channels");
    read_sizes(sizes, full);
    d_.fast = full;
    if (const auto fast = root_.find("fast")) read_sizes(*fast, d_.fast);
  }

  void read_sizes(const FileNode& node, NetShape& shape) const {
    std::vector<std::string> keys = {"channels", "cells"};
    if (!d_.reads_vector) keys.emplace_back("resolution");
    node.allow(keys);
    for (const FileNode& entry : node.entries()) {
      if (entry.key() == "channels") shape.channels = entry.whole_number(1, kLargestWidth);
      if (entry.key() == "cells") shape.cells = entry.whole_number(1, kMostRepeats);
      if (entry.key() == "resolution") shape.resolution = entry.whole_number(1, kLargestResolution);
    }
  }

  // ----------------------------------------------------------------------------------------------------- cells

  void read_cell(const FileNode& entry) {
    blocks_.check_is_new(entry);
    entry.allow({"nodes", "on_edges", "on_nodes"});
    CellDesign cell;
    cell.name = entry.key();
    cell.line = entry.line();
    cell.on_edges = entry.find("on_edges").has_value();
    if (cell.on_edges == entry.find("on_nodes").has_value()) entry.fail("needs operations on_edges or on_nodes");
    cell.nodes = static_cast<int>(entry.at("nodes").whole_number(cell.on_edges ? 2 : 1, 12));
    const FileNode list = entry.at(cell.on_edges ? "on_edges" : "on_nodes");
    if (!list.is_list()) list.fail("must be a list");
    cell.operations = list.one_or_more();
    for (const std::string& operation : cell.operations) {
      blocks_.check_is_known(operation, list.line(), list.key());
      const auto parameters = blocks_.parameters(d_.block(operation), {}, {});
      if (!parameters.empty()) {
        list.fail(fmt::format("the operation \"{}\" has the parameter \"{}\", which a cell cannot set", operation,
                              parameters.front().first));
      }
    }
    d_.cells.push_back(cell);
  }

  void check_is_used(const CellDesign& cell) const {
    const bool used = std::any_of(d_.parts.begin(), d_.parts.end(),
                                  [&](const Part& part) { return part.is_cell && part.uses == cell.name; });
    if (!used) d_.fail(cell.line, fmt::format("{}: the network has no such cell in it", cell.name));
  }

  // --------------------------------------------------------------------------------------------------- network

  void read_part(const FileNode& item) {
    Part part;
    part.line = item.line();
    part.repeats = {{"1"}, item.line()};
    if (item.is_text()) {
      part.uses = part.name = item.text();
      part.is_cell = is_cell(part.uses);
      if (!part.is_cell) blocks_.check_is_known(part.uses, item.line(), "network");
    } else {
      read_use(item, part);
    }
    if (part.is_cell && item.is_text()) part.repeats.values = {"cells"};
    if (part.scope.empty()) part.scope = part.name;
    if (!part.is_cell) set_parameters(item, part);
    d_.parts.push_back(part);
  }

  bool is_cell(const std::string& name) const {
    return std::any_of(d_.cells.begin(), d_.cells.end(), [&](const CellDesign& cell) { return cell.name == name; });
  }

  void read_use(const FileNode& item, Part& part) {
    int ways = 0;
    for (const char* key : {"block", "cell", "operators"}) ways += item.find(key) ? 1 : 0;
    if (ways != 1) item.fail("a part of the network needs one of block, cell and operators");
    if (const auto name = item.find("name")) part.name = name->name();
    if (const auto scope = item.find("scope")) part.scope = scope->name();
    part.numbered = !part.scope.empty() || item.find("repeats");
    if (const auto cell = item.find("cell")) {
      item.allow({"name", "cell", "scope", "repeats"});
      part.is_cell = true;
      part.uses = cell->text();
      std::vector<std::string> known;
      for (const CellDesign& design : d_.cells) known.push_back(design.name);
      if (!is_cell(part.uses)) cell->fail(core::unknown_name("cell", part.uses, known));
    } else {
      part.uses = item.find("block") ? chosen_block(item.at("block"), part) : own_block(item, part);
    }
    if (part.name.empty()) part.name = part.uses;
    read_repeats(item, part);
  }

  // One of several blocks is a block of one operator, its parameter "block".
  std::string chosen_block(const FileNode& node, const Part& part) {
    const std::vector<std::string> names = node.one_or_more();
    for (const std::string& name : names) blocks_.check_is_known(name, node.line(), "block");
    if (!node.is_list()) return names.front();
    Block block;
    block.line = node.line();
    block.steps = {{"$block", {}, node.line()}};
    block.lists["block"] = {names, node.line()};
    return add_own_block(node, part, block);
  }

  std::string own_block(const FileNode& item, const Part& part) {
    Block block = blocks_.block_of(part.name, item.at("operators"));
    if (const auto skip = item.find("skip")) block.skip = skip->yes_or_no();
    return add_own_block(item, part, block);
  }

  std::string add_own_block(const FileNode& node, const Part& part, Block block) {
    block.name = part.name;
    if (part.name.empty()) d_.fail(part.line, "network: the part needs a name, after which its decisions are called");
    if (d_.blocks.count(part.name) > 0) node.fail(fmt::format("name \"{}\" is taken by a block", part.name));
    d_.blocks[part.name] = block;
    return part.name;
  }

  static void read_repeats(const FileNode& item, Part& part) {
    if (part.is_cell) part.repeats.values = {"cells"};
    const auto given = item.find("repeats");
    if (!given) return;
    part.repeats = {given->one_or_more(), given->line()};
    if (part.is_cell) {
      if (given->text() != "cells") given->whole_number(1, kMostRepeats);
    } else if (given->is_list()) {
      for (const FileNode& number : given->items()) number.whole_number(0, kMostRepeats);
    } else {
      given->whole_number(1, kMostRepeats);
    }
  }

  // The options of all that the part's block leaves open.
  void set_parameters(const FileNode& item, Part& part) const {
    std::map<std::string, Options> given;
    if (!item.is_text()) {
      for (const FileNode& entry : item.entries()) {
        if (std::find(kPartKeys.begin(), kPartKeys.end(), entry.key()) != kPartKeys.end()) continue;
        given[entry.key()] = {entry.one_or_more(), entry.line()};
      }
      if (item.find("skip") && !item.find("operators")) item.at("skip").fail("belongs to the block");
    }
    part.parameters = blocks_.parameters(d_.block(part.uses), given, kPartKeys);
    std::vector<std::string> known = kPartKeys;
    for (const auto& [name, options] : part.parameters) known.push_back(name);
    if (!item.is_text()) item.allow(known);
    for (const auto& [name, options] : part.parameters) {
      if (options.values.empty()) {
        d_.fail(part.line, fmt::format("{}: the block {} needs the key \"{}\"", part.name, part.uses, name));
      }
    }
    check_goes_on(d_.block(part.uses), part.parameters, part.line);
  }

  void check_goes_on(const Block& block, const BlockReader::Parameters& parameters, int line) const {
    if (!blocks_.may_be_zero(block, parameters)) return;
    d_.fail(line, "network: zero would end it here; zero can stand in a block with skip, or in a cell");
  }

  void read_head() {
    const auto head = root_.find("head");
    if (!head) return;
    d_.head = blocks_.block_of(kHead, *head);
    d_.blocks[kHead] = d_.head;
    const auto parameters = blocks_.parameters(d_.head, {}, {});
    if (!parameters.empty()) {
      head->fail(fmt::format("\"{}\" is a decision; the head has none", parameters.front().first));
    }
    check_goes_on(d_.head, parameters, head->line());
  }

  // Modules of one scope are told apart by numbers.
  void number_scopes() {
    std::map<std::string, int> uses;
    for (const Part& part : d_.parts) {
      ++uses[part.scope];
      if (std::find(kOwnScopes.begin(), kOwnScopes.end(), part.scope) == kOwnScopes.end()) continue;
      d_.fail(part.line, fmt::format("network: modules of other parts are called \"{}\"; give the part another name or "
                                     "scope",
                                     part.scope));
    }
    for (Part& part : d_.parts) part.numbered = part.numbered || part.is_cell || uses[part.scope] > 1;
  }

  // ----------------------------------------------------------------------------------------------- constraints

  void read_limits(const FileNode& node) {
    node.allow({"params", "macs", "depth"});
    d_.limits_line = node.line();
    d_.limits.emplace();
    for (const FileNode& entry : node.entries()) {
      const std::string text = entry.text();
      const size_t number = text.rfind("<=", 0) == 0 ? std::min(text.find_first_not_of(' ', 2), text.size()) : 0;
      const std::optional<double> most = core::parse_number(text.substr(number));
      if (!most || !(*most >= 1.0)) entry.fail(fmt::format("\"{}\": must be a number, as in \"<= 5e6\"", text));
      (entry.key() == "params" ? d_.limits->params : entry.key() == "macs" ? d_.limits->macs : d_.limits->depth) = most;
    }
  }

  const FileNode root_;
  Description d_;
  BlockReader blocks_;
};

}  // namespace

void Description::fail(int line, const std::string& what) const {
  throw core::Error(fmt::format("{}:{}: {}", path, line, what));
}

Description read_description(const std::string& path) { return Reader(path).read(); }

}  // namespace zeroth::spaces
