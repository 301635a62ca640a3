// One row of a run: an architecture to be scored, or a line that could not be read.
#pragma once

#include <string>

#include "spaces/search_space.h"

namespace zeroth::spaces {

struct Candidate {
  std::string text;  // in the space's notation; the line as it was read where there is an error
  Architecture architecture;
  std::string error;  // why the line is not an architecture; empty where it is one
};

}  // namespace zeroth::spaces
