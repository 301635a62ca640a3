#include "search/confirm/training.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "nn/initialiser.h"
#include "nn/kept_memory.h"
#include "tests/confirm/made_data.h"
#include "tests/nn/graphs.h"

namespace zeroth::search {
namespace {

using Catch::Matchers::Contains;
using tests::made_data;
using tests::TemporaryFolder;
using torch::Tensor;

constexpr uint64_t kIdentity = 77;

bool never() { return false; }

TrainingOptions quick(int epochs = 6) {
  TrainingOptions options;
  options.epochs = epochs;
  options.batch = 16;
  return options;
}

spaces::OpGraph graph() { return tests::branched_graph(4, 8, 10); }

// What a checkpoint holds behind its line of JSON, which has seconds in it: all numbers of the state.
std::string numbers(const Training& training, const TemporaryFolder& folder) {
  training.save(folder.path("state"), "");
  const std::string text = TemporaryFolder::read(folder.path("state"));
  return text.substr(text.find('\n') + 1);
}

void train(Training& training, int epochs) {
  for (int i = 0; i < epochs; ++i) REQUIRE(training.train_epoch(/*tested=*/false, never));
}

TEST_CASE("the loss goes down, and images that were not seen are recognised") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder));
  Training training(graph(), data, quick(), 1, kIdentity);
  train(training, 6);
  const auto& epochs = training.record().epochs;
  REQUIRE(epochs.size() == 6);
  CHECK(epochs.back().loss < 0.5 * epochs.front().loss);
  CHECK(epochs.back().validation_accuracy > 80.0);
  CHECK(epochs.back().seconds > 0.0);
  CHECK_FALSE(training.record().diverged);
}

TEST_CASE("kept memory changes no bit") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder));
  const auto trained = [&] {
    Training training(graph(), data, quick(), 1, kIdentity);
    train(training, 2);
    return numbers(training, folder);
  };
  const std::string without = trained();
  const nn::KeptMemory kept;
  CHECK(trained() == without);
}

TEST_CASE("a seed repeats bit by bit, and another one does not") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder));
  const auto trained = [&](uint64_t seed, uint64_t identity) {
    Training training(graph(), data, quick(), seed, identity);
    train(training, 2);
    return numbers(training, folder);
  };
  const std::string first = trained(1, kIdentity);
  CHECK(trained(1, kIdentity) == first);
  CHECK(trained(2, kIdentity) != first);
  CHECK(trained(1, kIdentity + 1) != first);
}

TEST_CASE("a training taken up from its checkpoint equals an unbroken one, bit by bit") {
  const TemporaryFolder folder;
  DataOptions options = made_data(folder);
  options.crop = 1;
  options.flip = true;
  const ImageData data(options);
  Training unbroken(graph(), data, quick(), 1, kIdentity);
  train(unbroken, 4);

  const std::string path = folder.path("a.ckpt");
  Training first(graph(), data, quick(), 1, kIdentity);
  train(first, 1);
  first.save(path, "settings");
  Training second(graph(), data, quick(), 1, kIdentity);
  second.load(path, "settings");
  CHECK(second.epochs() == 1);
  train(second, 3);
  CHECK(numbers(second, folder) == numbers(unbroken, folder));
  for (size_t epoch = 0; epoch < 4; ++epoch) {
    CHECK(second.record().epochs[epoch].loss == unbroken.record().epochs[epoch].loss);
    CHECK(second.record().epochs[epoch].validation_accuracy == unbroken.record().epochs[epoch].validation_accuracy);
  }
}

