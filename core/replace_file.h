// Writes a file as a whole.
#pragma once

#include <string>
#include <string_view>

namespace zeroth::core {

// Replaces the file by rename, once the new text is on the disk: a reader, or a crash, meets the old text or the new
// and never half of one. Throws Error that names the file; then nothing of the new text is left.
void replace_file(const std::string& path, std::string_view text);

// Its last step, for a file that was written piece by piece: `unfinished` gets the name `path`. Where that fails it is
// removed, and the Error names `path`.
void put_in_place(const std::string& unfinished, const std::string& path);

}  // namespace zeroth::core
