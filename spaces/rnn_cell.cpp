#include "spaces/rnn_cell.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "spaces/search_space.h"

namespace zeroth::spaces {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kStateIn = "h_prev_";
constexpr const char* kStateOut = "h_new_";

[[noreturn]] void refuse(std::string_view text, const std::string& why) { refuse_architecture(text, "rnn", why); }

// The number in a few digits, none of them a leading zero, or -1.
int number(std::string_view digits) {
  const bool good = !digits.empty() && digits.size() <= 3 && boost::all(digits, boost::is_digit()) &&
                    (digits == "0" || digits.front() != '0');
  return good ? std::stoi(std::string(digits)) : -1;
}

// The number after `prefix`, or -1: h_new_1_part1 is no state.
int numbered(std::string_view name, std::string_view prefix) {
  return boost::starts_with(name, prefix) ? number(name.substr(prefix.size())) : -1;
}

// ----------------------------------------------------------------------------------------------- checks of the cell

int find_operation(std::string_view name, size_t operands, const char* RnnOperation::*notation, std::string_view text,
                   const std::string& where) {
  std::vector<std::string> names, counts;
  for (size_t i = 0; i < kRnnOperations.size(); ++i) {
    const RnnOperation& known = kRnnOperations[i];
    if (name == known.*notation) {
      if (operands == static_cast<size_t>(known.operands)) return static_cast<int>(i);
      counts.push_back(std::to_string(known.operands));
    }
    if (names.empty() || names.back() != known.*notation) names.emplace_back(known.*notation);
  }
  if (counts.empty()) refuse(text, where + ": " + core::unknown_name("operation", name, names));
  refuse(text, fmt::format("{}: {} of {} operand(s), should be {}", where, name, operands, fmt::join(counts, " or ")));
}

// What names alone do not tell; `names` are those of the nodes, for the message.
void check_cell(const RnnCell& cell, const std::vector<std::string>& names, std::string_view text) {
  for (size_t i = 0; i < cell.nodes.size(); ++i) {
    for (const int operand : cell.nodes[i].operands) {
      if (operand == kRnnWord && !reads_word(cell.nodes[i].operation)) {
        refuse(text, names[i] + ": reads x, which linear nodes alone do, its width being another");
      }
      if (operand < kRnnWord && operand >= static_cast<int>(cell.states.size())) {
        refuse(text, fmt::format("{}: reads h_prev_{}, but there is no h_new_{}", names[i], operand, operand));
      }
    }
  }
}

void check_counts(size_t nodes, size_t states, std::string_view text) {
  if (nodes < 1 || nodes > kRnnNodes) refuse(text, fmt::format("{} node(s), should be 1 to {}", nodes, kRnnNodes));
  if (states < 1 || states > kRnnStates) {
    refuse(text, fmt::format("{} state(s), should be 1 to {}", states, kRnnStates));
  }
}

// ------------------------------------------------------------------------------------------------- compact notation

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  boost::split(parts, text, [separator](char c) { return c == separator; });
  return parts;
}

int parse_operand(const std::string& word, size_t node, std::string_view text) {
  const std::string where = fmt::format("node {}", node);
  if (word == "x") return kRnnWord;
  const int state = numbered(word, "h");
  if (state >= 0 && state < kRnnStates) return state;
  const int earlier = number(word);
  if (earlier < 0) {
    refuse(text, fmt::format("{}: operand \"{}\" should be x, h0 to h{} or the number of an earlier node", where, word,
                             kRnnStates - 1));
  }
  if (earlier >= static_cast<int>(node)) refuse(text, fmt::format("{}: reads node {}, not an earlier", where, earlier));
  return kRnnFirstNode + earlier;
}

std::vector<int> parse_states(const std::vector<std::string>& words, size_t nodes, std::string_view text) {
  std::vector<int> states;
  for (size_t i = 1; i < words.size(); ++i) {
    const int node = number(words[i]);
    if (node < 0 || node >= static_cast<int>(nodes)) {
      refuse(text, fmt::format("state {}: \"{}\" should be the number of a node, 0 to {}", i - 1, words[i], nodes - 1));
    }
    if (std::count(states.begin(), states.end(), node) > 0) {
      refuse(text, fmt::format("state {}: node {} is a state already", i - 1, node));
    }
    states.push_back(node);
  }
  return states;
}

