// One network from one seed, trained epoch by epoch.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nn/network.h"
#include "nn/running_norm.h"
#include "search/confirm/checkpoint.h"
#include "search/confirm/image_data.h"
#include "spaces/op_graph.h"

namespace zeroth::search {

// Stochastic gradient descent with Nesterov momentum. The learning rate of step t of T is rate (1 + cos(pi t / T)) / 2.
struct TrainingOptions {
  int epochs = 12;  // of the whole schedule, which is what the learning rate follows
  int64_t batch = 128;
  double rate = 0.1;
  double momentum = 0.9;
  double weight_decay = 5e-4;    // of every parameter
  double label_smoothing = 0.0;  // share of the target that is spread over all classes
};

class Training {
 public:
  // Weights by PyTorch's default rule from (seed, identity); `seed` decides the order and the augmentation of images
  // too. The data must live as long.
  Training(const spaces::OpGraph& graph, const ImageData& data, const TrainingOptions& options, uint64_t seed,
           uint64_t identity);

  const TrainingRecord& record() const { return record_; }
  int epochs() const { return static_cast<int>(record_.epochs.size()); }
  // Trains one epoch more and validates, with a test where `tested`. Where the loss is no longer a finite number the
  // record says that it diverged, and has no epoch more. False where `stop` said so between two batches: then the
  // network is in no state to go on from.
  bool train_epoch(bool tested, const std::function<bool()>& stop);

  // Everything that the next epoch depends on, and the record.
  void save(const std::string& path, const std::string& identity) const;
  void load(const std::string& path, const std::string& identity);

 private:
  struct Evaluation {
    double accuracy = 0.0;  // percent
    double loss = 0.0;
  };
  using Batches = nn::Minibatch (ImageData::*)(size_t first, size_t count) const;

  void step(const std::vector<torch::Tensor>& gradients, double rate);
  Evaluation evaluate(Batches batches, int64_t images) const;
  std::vector<torch::Tensor> state() const;

  const ImageData& data_;
  TrainingOptions options_;
  uint64_t seed_;
  torch::Tensor weights_;   // of all parameters, one after the other; the network's are views of it
  torch::Tensor momentum_;  // of the same size
  nn::Network network_;
  nn::RunningNorms norms_;
  TrainingRecord record_;
};

}  // namespace zeroth::search
