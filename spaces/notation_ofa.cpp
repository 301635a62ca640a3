// The notations of Once-for-All.
#include <string>

#include "core/error.h"
#include "spaces/notation.h"
#include "spaces/notation_json.h"

namespace zeroth::spaces {
namespace {

constexpr const char* kSpace = "ofa";
constexpr size_t kStages = 5;
constexpr size_t kBlocks = 4;  // of a stage
const std::vector<int> kDepths = {2, 3, 4}, kKernels = {3, 5, 7}, kExpansions = {3, 4, 6};

// The authors' dictionary. Their lists have a place for every block; those beyond a stage's depth are not used.
std::string write_json(const Architecture& architecture) {
  nlohmann::ordered_json kernels = nlohmann::ordered_json::array(), expansions = kernels, depths = kernels;
  size_t next = 0;
  const auto take = [&](const std::vector<int>& values) {
    return values.at(static_cast<size_t>(architecture.choices.at(next++)));
  };
  for (size_t stage = 0; stage < kStages; ++stage) {
    depths.push_back(take(kDepths));
    for (size_t block = 0; block < kBlocks; ++block) {
      kernels.push_back(take(kKernels));
      expansions.push_back(take(kExpansions));
    }
  }
  ZEROTH_CHECK(next == architecture.choices.size());
  return nlohmann::ordered_json{{"ks", kernels}, {"e", expansions}, {"d", depths}}.dump();
}

}  // namespace

Notation notation_ofa() {
  return {kSpace, kSpace, "stages of depth, kernels and expansions: d3.k3e3.k5e6.k3e4.k3e3_d4...",
          [](std::string_view text) { return find_space(kSpace).parse(text); },
          [](const Architecture& architecture) { return find_space(kSpace).print(architecture); }};
}

Notation notation_ofa_json() {
  return {"ofa-json", kSpace, R"(the authors' dictionary: {"ks":[3,5,...],"e":[3,6,...],"d":[3,4,2,4,3]})",
          [](std::string_view text) { return find_space(kSpace).parse(text); }, write_json};
}

}  // namespace zeroth::spaces
