#include "spaces/user_space_block_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/error.h"
#include "spaces/user_space_operators.h"

namespace zeroth::spaces {
namespace {

constexpr int kDeepest = 16;  // blocks in blocks

bool is_name(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

std::map<std::string, std::string> defaults(const OperatorRule& rule) {
  std::map<std::string, std::string> fields;
  for (const FieldRule& field : rule.fields) {
    if (field.otherwise != nullptr) fields[field.name] = field.otherwise;
  }
  return fields;
}

const FieldRule& rule_of(const OperatorRule& rule, const std::string& field) {
  return *std::find_if(rule.fields.begin(), rule.fields.end(),
                       [&](const FieldRule& known) { return field == known.name; });
}

}  // namespace

BlockReader::BlockReader(const FileNode& root, Description& description) : root_(root), description_(&description) {
  for (const OperatorRule& rule : operator_rules()) {
    Block block;
    block.name = rule.name;
    block.steps = {{rule.name, defaults(rule), 0}};
    if (block.steps.front().fields.size() == rule.fields.size()) description.blocks[block.name] = block;
  }
}

void BlockReader::check_is_new(const FileNode& entry) const {
  const std::string& name = entry.key();
  if (name.empty() || !is_name(name)) entry.fail("a name has letters, digits and _ only");
  const auto& cells = description_->cells;
  const bool is_cell =
      std::any_of(cells.begin(), cells.end(), [&](const CellDesign& cell) { return cell.name == name; });
  if (find_operator(name) != nullptr || description_->blocks.count(name) > 0 || is_cell) {
    entry.fail("is already the name of an operator, a block or a cell");
  }
}

void BlockReader::check_is_known(const std::string& name, int line, const std::string& key) const {
  if (description_->blocks.count(name) > 0) return;
  std::vector<std::string> known;
  for (const auto& [other, block] : description_->blocks) known.push_back(other);
  description_->fail(line, fmt::format("{}: {}", key, core::unknown_name("block", name, known)));
}

void BlockReader::add(const FileNode& entry) {
  check_is_new(entry);
  if (!entry.is_list()) entry.allow({"operators", "skip"});
  Block block = block_of(entry.key(), entry.is_list() ? entry : entry.at("operators"));
  if (!entry.is_list() && entry.find("skip")) block.skip = entry.at("skip").yes_or_no();
  description_->blocks[block.name] = block;
}

Block BlockReader::block_of(const std::string& name, const FileNode& operators) const {
  Block block;
  block.name = name;
  block.line = operators.line();
  for (const FileNode& item : operators.items()) block.steps.push_back(read_step(item, block));
  return block;
}

// ---------------------------------------------------------------------------------------------------------- steps

bool BlockReader::is_block(const std::string& name) const {
  const auto blocks = root_.find("blocks");
  return blocks && blocks->find(name);  // perhaps further down
}

std::vector<std::string> BlockReader::operator_names() const {
  std::vector<std::string> names;
  for (const OperatorRule& rule : operator_rules()) names.emplace_back(rule.name);
  if (const auto blocks = root_.find("blocks")) {
    for (const FileNode& entry : blocks->entries()) names.push_back(entry.key());
  }
  return names;
}

Step BlockReader::read_step(const FileNode& item, Block& block) const {
  Step step;
  step.line = item.line();
  if (!item.is_text() && !(item.is_map() && item.entries().size() == 1)) {
    item.fail("an operator is a name, or one name with its fields, as in conv: {kernel: 3}");
  }
  step.operation = item.is_text() ? item.text() : item.entries().front().key();
  if (item.is_text() && is_parameter(step.operation)) return step;
  const OperatorRule* rule = find_operator(step.operation);
  if (rule == nullptr) {
    if (!is_block(step.operation)) item.fail(core::unknown_name("operator", step.operation, operator_names()));
    if (!item.is_text()) {
      item.fail(
          fmt::format("{}: a block takes no fields; its parameters are set where the network uses it", step.operation));
    }
    return step;
  }
  step.fields = defaults(*rule);
  if (!item.is_text()) read_fields(item.entries().front(), *rule, step, block);
  for (const FieldRule& field : rule->fields) {
    if (step.fields.count(field.name) == 0) {
      item.fail(fmt::format("{}: the key \"{}\" is missing", rule->name, field.name));
    }
  }
  return step;
}

void BlockReader::read_fields(const FileNode& node, const OperatorRule& rule, Step& step, Block& block) const {
  if (rule.fields.empty()) node.fail("has no fields; write its name alone");
  std::vector<std::string> keys;
  for (const FieldRule& field : rule.fields) keys.emplace_back(field.name);
  node.allow(keys);
  for (const FileNode& given : node.entries()) read_field(given, rule_of(rule, given.key()), step, block);
}

void BlockReader::read_field(const FileNode& given, const FieldRule& rule, Step& step, Block& block) const {
  if (!given.is_list()) {
    step.fields[rule.name] = given.text();
    if (!is_parameter(given.text())) check_values(rule.name, rule, {{given.text()}, given.line()});
    return;
  }
  const Options options{given.one_or_more(), given.line()};
  check_values(rule.name, rule, options);
  if (!block.lists.emplace(rule.name, options).second) {
    given.fail(
        fmt::format("a second list of that name in the block; write ${0}2 in its place, and {0}2: [...] where "
                    "the network uses the block",
                    rule.name));
  }
  step.fields[rule.name] = std::string("$") + rule.name;
}

void BlockReader::check_values(const std::string& key, const FieldRule& field, const Options& options) const {
  for (const std::string& value : options.values) {
    const std::string fault = fault_of(field.kind, value);
    if (!fault.empty()) description_->fail(options.line, fmt::format("{}: \"{}\" {}", key, value, fault));
  }
}

// ----------------------------------------------------------------------------------------------------- parameters

BlockReader::Parameters BlockReader::parameters(const Block& block, const std::map<std::string, Options>& given,
                                                const std::vector<std::string>& reserved) const {
  Collection collection{given, reserved, {}};
  collect(block, 0, collection);
  return collection.found;
}

void BlockReader::collect(const Block& block, int depth, Collection& collection) const {
  if (depth > kDeepest)
    description_->fail(block.line, block.name + ": blocks lie too deep, or the block contains itself");
  for (const Step& step : block.steps) {
    const OperatorRule* rule = find_operator(step.operation);
    for (const auto& [field, value] : step.fields) {
      if (is_parameter(value)) {
        check_values(value.substr(1), rule_of(*rule, field), options_of(value, block, collection));
      }
    }
    if (rule != nullptr) continue;
    const bool open = is_parameter(step.operation);
    const Options inner = open ? options_of(step.operation, block, collection) : Options{{step.operation}, step.line};
    for (const std::string& name : inner.values) {
      check_is_known(name, inner.line, open ? step.operation.substr(1) : step.operation);
      collect(description_->block(name), depth + 1, collection);
    }
  }
}

bool BlockReader::may_be_zero(const Block& block, const Parameters& parameters) const {
  if (block.skip) return false;
  const auto is_zero = [&](const std::string& operation) {
    const OperatorRule* rule = find_operator(operation);
    if (rule != nullptr) return rule->kind == UnitKind::kZero;
    return may_be_zero(description_->block(operation), parameters);
  };
  return std::any_of(block.steps.begin(), block.steps.end(), [&](const Step& step) {
    if (!is_parameter(step.operation)) return is_zero(step.operation);
    const auto parameter = std::find_if(parameters.begin(), parameters.end(),
                                        [&](const auto& entry) { return entry.first == step.operation.substr(1); });
    const std::vector<std::string>& values = parameter->second.values;
    return std::any_of(values.begin(), values.end(), is_zero);
  });
}

const Options& BlockReader::options_of(const std::string& reference, const Block& block, Collection& collection) const {
  const std::string name = reference.substr(1);
  Parameters& found = collection.found;
  const auto known = std::find_if(found.begin(), found.end(), [&](const auto& entry) { return entry.first == name; });
  if (known != found.end()) return known->second;
  const auto own = block.lists.find(name);
  const bool taken = std::count(collection.reserved.begin(), collection.reserved.end(), name) > 0;
  if (!is_name(name) || (taken && own == block.lists.end())) {
    description_->fail(block.line, fmt::format("{}: a parameter cannot be called {}", block.name, reference));
  }
  const auto given = collection.given.find(name);
  Options options{{}, block.line};
  if (own != block.lists.end()) options = own->second;
  if (given != collection.given.end()) options = given->second;
  found.emplace_back(name, options);
  return found.back().second;
}

}  // namespace zeroth::spaces
