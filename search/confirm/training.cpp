#include "search/confirm/training.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/error.h"
#include "nn/initialiser.h"

namespace zeroth::search {
namespace {

using torch::Tensor;

constexpr double kPi = 3.14159265358979323846;
constexpr int64_t kEvaluationBatch = 256;

Tensor flat(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> parts;
  for (const Tensor& tensor : tensors) parts.push_back(tensor.detach().reshape({-1}));
  return parts.empty() ? torch::empty({0}) : at::cat(parts);
}

// The parameters of a graph as leaves that share the memory of `weights`.
std::vector<Tensor> views_of(const Tensor& weights, const spaces::OpGraph& graph) {
  std::vector<Tensor> views;
  int64_t place = 0;
  for (const spaces::ParamSpec& param : graph.params()) {
    views.push_back(weights.narrow(0, place, param.numel()).view(param.shape).detach().set_requires_grad(true));
    place += param.numel();
  }
  return views;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Training::Training(const spaces::OpGraph& graph, const ImageData& data, const TrainingOptions& options, uint64_t seed,
                   uint64_t identity)
    : data_(data),
      options_(options),
      seed_(seed),
      weights_(flat(nn::initial_params(graph, nn::Init::kPytorch, nn::DType::kFloat32, seed, /*repeat=*/0, identity))),
      momentum_(torch::zeros_like(weights_)),
      network_(graph, views_of(weights_, graph)),
      norms_(graph) {}

bool Training::train_epoch(bool tested, const std::function<bool()>& stop) {
  ZEROTH_CHECK(!record_.diverged && epochs() < options_.epochs);
  const auto start = std::chrono::steady_clock::now();
  const int epoch = epochs();
  const std::vector<size_t> order = data_.order(seed_, epoch);
  // Batches whose sizes differ by one image at most: none is too small for a batch norm.
  const auto batch = static_cast<size_t>(options_.batch);
  const size_t steps = (order.size() + batch - 1) / batch;
  const double all_steps = static_cast<double>(steps) * options_.epochs;
  double loss_sum = 0.0;
  for (size_t t = 0; t < steps; ++t) {
    if (stop()) return false;
    const size_t first = t * order.size() / steps, count = (t + 1) * order.size() / steps - first;
    const nn::Minibatch images = data_.training_batch(order, first, count, seed_, epoch);
    const Tensor logits = norms_.train(network_, images.images);
    const Tensor loss =
        at::cross_entropy_loss(logits, images.labels, {}, at::Reduction::Mean, -100, options_.label_smoothing);
    const double value = loss.item<double>();
    if (!std::isfinite(value)) {
      record_.diverged = true;
      return true;
    }
    loss_sum += value * static_cast<double>(count);
    const double at = static_cast<double>(steps) * epoch + static_cast<double>(t);
    step(torch::autograd::grad({loss}, network_.params(), {}, c10::nullopt, /*create_graph=*/false,
                               /*allow_unused=*/true),
         options_.rate * 0.5 * (1.0 + std::cos(kPi * at / all_steps)));
  }
  const Evaluation validation = evaluate(&ImageData::validation_batch, data_.validation_images());
  if (!std::isfinite(validation.loss)) {
    record_.diverged = true;
    return true;
  }
  Epoch behind;
  behind.loss = loss_sum / static_cast<double>(order.size());
  behind.validation_accuracy = validation.accuracy;
  if (tested) behind.test_accuracy = evaluate(&ImageData::test_batch, data_.test_images()).accuracy;
  behind.seconds = seconds_since(start);
  record_.epochs.push_back(behind);
  return true;
}

// Nesterov's momentum as PyTorch has it: v = momentum v + g, w -= rate (g + momentum v), g with the decay of w.
void Training::step(const std::vector<Tensor>& gradients, double rate) {
  const at::NoGradGuard no_gradients;
  std::vector<Tensor> known;
  for (size_t i = 0; i < gradients.size(); ++i) {
    known.push_back(gradients[i].defined() ? gradients[i] : torch::zeros_like(network_.params()[i]));
  }
  Tensor gradient = flat(known);
  gradient.add_(weights_, options_.weight_decay);
  momentum_.mul_(options_.momentum).add_(gradient);
  weights_.add_(gradient.add_(momentum_, options_.momentum), -rate);
}

Training::Evaluation Training::evaluate(Batches batches, int64_t images) const {
  const at::NoGradGuard no_gradients;
  Evaluation result;
  int64_t right = 0;
  for (int64_t first = 0; first < images; first += kEvaluationBatch) {
    const int64_t count = std::min(kEvaluationBatch, images - first);
    const nn::Minibatch batch = (data_.*batches)(static_cast<size_t>(first), static_cast<size_t>(count));
    const Tensor logits = norms_.evaluate(network_, batch.images);
    result.loss += at::cross_entropy_loss(logits, batch.labels, {}, at::Reduction::Sum).item<double>();
    right += at::eq(at::argmax(logits, 1), batch.labels).sum().item<int64_t>();
  }
  result.loss /= static_cast<double>(images);
  result.accuracy = 100.0 * static_cast<double>(right) / static_cast<double>(images);
  return result;
}

std::vector<Tensor> Training::state() const {
  std::vector<Tensor> tensors = {weights_, momentum_};
  tensors.insert(tensors.end(), norms_.tensors().begin(), norms_.tensors().end());
  return tensors;
}

void Training::save(const std::string& path, const std::string& identity) const {
  write_checkpoint(path, identity, record_, state());
}

void Training::load(const std::string& path, const std::string& identity) {
  record_ = read_checkpoint(path, identity, state());
}

}  // namespace zeroth::search
