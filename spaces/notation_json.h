// Notations that are JSON objects.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace zeroth::spaces {

// An object in which each member is taken once, by its name: what is missing, of another kind or left over is an error.
class ChoiceObject {
 public:
  // `notation` is for the messages; all errors are core::Error.
  ChoiceObject(std::string_view text, std::string notation);

  // The place of a name among those that are allowed.
  int choice(const std::string& key, const std::vector<std::string>& allowed);
  std::string name(const std::string& key);
  // A number, or a list of just one.
  int number(const std::string& key);
  void skip(const std::string& key) { object_.erase(key); }
  // To be called last: every member has been taken.
  void finish() const;

  // Throws the core::Error of this text.
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  nlohmann::json take(const std::string& key);

  std::string text_, notation_;
  nlohmann::json object_;
};

}  // namespace zeroth::spaces
