// Writes a file as a whole.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zeroth::core {

// Replaces the file by rename, once the new text is on the disk: a reader, or a crash, meets the old text or the new
// and never half of one. Throws Error that names the file; then nothing of the new text is left. Names that end in .gz,
// links, pipes and devices as for an OutputFile.
void replace_file(const std::string& path, std::string_view text);

// Throws UsageError where `path` is one of the files that are read, by whatever name.
void forbid_overwriting(const std::string& path, const std::vector<std::string>& inputs);

}  // namespace zeroth::core
