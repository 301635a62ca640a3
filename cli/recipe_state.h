// What earlier runs of a recipe did, in RECIPE.state.json beside it: so that a stage whose command, program and files
// are as they were is not run again.
#pragma once

#include <string>

#include "cli/recipe.h"
#include "core/manifest.h"

namespace zeroth::cli {

class RecipeState {
 public:
  // Reads what is there. A file that is damaged, or of another format, counts as none: stages run again.
  explicit RecipeState(const std::string& path);

  enum class Progress { kNew, kBegun, kDone };
  // kDone: this very stage ended well, and its files are as it left them. kBegun: it was cut short. Paths are relative
  // to the working folder.
  Progress progress(size_t number, const Stage& stage) const;

  // Each writes the file. Throws core::Error that names it.
  void begin(size_t number, const Stage& stage);
  void end(size_t number, const Stage& stage);

 private:
  void write() const;

  std::string path_;
  core::Json stages_ = core::Json::array();  // by number: command, inputs, outputs, done
};

}  // namespace zeroth::cli
