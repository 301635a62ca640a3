// A CSV file that grows by whole rows while a run goes on, and that a later run can take up again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/posix_file.h"

namespace zeroth::core {

// "a/b.csv" and ".times.csv" give "a/b.times.csv"; "x" and ".times.csv" give "x.times.csv".
std::string sibling(const std::string& path, const std::string& suffix);

// Each row is one write to the operating system: a run that is killed, however hard, loses no row that was appended,
// and leaves at most one torn row at the end, which the next resume drops.
class CsvAppender {
 public:
  // Is told each whole row that a resumed file holds, and says whether it is well formed.
  using Accept = std::function<bool(const std::vector<std::string>& fields)>;

  // Without `resume` the file is emptied and gets a header. With it, what stands there is kept and handed to `accept`;
  // a missing file is started. The last row is dropped where it has no line end, has the wrong number of fields or is
  // not accepted. Throws Error that names the file where it cannot be written, where another run writes it, where its
  // header is another one (names the first column that differs), and where an earlier row is malformed (names the
  // line).
  CsvAppender(
      const std::string& path, const std::vector<std::string>& columns, bool resume,
      const Accept& accept = [](const std::vector<std::string>&) { return true; });

  // Throws Error that names the file and why it could not be written ("No space left on device"); then the file ends
  // with the row before.
  void append(const std::vector<std::string>& fields);

 private:
  uint64_t recover(const std::string& path, const Accept& accept) const;

  std::vector<std::string> columns_;
  PosixFile file_;
  uint64_t size_ = 0;  // bytes of the file: whole rows only
};

}  // namespace zeroth::core
