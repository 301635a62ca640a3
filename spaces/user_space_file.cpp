#include "spaces/user_space_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/input_file.h"

namespace zeroth::spaces {
namespace {

[[noreturn]] void fail_at(const std::string& path, int line, const std::string& what) {
  throw core::Error(fmt::format("{}:{}: {}", path, line, what));
}

}  // namespace

FileNode::FileNode(std::shared_ptr<const std::string> path, std::string key, const YAML::Node& node, int line)
    : path_(std::move(path)), key_(std::move(key)), node_(node), line_(line) {}

FileNode FileNode::read(const std::string& path) {
  const std::string text = core::read_whole_file(path);
  try {
    const auto shared = std::make_shared<const std::string>(path);
    return {shared, "", YAML::Load(text), 1};
  } catch (const YAML::Exception& error) {
    fail_at(path, error.mark.line + 1, core::one_line(error.msg));
  }
}

void FileNode::fail(const std::string& what) const {
  fail_at(*path_, line_, key_.empty() ? what : fmt::format("{}: {}", key_, what));
}

std::string FileNode::text() const {
  if (!is_text()) fail("must be a text or number");
  std::string text = node_.Scalar();
  if (text.empty()) fail("is empty");
  return core::one_line(text);
}

std::string FileNode::name() const {
  std::string name = text();
  const bool sound =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (!sound) fail(fmt::format("\"{}\": a name has letters, digits and _ only", name));
  return name;
}

int64_t FileNode::whole_number(int64_t least, int64_t most) const {
  const std::string given = text();
  const bool digits = given.size() < 19 && given.find_first_not_of("0123456789") == std::string::npos;
  const int64_t value = digits ? std::stoll(given) : -1;
  if (!digits || value < least || value > most) {
    fail(fmt::format("\"{}\": must be a whole number from {} to {}", given, least, most));
  }
  return value;
}

bool FileNode::yes_or_no() const {
  const std::string given = text();
  if (given != "true" && given != "false") fail(fmt::format("\"{}\": must be true or false", given));
  return given == "true";
}

std::vector<FileNode> FileNode::items() const {
  if (!is_list()) fail("must be a list");
  if (node_.size() == 0) fail("the list is empty");
  std::vector<FileNode> found;
  for (const YAML::Node& item : node_) found.push_back({path_, key_, item, item.Mark().line + 1});
  return found;
}

std::vector<FileNode> FileNode::entries() const {
  if (!is_map()) fail("must be a map of keys and values");
  if (node_.size() == 0) fail("the map is empty");
  std::vector<FileNode> found;
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    const int line = entry.first.Mark().line + 1;
    if (!entry.first.IsScalar()) fail_at(*path_, line, "a key must be a text");
    const std::string key = core::one_line(entry.first.Scalar());
    if (!seen.insert(key).second) fail_at(*path_, line, fmt::format("the key \"{}\" stands here twice", key));
    found.push_back({path_, key, entry.second, line});
  }
  return found;
}

std::vector<std::string> FileNode::one_or_more() const {
  std::vector<std::string> texts;
  if (!is_list()) return {text()};
  for (const FileNode& item : items()) {
    texts.push_back(item.text());
    if (std::count(texts.begin(), texts.end(), texts.back()) > 1) {
      item.fail(fmt::format("\"{}\" stands in the list twice", texts.back()));
    }
  }
  return texts;
}

void FileNode::allow(const std::vector<std::string>& keys) const {
  for (const FileNode& entry : entries()) {
    if (std::find(keys.begin(), keys.end(), entry.key()) == keys.end()) {
      fail_at(*path_, entry.line(), core::unknown_name("key", entry.key(), keys));
    }
  }
}

std::optional<FileNode> FileNode::find(const std::string& key) const {
  for (FileNode& entry : entries()) {
    if (entry.key() == key) return std::move(entry);
  }
  return std::nullopt;
}

FileNode FileNode::at(const std::string& key) const {
  std::optional<FileNode> found = find(key);
  if (!found) fail(fmt::format("the key \"{}\" is missing", key));
  return *found;
}

}  // namespace zeroth::spaces
