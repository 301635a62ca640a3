#include "ensemble/method.h"

#include <string>

#include "core/error.h"

namespace zeroth::ensemble {

#define METHOD(name) Method method_##name();
#include "ensemble/methods.def"
#undef METHOD

const std::vector<Method>& learned_methods() {
  static const std::vector<Method> methods = {
#define METHOD(name) method_##name(),
#include "ensemble/methods.def"
#undef METHOD
  };
  return methods;
}

const Method& find_method(std::string_view name) {
  std::vector<std::string> known;
  for (const Method& method : learned_methods()) {
    if (method.name == name) return method;
    known.emplace_back(method.name);
  }
  throw core::UsageError(core::unknown_name("method", name, known));
}

}  // namespace zeroth::ensemble
