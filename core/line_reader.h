// Lines of a conversation: each is handed out as soon as it is there, and waiting for one ends with Ctrl-C.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace zeroth::core {

class LineReader {
 public:
  struct Line {
    std::string text;       // without its line break; bytes as they came, NUL and all
    bool too_long = false;  // longer than allowed: the text is empty, the rest was passed over
  };

  // `descriptor` stays open. Lines of more than `longest` bytes are not kept.
  LineReader(int descriptor, size_t longest) : descriptor_(descriptor), longest_(longest) {}

  // Waits for the next line; the last one may lack its line break. Nothing at the end of the input, and once
  // interrupted() != 0. Throws Error where the input cannot be read.
  std::optional<Line> next();

 private:
  // What has been read of a line so far becomes one.
  Line finish();
  // Waits for bytes and adds them, or notices the end.
  void fill();

  int descriptor_;
  size_t longest_;
  std::string buffer_;   // read and not handed out
  size_t searched_ = 0;  // bytes at the front of it that hold no line break
  bool too_long_ = false;
  bool at_end_ = false;
};

}  // namespace zeroth::core