TEST_CASE("one step is Nesterov's with weight decay, at the rate of the schedule's start") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder));
  TrainingOptions options = quick(1);
  options.batch = 90;  // all training images: one step
  options.rate = 0.01;
  options.weight_decay = 0.02;
  options.label_smoothing = 0.1;
  Training training(graph(), data, options, 1, kIdentity);
  train(training, 1);
  const std::string bytes = numbers(training, folder);

  const std::vector<Tensor> params =
      nn::initial_params(graph(), nn::Init::kPytorch, nn::DType::kFloat32, 1, 0, kIdentity);
  const nn::Network network(graph(), params);
  const nn::Minibatch batch = data.training_batch(data.order(1, 0), 0, 90, 1, 0);
  const Tensor log_p = at::log_softmax(network.forward(batch.images, nn::Norm::kBatch), 1);
  const Tensor right = log_p.gather(1, batch.labels.unsqueeze(1)).mean();
  const Tensor loss = -(0.9 * right + 0.1 * log_p.mean());
  CHECK(training.record().epochs[0].loss == Approx(loss.item<double>()).epsilon(1e-5));
  const auto gradients = torch::autograd::grad({loss}, params);
  size_t place = 0;
  for (size_t i = 0; i < params.size(); ++i) {
    const at::NoGradGuard no_gradients;
    const Tensor w = params[i].detach();
    const Tensor expected = w - 0.01 * (1.0 + 0.9) * (gradients[i] + 0.02 * w);
    const Tensor found = torch::empty_like(w);
    std::memcpy(found.data_ptr(), bytes.data() + place, found.nbytes());
    place += found.nbytes();
    INFO(graph().params()[i].name);
    CHECK(tests::largest_difference(found, expected) < 1e-5);
  }
}

TEST_CASE("a learning rate beyond reason is recorded as divergence, and is no error") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder));
  TrainingOptions options = quick();
  options.rate = 1e30;
  Training training(graph(), data, options, 1, kIdentity);
  REQUIRE(training.train_epoch(false, never));
  CHECK(training.record().diverged);
  CHECK(training.epochs() == 0);
}

TEST_CASE("a training stops between two batches when it is told to") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder));
  Training training(graph(), data, quick(), 1, kIdentity);
  int asked = 0;
  CHECK_FALSE(training.train_epoch(false, [&] { return ++asked > 3; }));
  CHECK(asked == 4);
  CHECK(training.epochs() == 0);
}

TEST_CASE("test images are looked at where that is asked for") {
  const TemporaryFolder folder;
  folder.write("data/data_batch_1.bin", tests::made_records(60, 1));
  folder.write("data/test_batch.bin", tests::made_records(20, 2));
  DataOptions options = made_data(folder);
  options.spec = "cifar10:" + folder.path("data");
  const ImageData data(options);
  Training training(graph(), data, quick(2), 1, kIdentity);
  REQUIRE(training.train_epoch(false, never));
  REQUIRE(training.train_epoch(true, never));
  CHECK_FALSE(training.record().epochs[0].test_accuracy.has_value());
  CHECK(training.record().epochs[1].test_accuracy.has_value());
}

TEST_CASE("parts of a network that reach nothing are no obstacle") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder));
  spaces::OpGraph net;
  const int x = net.input({3, 8, 8});
  net.batch_norm(net.conv2d(x, 4, 3, 1, 1, "dead"), "dead.bn");
  net.linear(net.global_avg_pool(net.relu(net.conv2d(x, 4, 3, 1, 1, "conv"), "relu"), "pool"), 10, "head");
  Training training(net, data, quick(), 1, kIdentity);
  train(training, 1);
  CHECK(std::isfinite(training.record().epochs[0].loss));
}

TEST_CASE("checkpoints that are damaged or of other settings are refused by name") {
  const TemporaryFolder folder;
  const ImageData data(made_data(folder));
  Training training(graph(), data, quick(), 1, kIdentity);
  train(training, 1);
  const std::string path = folder.path("a.ckpt");
  training.save(path, "these");
  CHECK_THROWS_WITH(training.load(path, "those"), Contains("a.ckpt: a checkpoint of other settings"));
  std::string text = TemporaryFolder::read(path);
  text.back() = static_cast<char>(text.back() ^ 1);
  folder.write("a.ckpt", text);
  CHECK_THROWS_WITH(training.load(path, "these"), Contains("the checkpoint is damaged"));
  folder.write("a.ckpt", text.substr(0, text.size() / 2));
  CHECK_THROWS_WITH(training.load(path, "these"), Contains("the checkpoint is damaged"));
  folder.write("a.ckpt", "{}\n");
  CHECK_THROWS_AS(training.load(path, "these"), core::Error);
  folder.write("a.ckpt", "");
  CHECK_THROWS_WITH(training.load(path, "these"), Contains("no checkpoint"));
}

}  // namespace
}  // namespace zeroth::search
