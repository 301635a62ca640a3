// What is left of a training on disk, so that an interrupted one goes on with the same bits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/torch_compat.h"

namespace zeroth::search {

// One epoch behind a network.
struct Epoch {
  double loss = 0.0;                    // mean of the training loss over the epoch's images
  double validation_accuracy = 0.0;     // percent, after the epoch, by running statistics
  std::optional<double> test_accuracy;  // percent; only where it was asked for
  double seconds = 0.0;
};

struct TrainingRecord {
  std::vector<Epoch> epochs;
  bool diverged = false;  // in the epoch after these
};

// Writes the record and the tensors (float32, contiguous) beside the file and renames. `identity` names everything that
// decides the training: settings, architecture, seed. Throws core::Error that names the file.
void write_checkpoint(const std::string& path, const std::string& identity, const TrainingRecord& record,
                      const std::vector<torch::Tensor>& tensors);

// Reads what write_checkpoint() wrote into tensors of the same sizes. Throws core::Error that names the file where it
// is damaged or has another identity.
TrainingRecord read_checkpoint(const std::string& path, const std::string& identity,
                               const std::vector<torch::Tensor>& tensors);

}  // namespace zeroth::search
