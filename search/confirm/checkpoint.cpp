// The file: a line of JSON, then the numbers of all tensors as they are in memory. The line has the hash of the
// numbers.
#include "search/confirm/checkpoint.h"

#include <fmt/format.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.h"
#include "core/input_file.h"
#include "core/random.h"
#include "core/replace_file.h"

namespace zeroth::search {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

std::string hash_text(std::string_view bytes) { return fmt::format("{:016x}", core::hash_bytes(bytes)); }

Json epoch_json(const Epoch& epoch) {
  Json json;
  json["loss"] = epoch.loss;
  json["validation"] = epoch.validation_accuracy;
  if (epoch.test_accuracy) json["test"] = *epoch.test_accuracy;
  json["seconds"] = epoch.seconds;
  return json;
}

Epoch parse_epoch(const Json& json) {
  Epoch epoch;
  epoch.loss = json.at("loss").get<double>();
  epoch.validation_accuracy = json.at("validation").get<double>();
  if (json.contains("test")) epoch.test_accuracy = json.at("test").get<double>();
  epoch.seconds = json.at("seconds").get<double>();
  return epoch;
}

size_t byte_count(const std::vector<torch::Tensor>& tensors) {
  size_t bytes = 0;
  for (const torch::Tensor& tensor : tensors) {
    ZEROTH_CHECK(tensor.scalar_type() == torch::kFloat32 && tensor.is_contiguous());
    bytes += tensor.nbytes();
  }
  return bytes;
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw core::Error(fmt::format("{}: {}; remove it to train this network anew", path, why));
}

}  // namespace

void write_checkpoint(const std::string& path, const std::string& identity, const TrainingRecord& record,
                      const std::vector<torch::Tensor>& tensors) {
  std::string numbers(byte_count(tensors), '\0');
  size_t place = 0;
  for (const torch::Tensor& tensor : tensors) {
    std::memcpy(numbers.data() + place, tensor.data_ptr(), tensor.nbytes());
    place += tensor.nbytes();
  }
  Json head;
  head["format"] = kFormat;
  head["identity"] = identity;
  head["diverged"] = record.diverged;
  head["epochs"] = Json::array();
  for (const Epoch& epoch : record.epochs) head["epochs"].push_back(epoch_json(epoch));
  head["numbers"] = hash_text(numbers);
  core::replace_file(path, head.dump() + "\n" + numbers);
}

TrainingRecord read_checkpoint(const std::string& path, const std::string& identity,
                               const std::vector<torch::Tensor>& tensors) {
  const std::string text = core::read_whole_file(path);
  const size_t line = text.find('\n');
  if (line == std::string::npos) refuse(path, "no checkpoint of a training");
  const std::string_view numbers = std::string_view(text).substr(line + 1);
  TrainingRecord record;
  try {
    const Json head = Json::parse(text.substr(0, line));
    if (head.at("format") != kFormat) refuse(path, "a checkpoint of another version of Zeroth");
    if (head.at("identity") != identity) refuse(path, "a checkpoint of other settings");
    record.diverged = head.at("diverged").get<bool>();
    for (const Json& epoch : head.at("epochs")) record.epochs.push_back(parse_epoch(epoch));
    if (numbers.size() != byte_count(tensors) || head.at("numbers") != hash_text(numbers)) {
      refuse(path, "the checkpoint is damaged");
    }
  } catch (const Json::exception& error) {
    refuse(path, core::one_line(error.what()));
  }
  size_t place = 0;
  for (const torch::Tensor& tensor : tensors) {
    std::memcpy(tensor.data_ptr(), numbers.data() + place, tensor.nbytes());
    place += tensor.nbytes();
  }
  return record;
}

}  // namespace zeroth::search
