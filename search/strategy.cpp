#include "search/strategy.h"

#include <string>

#include "core/error.h"

namespace zeroth::search {

#define STRATEGY(name) StrategyEntry strategy_##name();
#include "search/strategies.def"
#undef STRATEGY

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> entries = {
#define STRATEGY(name) strategy_##name(),
#include "search/strategies.def"
#undef STRATEGY
  };
  return entries;
}

const StrategyEntry& find_strategy(std::string_view name) {
  std::vector<std::string> known;
  for (const StrategyEntry& entry : strategies()) {
    if (entry.name == name) return entry;
    known.emplace_back(entry.name);
  }
  throw core::UsageError(core::unknown_name("strategy", name, known));
}

}  // namespace zeroth::search