RnnCell parse_compact(std::string_view text) {
  std::vector<std::string> parts = split(text, '/');
  const std::vector<std::string> last = split(parts.back(), ':');
  if (last.front() != "new") {
    refuse(text, fmt::format("\"{}\" should be the cell's states, as in linear:x:h0/tanh:0/new:1", parts.back()));
  }
  parts.pop_back();
  check_counts(parts.size(), last.size() - 1, text);
  RnnCell cell;
  std::vector<std::string> names;
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::vector<std::string> words = split(parts[i], ':');
    names.push_back(fmt::format("node {}", i));
    RnnNode node;
    node.operation = find_operation(words.front(), words.size() - 1, &RnnOperation::name, text, names.back());
    for (size_t k = 1; k < words.size(); ++k) node.operands.push_back(parse_operand(words[k], i, text));
    cell.nodes.push_back(node);
  }
  cell.states = parse_states(last, parts.size(), text);
  check_cell(cell, names, text);
  return cell;
}

// ---------------------------------------------------------------------------------------------------------- recipes

// A node of a recipe.
struct Entry {
  std::string name;
  int operation = 0;
  std::vector<std::string> inputs;
};

// nlohmann's parser keeps one of two equal keys, without a word.
Json parse_json(std::string_view text) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  std::string twice;
  const auto watch = [&](int, nlohmann::detail::parse_event_t event, Json& parsed) {
    using Event = nlohmann::detail::parse_event_t;
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) twice = parsed.get<std::string>();
    return true;
  };
  try {
    Json recipe = Json::parse(text.begin(), text.end(), watch);
    if (!twice.empty()) refuse(text, fmt::format("\"{}\" is there twice", twice));
    return recipe;
  } catch (const nlohmann::json::exception& error) {
    refuse(text, error.what());
  }
}

Entry read_entry(const std::string& name, const Json& value, std::string_view text) {
  const std::string where = fmt::format("node \"{}\"", name);
  const char* shape = R"(should be {"op": OPERATION, "input": [NAME, ...]})";
  if (!value.is_object()) refuse(text, fmt::format("{}: {}", where, shape));
  for (const auto& item : value.items()) {
    const std::vector<std::string> known = {"op", "input"};
    if (std::count(known.begin(), known.end(), item.key()) == 0) {
      refuse(text, where + ": " + core::unknown_name("field", item.key(), known));
    }
  }
  const bool complete =
      value.contains("op") && value["op"].is_string() && value.contains("input") && value["input"].is_array();
  if (!complete) refuse(text, fmt::format("{}: {}", where, shape));
  Entry entry;
  entry.name = name;
  for (const Json& input : value["input"]) {
    if (!input.is_string()) refuse(text, fmt::format("{}: {}", where, shape));
    entry.inputs.push_back(input.get<std::string>());
  }
  entry.operation =
      find_operation(value["op"].get<std::string>(), entry.inputs.size(), &RnnOperation::recipe_name, text, where);
  return entry;
}

std::vector<Entry> read_entries(std::string_view text) {
  const Json recipe = parse_json(text);
  std::vector<Entry> entries;
  for (const auto& item : recipe.items()) {
    if (item.key() == "x" || numbered(item.key(), kStateIn) >= 0) {
      refuse(text, fmt::format("node \"{}\" has the name of an input", item.key()));
    }
    entries.push_back(read_entry(item.key(), item.value(), text));
  }
  return entries;
}

// The value of an input's name: an input of the cell, or a node by its place among the entries.
int find_value(const std::string& name, const std::vector<Entry>& entries, std::string_view text,
               const std::string& where) {
  if (name == "x") return kRnnWord;
  const int state = numbered(name, kStateIn);
  if (state >= 0 && state < kRnnStates) return state;
  std::vector<std::string> known = {"x", "h_prev_0"};
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].name == name) return kRnnFirstNode + static_cast<int>(i);
    known.push_back(entries[i].name);
  }
  refuse(text, where + ": " + core::unknown_name("input", name, known));
}

