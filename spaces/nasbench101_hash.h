// The name of a cell in NAS-Bench-101's files: an MD5 over its graph that does not depend on how vertices are numbered.
#pragma once

#include <string>

#include "spaces/unit_graph.h"

namespace zeroth::spaces {

// 32 hexadecimal digits, of a cell of the space nasbench101, written or canonical.
std::string nasbench101_hash(const UnitGraph& cell);

}  // namespace zeroth::spaces
