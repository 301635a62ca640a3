// The learned ensemble that is in the program: ensemble/default.json, learned from the tables of results/.
#pragma once

#include <string>

#include "ensemble/ensemble_file.h"

namespace zeroth::cli {

extern const char* const kDefaultEnsemble;

// What WEIGHTS on the command line takes, for help texts.
inline constexpr const char* kWeightsUsage = "What `zeroth ensemble fit` wrote, or \"default\" for the program's own";

// A file, or the program's own ensemble where the text is "default". Throws what EnsembleFile::read throws.
ensemble::EnsembleFile read_ensemble(const std::string& text);

}  // namespace zeroth::cli
