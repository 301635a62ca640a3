#include "cli/default_ensemble.h"

namespace zeroth::cli {

ensemble::EnsembleFile read_ensemble(const std::string& text) {
  if (text == "default") return ensemble::EnsembleFile::parse(kDefaultEnsemble, "the program's own ensemble");
  return ensemble::EnsembleFile::read(text);
}

}  // namespace zeroth::cli
