// A learned model as JSON: each column with its sign, family and weights, each family with its weights.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "ensemble/learned.h"

namespace zeroth::ensemble {

using Json = nlohmann::ordered_json;

// The text says which member is wrong, and not of which file.
class MalformedModel : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Json to_json(const LearnedModel& model);
// Throws MalformedModel, and Json::exception where a member is missing or of another type.
LearnedModel model_from_json(const Json& json);

}  // namespace zeroth::ensemble
