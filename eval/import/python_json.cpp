#include "eval/import/python_json.h"

#include <cctype>

namespace zeroth::eval {
namespace {

constexpr size_t kBlock = size_t{1} << 15;
constexpr size_t kLongestText = size_t{1} << 16;

}  // namespace

PythonJson::int_type PythonJson::underflow() {
  out_.clear();
  while (out_.size() < kBlock && !bytes_.at_end()) take(static_cast<char>(bytes_.byte()));
  if (bytes_.at_end()) end_word();
  if (out_.empty()) return traits_type::eof();
  setg(out_.data(), out_.data(), out_.data() + out_.size());
  return traits_type::to_int_type(out_.front());
}

void PythonJson::take(char c) {
  if (in_text_) {
    if (++text_size_ > kLongestText) bytes_.fail("a text of more than 65536 bytes");
    in_text_ = escaped_ || c != '"';
    escaped_ = !escaped_ && c == '\\';
    out_ += c;
    return;
  }
  if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '+' || c == '.') {
    if (word_.size() > kLongestText) bytes_.fail("a number of more than 65536 digits");
    word_ += c;
    return;
  }
  end_word();
  in_text_ = c == '"';
  text_size_ = 0;
  out_ += c;
}

void PythonJson::end_word() {
  out_ += word_ == "NaN" || word_ == "Infinity" || word_ == "-Infinity" ? "null" : word_;
  word_.clear();
}

}  // namespace zeroth::eval
