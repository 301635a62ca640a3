#include "cli/recipe_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/error.h"
#include "core/input_file.h"
#include "core/json.h"
#include "core/posix_file.h"
#include "core/random.h"
#include "core/replace_file.h"

namespace zeroth::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;

std::string digest_of_file(const fs::path& path) {
  core::PosixFile file = core::PosixFile::open_to_read(path.string());
  std::string block(1 << 20, '\0');
  uint64_t digest = 0;
  while (const size_t size = file.read(block.data(), block.size())) {
    digest = core::splitmix64(digest ^ core::hash_bytes({block.data(), size}));
  }
  return fmt::format("{:016x}", digest);
}

// A folder may be one of images, by the ten thousand: names, sizes and times tell whether it changed.
std::string digest_of_folder(const fs::path& path) {
  std::set<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    lines.insert(fmt::format("{} {} {}", entry.path().string(), entry.file_size(),
                             entry.last_write_time().time_since_epoch().count()));
  }
  uint64_t digest = 0;
  for (const std::string& line : lines) digest = core::splitmix64(digest ^ core::hash_bytes(line));
  return fmt::format("{:016x}", digest);
}

void add_digest(const fs::path& path, core::Json& digests) {
  if (fs::is_regular_file(path)) digests[path.string()] = digest_of_file(path);
  if (fs::is_directory(path)) digests[path.string()] = digest_of_folder(path);
}

core::Json input_digests(const Stage& stage) {
  core::Json digests = core::Json::object();
  for (const std::string& input : stage.inputs) {
    std::error_code ignored;  // a value that is too long for a path is none
    if (!input.empty() && fs::exists(input, ignored)) add_digest(input, digests);
  }
  return digests;
}

// A command that writes scores.csv also writes scores.ranked.csv and the like.
core::Json output_digests(const Stage& stage) {
  core::Json digests = core::Json::object();
  for (const std::string& output : stage.outputs) {
    add_digest(output, digests);
    const fs::path path(output);
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (!fs::is_directory(folder)) continue;
    const std::string start = path.stem().string() + ".";
    std::set<fs::path> companions;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().filename().string().rfind(start, 0) == 0)
        companions.insert(path.parent_path() / entry.path().filename());
    }
    for (const fs::path& companion : companions) add_digest(companion, digests);
  }
  return digests;
}

bool outputs_unchanged(const core::Json& recorded) {
  for (const auto& item : recorded.items()) {
    core::Json now = core::Json::object();
    add_digest(item.key(), now);
    if (now.empty() || now.front() != item.value()) return false;
  }
  return true;
}

core::Json command_of(const Stage& stage) {
  core::Json command = stage.arguments;
  command.push_back("zeroth " ZEROTH_VERSION);
  return command;
}

}  // namespace

RecipeState::RecipeState(const std::string& path) : path_(path) {
  if (!fs::exists(path)) return;
  const core::Json json = core::Json::parse(core::read_whole_file(path), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("format", 0) != kFormat || !json.contains("stages")) return;
  for (const core::Json& stage : json["stages"]) {
    if (!stage.is_object() || !stage.contains("command") || !stage.contains("inputs") || !stage.contains("outputs"))
      return;
  }
  stages_ = json["stages"];
}

RecipeState::Progress RecipeState::progress(size_t number, const Stage& stage) const {
  if (number >= stages_.size()) return Progress::kNew;
  const core::Json& recorded = stages_[number];
  if (recorded["command"] != command_of(stage) || recorded["inputs"] != input_digests(stage)) return Progress::kNew;
  if (recorded.value("done", false) != true) return Progress::kBegun;
  return outputs_unchanged(recorded["outputs"]) ? Progress::kDone : Progress::kNew;
}

void RecipeState::begin(size_t number, const Stage& stage) {
  // Stages run in order, so this one's place is there or is the next.
  stages_[number] = core::Json{{"command", command_of(stage)},
                               {"inputs", input_digests(stage)},
                               {"outputs", core::Json::object()},
                               {"done", false}};
  write();
}

void RecipeState::end(size_t number, const Stage& stage) {
  stages_.at(number)["outputs"] = output_digests(stage);
  stages_.at(number)["done"] = true;
  write();
}

void RecipeState::write() const {
  core::replace_file(path_, core::json_text({{"format", kFormat}, {"stages", stages_}}, 2) + "\n");
}

}  // namespace zeroth::cli