// The values of each entry's inputs.
std::vector<std::vector<int>> find_values(const std::vector<Entry>& entries, std::string_view text) {
  std::vector<std::vector<int>> values;
  for (const Entry& entry : entries) {
    values.emplace_back();
    for (const std::string& input : entry.inputs) {
      values.back().push_back(find_value(input, entries, text, fmt::format("node \"{}\"", entry.name)));
    }
  }
  return values;
}

// The entries in an order in which each reads earlier ones: from the first to the last, again and again, whatever is
// ready.
std::vector<size_t> evaluation_order(const std::vector<Entry>& entries, const std::vector<std::vector<int>>& values,
                                     std::string_view text) {
  std::vector<size_t> order;
  std::vector<bool> placed(entries.size());
  for (size_t before = entries.size() + 1; before != order.size();) {
    before = order.size();
    for (size_t i = 0; i < entries.size(); ++i) {
      const bool ready = std::all_of(values[i].begin(), values[i].end(), [&placed](int value) {
        return value < kRnnFirstNode || placed[static_cast<size_t>(value - kRnnFirstNode)];
      });
      if (placed[i] || !ready) continue;
      placed[i] = true;
      order.push_back(i);
    }
  }
  if (order.size() < entries.size()) {
    std::vector<std::string> stuck;
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!placed[i]) stuck.push_back(entries[i].name);
    }
    refuse(text, fmt::format("the inputs of {} run in a circle", fmt::join(stuck, ", ")));
  }
  return order;
}

// Which entries are h_new_0, h_new_1, ...
std::vector<size_t> find_states(const std::vector<Entry>& entries, std::string_view text) {
  int count = 0;
  for (const Entry& entry : entries) count = std::max(count, numbered(entry.name, kStateOut) + 1);
  check_counts(entries.size(), static_cast<size_t>(count), text);
  std::vector<size_t> states;
  for (int state = 0; state < count; ++state) {
    const auto found = std::find_if(entries.begin(), entries.end(), [state](const Entry& entry) {
      return entry.name == kStateOut + std::to_string(state);
    });
    if (found == entries.end()) refuse(text, fmt::format("there is no h_new_{}", state));
    states.push_back(static_cast<size_t>(found - entries.begin()));
  }
  return states;
}

RnnCell parse_recipe(std::string_view text) {
  const std::vector<Entry> entries = read_entries(text);
  const std::vector<size_t> states = find_states(entries, text);
  const std::vector<std::vector<int>> values = find_values(entries, text);
  const std::vector<size_t> order = evaluation_order(entries, values, text);
  std::vector<int> place(entries.size());
  for (size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<int>(i);
  RnnCell cell;
  std::vector<std::string> names;
  for (const size_t entry : order) {
    RnnNode node{entries[entry].operation, values[entry]};
    for (int& value : node.operands) {
      if (value >= kRnnFirstNode) value = kRnnFirstNode + place[static_cast<size_t>(value - kRnnFirstNode)];
    }
    cell.nodes.push_back(node);
    names.push_back(fmt::format("node \"{}\"", entries[entry].name));
  }
  for (const size_t entry : states) cell.states.push_back(place[entry]);
  check_cell(cell, names, text);
  return cell;
}

}  // namespace

RnnCell parse_rnn_cell(std::string_view text) {
  const std::string trimmed = boost::trim_copy(std::string(text));
  return boost::starts_with(trimmed, "{") ? parse_recipe(trimmed) : parse_compact(trimmed);
}

std::string print_rnn_cell(const RnnCell& cell) {
  std::string text;
  for (const RnnNode& node : cell.nodes) {
    text += kRnnOperations.at(static_cast<size_t>(node.operation)).name;
    for (const int operand : node.operands) {
      text += operand == kRnnWord  ? ":x"
              : operand < kRnnWord ? fmt::format(":h{}", operand)
                                   : fmt::format(":{}", operand - kRnnFirstNode);
    }
    text += '/';
  }
  return text + fmt::format("new:{}", fmt::join(cell.states, ":"));
}

}  // namespace zeroth::spaces
