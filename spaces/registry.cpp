#include <memory>

#include "core/error.h"
#include "spaces/search_space.h"
#include "spaces/supernet.h"
#include "spaces/user_space.h"

namespace zeroth::spaces {

#define SPACE(name) std::unique_ptr<SearchSpace> space_##name();
#include "spaces/spaces.def"
#undef SPACE

const std::vector<std::unique_ptr<SearchSpace>>& all_spaces() {
  static const std::vector<std::unique_ptr<SearchSpace>> spaces = [] {
    std::vector<std::unique_ptr<SearchSpace>> list;
#define SPACE(name) list.push_back(space_##name());
#include "spaces/spaces.def"
#undef SPACE
    return list;
  }();
  return spaces;
}

const SearchSpace& find_space(std::string_view name) {
  if (is_supernet_name(name)) return find_supernet(name);
  if (is_space_file(name)) return user_space(std::string(name));
  std::vector<std::string> known;
  for (const auto& space : all_spaces()) {
    if (space->name() == name) return *space;
    known.emplace_back(space->name());
  }
  throw core::UsageError(core::unknown_name("space", name, known) + ", or a file: FILE.yaml");
}

const SearchSpace* recognise_space(std::string_view architecture) {
  for (const auto& space : all_spaces()) {
    try {
      space->parse(architecture);
      return space.get();
    } catch (const core::Error&) {
      // Not in this space's notation: ask the next.
    }
  }
  return nullptr;
}

}  // namespace zeroth::spaces
