// Architectures that are written as a JSON object of numbers and lists of numbers, such as
// {"depth":12,"num_heads":[3,4]}.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zeroth::spaces {

class NumberObject {
 public:
  // Reads an object with exactly these keys, in any order. `space` and `example` are for the messages; all errors are
  // core::Error.
  NumberObject(std::string_view text, std::string_view space, std::string_view example, std::vector<std::string> keys);

  // The place of a number among those that are allowed.
  int place(const std::string& key, const std::vector<double>& allowed) const;
  // Those of a list of numbers, `allowed` for each of them; the length is the caller's affair.
  std::vector<int> places(const std::string& key, const std::vector<double>& allowed) const;

  // Throws the core::Error of this text: what is wrong.
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  struct Value {
    bool list = false;
    std::vector<double> numbers;
  };
  template <typename AnyJson>
  Value read(const std::string& key, const AnyJson& json) const;
  const Value& value(const std::string& key) const;
  int place_of(double number, const std::vector<double>& allowed, const std::string& where) const;

  std::string text_, space_;
  std::vector<std::pair<std::string, Value>> values_;
};

}  // namespace zeroth::spaces
