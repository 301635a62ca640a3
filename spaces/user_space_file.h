// Reads a YAML file key by key, so that every mistake is one line that names the file, the line and the key.
#pragma once

#include <yaml-cpp/yaml.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zeroth::spaces {

// A value of the file, with the key that it belongs to.
class FileNode {
 public:
  // Throws core::Error where the file cannot be read or is no YAML.
  static FileNode read(const std::string& path);

  const std::string& path() const { return *path_; }
  const std::string& key() const { return key_; }
  int line() const { return line_; }  // the first is 1
  bool is_text() const { return node_.IsScalar(); }
  bool is_list() const { return node_.IsSequence(); }
  bool is_map() const { return node_.IsMap(); }

  // Throws core::Error: FILE:LINE: KEY: what.
  [[noreturn]] void fail(const std::string& what) const;

  // Each throws where the value is something else, or empty.
  std::string text() const;
  // Letters, digits and _.
  std::string name() const;
  int64_t whole_number(int64_t least, int64_t most) const;
  bool yes_or_no() const;
  std::vector<FileNode> items() const;
  std::vector<FileNode> entries() const;  // of a map, in the file's order
  // The texts of a list, or one text.
  std::vector<std::string> one_or_more() const;

  // Of a map. allow() throws at a key that is not in the list, at() where the key is missing.
  void allow(const std::vector<std::string>& keys) const;
  std::optional<FileNode> find(const std::string& key) const;
  FileNode at(const std::string& key) const;

 private:
  FileNode(std::shared_ptr<const std::string> path, std::string key, const YAML::Node& node, int line);

  std::shared_ptr<const std::string> path_;
  std::string key_;
  YAML::Node node_;
  int line_;
};

}  // namespace zeroth::spaces
