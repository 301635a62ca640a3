// A pickle as it lies on the disk: alone, or in what torch.save makes.
#pragma once

#include <string>
#include <vector>

#include "eval/import/pickle_reader.h"

namespace zeroth::eval {

// The most that a pickle may hold in memory at a time, and what the pickle of a single architecture may unpack to.
constexpr uint64_t kMostPickleMemory = uint64_t{2} << 30;
constexpr uint64_t kMostPickleBytes = uint64_t{1} << 30;

struct PickleFile {
  std::string path;
  uint64_t most_bytes = UINT64_MAX;
  // The dict whose items are handed over one by one (PickleReader::hand_over), if any.
  std::vector<std::string> keys = {};
  PickleReader::TakeItem take = {};
};

// The object in the file: plain, gzip or bzip2; a bare pickle, torch's zip of today, or torch's format before 1.6. Of
// torch's the pickle is read and the tensors' numbers are not. Throws core::Error that names the file.
PickleValue read_pickle(const PickleFile& file, PickleStore& store);

}  // namespace zeroth::eval
