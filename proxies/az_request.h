// The setting that AZ-NAS's proxies share.
#pragma once

#include "proxies/proxy.h"

namespace zeroth::proxies {

// Kaiming normal weights (fan in) in the authors' setting.
inline std::function<Request(Fidelity, const nn::Setting&)> az_request(PassSet passes) {
  return [passes](Fidelity fidelity, const nn::Setting& base) {
    Request request{base, passes};
    if (fidelity == Fidelity::kPaper) request.setting.init = nn::Init::kKaimingNormalFanIn;
    return request;
  };
}

}  // namespace zeroth::proxies
