// JSON as Python's json module writes it, which is a little more than JSON: NaN, Infinity and -Infinity stand for
// numbers. They come out as null here, so that any parser reads the rest.
#pragma once

#include <streambuf>
#include <string>

#include "eval/import/byte_reader.h"

namespace zeroth::eval {

class PythonJson : public std::streambuf {
 public:
  explicit PythonJson(const std::string& path) : bytes_(path) {}

  // Throws core::Error that names the file and the byte.
  [[noreturn]] void fail(const std::string& what) const { bytes_.fail(what); }

 protected:
  // Throws core::Error where a text is longer than any benchmark's: a parser would hold all of it.
  int_type underflow() override;

 private:
  void take(char c);
  void end_word();

  ByteReader bytes_;
  std::string out_, word_;
  bool in_text_ = false, escaped_ = false;
  size_t text_size_ = 0;
};

}  // namespace zeroth::eval
