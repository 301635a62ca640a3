#include "proxies/pipeline.h"

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>
#include <tbb/task_scheduler_observer.h>

#include <memory>
#include <unordered_map>

#include "core/error.h"
#include "core/random.h"
#include "nn/kept_memory.h"

namespace zeroth::proxies {
namespace {

// More than workers, so that a slow architecture at the head of the line does not leave the others idle. Tensors never
// leave a worker's body: a row that waits for the sink is a few numbers.
constexpr size_t kRowsInFlightPerWorker = 8;

// One intra-op thread in every worker. A rule of correctness first: the order of float sums changes with the count.
class SingleThreadedTensors : public tbb::task_scheduler_observer {
 public:
  explicit SingleThreadedTensors(tbb::task_arena& arena) : tbb::task_scheduler_observer(arena) { observe(true); }
  SingleThreadedTensors(const SingleThreadedTensors&) = delete;
  SingleThreadedTensors& operator=(const SingleThreadedTensors&) = delete;
  ~SingleThreadedTensors() override { observe(false); }
  void on_scheduler_entry(bool) override { at::set_num_threads(1); }
};

struct Token {
  size_t candidate = 0;
  bool done = false;  // by an earlier run
  bool copy = false;
  uint64_t identity = 0;
  spaces::CanonicalForm form;
  Scores scores;
};
using TokenPtr = std::shared_ptr<Token>;

// Hands out candidates one by one and knows which of them equal an earlier one.
class Source {
 public:
  Source(const spaces::SearchSpace& space, const std::vector<spaces::Candidate>& candidates, const Plan& plan,
         const PipelineOptions& options, ScoreMemory& memory)
      : space_(space), candidates_(candidates), plan_(plan), options_(options), first_with_(memory.first_with) {}

  TokenPtr next() {
    while (next_ < candidates_.size() && !candidates_[next_].error.empty()) ++next_;
    if (next_ == candidates_.size() || options_.stop()) return nullptr;
    const spaces::Candidate& candidate = candidates_[next_];
    auto token = std::make_shared<Token>();
    token->candidate = next_++;
    token->done = options_.finished(token->candidate);
    token->form = spaces::canonical_form(space_.cells(candidate.architecture));
    const bool canonical = plan_.view == nn::GraphView::kCanonical;
    token->identity = canonical ? token->form.hash : core::hash_bytes(candidate.text);
    // Equality is that of the bytes, not of their hash.
    const std::string& bytes = canonical ? token->form.text : candidate.text;
    const auto [known, is_new] = first_with_.try_emplace(token->identity, bytes);
    if (!is_new && known->second != bytes) throw core::Bug("two canonical forms have one hash: " + bytes);
    token->copy = !is_new && !token->done;
    return token;
  }

 private:
  const spaces::SearchSpace& space_;
  const std::vector<spaces::Candidate>& candidates_;
  const Plan& plan_;
  const PipelineOptions& options_;
  size_t next_ = 0;
  std::unordered_map<uint64_t, std::string>& first_with_;
};

}  // namespace

void score_candidates(const spaces::SearchSpace& space, const std::vector<spaces::Candidate>& candidates,
                      const Plan& plan, const Scorer& scorer, const PipelineOptions& options,
                      const std::function<void(const ScoredRow&)>& sink) {
  ScoreMemory of_this_call;
  ScoreMemory& memory = options.memory != nullptr ? *options.memory : of_this_call;
  Source source(space, candidates, plan, options, memory);
  auto& scored = memory.scored;  // only the sink, which is serial, looks

  const auto read = [&](tbb::flow_control& control) -> TokenPtr {
    TokenPtr token = source.next();
    if (!token) control.stop();
    return token;
  };
  const auto score = [&](TokenPtr token) {
    const spaces::Candidate& candidate = candidates[token->candidate];
    if (token->copy) {
      token->scores = scorer.score_facts(candidate.architecture, token->form);
    } else if (!token->done) {
      token->scores = scorer.score(candidate.architecture, token->form, candidate.text);
    }
    return token;
  };
  const auto write = [&](const TokenPtr& token) {
    if (token->done) {
      scored.emplace(token->identity, options.known(token->candidate));
      return;
    }
    if (token->copy) {
      const std::vector<ProxyScore>& known = scored.at(token->identity);
      for (size_t i = 0; i < known.size(); ++i) {
        if (!plan.proxies[i]->score_facts) token->scores.proxies[i] = known[i];
      }
    } else {
      scored.emplace(token->identity, token->scores.proxies);
    }
    sink({token->candidate, token->scores, token->copy});
  };

  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<size_t>(options.workers));
  tbb::task_arena arena(options.workers);
  const SingleThreadedTensors single_threaded(arena);
  const nn::KeptMemory kept;
  arena.execute([&] {
    tbb::parallel_pipeline(kRowsInFlightPerWorker * static_cast<size_t>(options.workers),
                           tbb::make_filter<void, TokenPtr>(tbb::filter_mode::serial_in_order, read) &
                               tbb::make_filter<TokenPtr, TokenPtr>(tbb::filter_mode::parallel, score) &
                               tbb::make_filter<TokenPtr, void>(tbb::filter_mode::serial_in_order, write));
  });
}

}  // namespace zeroth::proxies
