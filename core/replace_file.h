// Writes a file as a whole.
#pragma once

#include <string>
#include <string_view>

namespace zeroth::core {

// Replaces the file by rename, once the new text is on the disk: a reader, or a crash, meets the old text or the new
// and never half of one. Throws Error that names the file.
void replace_file(const std::string& path, std::string_view text);

}  // namespace zeroth::core
