// zeroth bench: what scoring costs on this machine, as multiples of one plain forward and backward.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/run_options.h"
#include "core/error.h"
#include "core/json.h"
#include "core/manifest.h"
#include "nn/initialiser.h"
#include "nn/kept_memory.h"
#include "nn/torch_compat.h"
#include "proxies/pipeline.h"
#include "search/candidates.h"

namespace zeroth::cli {
namespace {

using Clock = std::chrono::steady_clock;
using torch::Tensor;

double seconds_of(const std::function<void()>& work) {
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  const size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<int64_t>(middle), values.end());
  return values[middle];
}

// Best rate of one thread over 3x3 convolutions of the sizes that cell networks have, in GFLOP/s (a multiply-add is 2).
double convolution_peak() {
  const at::NoGradGuard no_gradients;
  double best = 0.0;
  for (const int64_t channels : {16, 32, 64, 128}) {
    const int64_t side = 512 / channels, batch = 64;
    const Tensor x = torch::ones({batch, channels, side, side}).contiguous(at::MemoryFormat::ChannelsLast);
    const Tensor w = torch::ones({channels, channels, 3, 3});
    const double flops = 2.0 * 9.0 * static_cast<double>(batch * channels * channels * side * side);
    for (int i = 0; i < 20; ++i) {
      const double seconds = seconds_of([&] { at::conv2d(x, w, {}, 1, 1); });
      best = std::max(best, flops / seconds / 1e9);
    }
  }
  return best;
}

double total(const std::vector<double>& seconds) {
  double sum = 0.0;
  for (const double s : seconds) sum += s;
  return sum;
}

struct BenchOptions {
  RunOptions run;
  int64_t architectures = 8;
  int64_t rounds = 3;
  bool each = false;
  bool json = false;
};

// A set of proxies whose cost is measured together.
struct Subject {
  std::string proxies;
  proxies::Plan plan;
  std::vector<double> best;   // by architecture, seconds: passes and proxies, without building the network
  std::vector<double> score;  // of these, the proxies' own arithmetic
  bool listed = true;         // in the result; the others serve to compute what a proxy adds to the default set
};

struct Seconds {
  double passes = 0.0, score = 0.0;
};

// What is measured for one architecture and one set: everything that the set asks of an instantiated network.
Seconds score_once(const Subject& subject, const std::vector<nn::Network>& networks,
                   const nn::MinibatchStore& minibatches) {
  Seconds seconds;
  for (size_t g = 0; g < subject.plan.groups.size(); ++g) {
    const proxies::PlanGroup& group = subject.plan.groups[g];
    proxies::Probe probe(networks[g], group.setting, minibatches, /*repeat=*/0);
    seconds.passes += seconds_of([&] { probe.run(group.passes(0)); });
    seconds.score += seconds_of([&] {
      for (const proxies::PlanMember& member : group.members) {
        try {
          subject.plan.proxies[member.proxy]->score(probe);
        } catch (const proxies::Degenerate&) {  // costs as much
        }
      }
    });
  }
  return seconds;
}

class Bench {
 public:
  explicit Bench(const BenchOptions& options)
      : options_(options),
        space_(spaces::find_space(options.run.space)),
        defaults_(proxies::default_proxies(&space_)),
        source_(options.run.input, options.run.seed),
        minibatches_(source_),
        candidates_(search::sample(space_, static_cast<uint64_t>(options.architectures), options.run.seed, true)) {
    const auto fidelity = proxies::parse_fidelity(options.run.fidelity);
    std::vector<std::string> sets = {"grad_norm",
                                     "grad_norm,snip,plain,fisher,l2_norm,nwot,linear_regions_full",
                                     "grad_norm,snip,plain,fisher,l2_norm,nwot,linear_regions_full,jacob_cov",
                                     "grad_norm,snip,plain,fisher,l2_norm,nwot,linear_regions_full,jacob_cov,zico",
                                     "grasp",
                                     "synflow",
                                     "linear_regions",
                                     "nwot"};
    if (fidelity == proxies::Fidelity::kFast) sets.insert(sets.end(), {"ntk_cond", "default"});
    if (options.each) {
      sets.clear();
      for (const proxies::Proxy* proxy : proxies::parse_proxies("all", &space_)) {
        if (proxy->score) sets.push_back(proxy->name);
      }
      // With a coupled kernel in it, as at the other fidelities, the default set takes minutes.
      if (fidelity == proxies::Fidelity::kFast) sets.emplace_back("default");
    }
    if (options.run.proxies != "default") sets.push_back(options.run.proxies);
    const proxies::Overrides overrides = read_overrides(options.run, source_.classes());
    const auto plan_of = [&](const std::string& set) {
      proxies::Plan plan = proxies::make_plan(space_, proxies::parse_proxies(set, &space_), fidelity, overrides);
      proxies::prepare_minibatches(plan, minibatches_);
      return plan;
    };
    for (const std::string& set : sets) subjects_.push_back({set, plan_of(set), {}, {}});
    if (options.each && fidelity == proxies::Fidelity::kFast) {
      for (const std::string& set : sets) {
        if (set != "default") subjects_.push_back({toggled(set), plan_of(toggled(set)), {}, {}, /*listed=*/false});
      }
    }
    setting_ = plan_of("grad_norm").groups[0].setting;
  }

  void run();

 private:
  // The default set with the proxy, or without it where it is a member.
  std::string toggled(const std::string& proxy) const;
  bool in_default(const std::string& proxy) const;
  const Subject* subject(const std::string& proxies) const;
  // Seconds that the proxy adds to the rest of the default set; none where that was not measured.
  std::optional<double> added(const std::string& proxy) const;
  void measure_architecture(const spaces::Candidate& candidate);
  void measure_rates();
  core::Json result() const;
  std::string text() const;

  std::vector<spaces::UnitGraph> cells(const spaces::Candidate& candidate, nn::GraphView view) const {
    auto written = space_.cells(candidate.architecture);
    return view == nn::GraphView::kCanonical ? spaces::canonical_form(written).cells : written;
  }
  nn::Network network(const spaces::Candidate& candidate, const nn::Setting& setting) const {
    const spaces::OpGraph graph = space_.lower(cells(candidate, setting.view), setting.shape);
    return {graph, nn::initial_params(graph, setting.init, setting.dtype, options_.run.seed, 0, 0)};
  }

  const BenchOptions& options_;
  const spaces::SearchSpace& space_;
  const std::vector<std::string> defaults_;
  const nn::InputSource source_;
  nn::MinibatchStore minibatches_;
  const std::vector<spaces::Candidate> candidates_;
  std::vector<Subject> subjects_;
  nn::Setting setting_;

  double peak_ = 0.0, macs_ = 0.0;
  std::vector<double> forward_, plain_;  // by architecture, seconds
  double rate_one_ = 0.0, rate_all_ = 0.0;
};

void Bench::measure_architecture(const spaces::Candidate& candidate) {
  const nn::Network net = network(candidate, setting_);
  macs_ += static_cast<double>(net.graph().macs() * setting_.batch);
  const nn::Minibatch& batch = minibatches_.get(setting_, nn::Draw::kFirst, 0);
  const auto forward = [&] {
    const at::NoGradGuard no_gradients;
    net.forward(batch.images, nn::Norm::kBatch);
  };
  const auto plain = [&] {
    const Tensor logits = net.forward(batch.images, nn::Norm::kBatch);
    const Tensor loss = at::nll_loss(at::log_softmax(logits, 1), batch.labels);
    torch::autograd::grad({loss}, net.weights(), {}, c10::nullopt, false, /*allow_unused=*/true);
  };
  std::vector<std::vector<nn::Network>> networks;
  for (Subject& subject : subjects_) {
    networks.emplace_back();
    for (const proxies::PlanGroup& group : subject.plan.groups)
      networks.back().push_back(network(candidate, group.setting));
    subject.best.push_back(std::numeric_limits<double>::infinity());
    subject.score.push_back(std::numeric_limits<double>::infinity());
  }
  forward_.push_back(std::numeric_limits<double>::infinity());
  plain_.push_back(std::numeric_limits<double>::infinity());
  // All are measured in each round, so that a slow moment of the machine meets them alike; the best of the rounds
  // counts.
  for (int64_t round = 0; round <= options_.rounds; ++round) {
    const bool warm_up = round == 0;
    const auto keep = [&](double& best, double seconds) { best = warm_up ? best : std::min(best, seconds); };
    keep(forward_.back(), seconds_of(forward));
    keep(plain_.back(), seconds_of(plain));
    for (size_t s = 0; s < subjects_.size(); ++s) {
      const Seconds seconds = score_once(subjects_[s], networks[s], minibatches_);
      keep(subjects_[s].best.back(), seconds.passes + seconds.score);
      keep(subjects_[s].score.back(), seconds.score);
    }
  }
}

// Architectures a second through the whole pipeline with the default proxies, one worker and all of them in turn.
void Bench::measure_rates() {
  const auto fidelity = proxies::parse_fidelity(options_.run.fidelity);
  const std::string set = fidelity == proxies::Fidelity::kFast ? "default" : "grad_norm,nwot,zico,jacob_cov";
  const proxies::Plan plan = proxies::make_plan(space_, proxies::parse_proxies(set, &space_), fidelity,
                                                read_overrides(options_.run, source_.classes()));
  proxies::prepare_minibatches(plan, minibatches_);
  const proxies::Scorer scorer(space_, plan, minibatches_, options_.run.seed);
  const auto candidates =
      search::sample(space_, fidelity == proxies::Fidelity::kFast ? 200 : 16, options_.run.seed, true);
  const auto rate = [&](int workers) {
    proxies::PipelineOptions pipeline;
    pipeline.workers = workers;
    const double seconds = seconds_of([&] {
      proxies::score_candidates(space_, candidates, plan, scorer, pipeline, [](const proxies::ScoredRow&) {});
    });
    return static_cast<double>(candidates.size()) / seconds;
  };
  constexpr int kRuns = 5;
  std::vector<double> one, all;
  for (int i = 0; i < kRuns; ++i) {
    one.push_back(rate(1));
    all.push_back(rate(worker_count(options_.run.jobs)));
  }
  rate_one_ = median(one);
  rate_all_ = median(all);
}

bool Bench::in_default(const std::string& proxy) const {
  return std::find(defaults_.begin(), defaults_.end(), proxy) != defaults_.end();
}

std::string Bench::toggled(const std::string& proxy) const {
  if (!in_default(proxy)) return "default," + proxy;
  std::vector<std::string> rest;
  for (const std::string& name : defaults_) {
    if (name != proxy) rest.push_back(name);
  }
  return fmt::format("{}", fmt::join(rest, ","));
}

const Subject* Bench::subject(const std::string& proxies) const {
  const auto found = std::find_if(subjects_.begin(), subjects_.end(),
                                  [&](const Subject& candidate) { return candidate.proxies == proxies; });
  return found == subjects_.end() ? nullptr : &*found;
}

std::optional<double> Bench::added(const std::string& proxy) const {
  const Subject* other = subject(toggled(proxy));
  if (other == nullptr || other->listed) return std::nullopt;
  const double difference = total(other->best) - total(subject("default")->best);
  return in_default(proxy) ? -difference : difference;
}

core::Json Bench::result() const {
  const double unit = total(plain_), count = static_cast<double>(plain_.size());
  core::Json json;
  json["setting"] = setting_.text();
  json["architectures"] = plain_.size();
  json["convolution_peak_gflops"] = peak_;
  json["forward_ms"] = 1e3 * total(forward_) / count;
  json["forward_backward_ms"] = 1e3 * unit / count;
  // A backward pass costs two forwards: one for the inputs, one for the weights.
  json["forward_backward_gflops"] = 3.0 * 2.0 * macs_ / unit / 1e9;
  json["percent_of_peak"] = 100.0 * 3.0 * 2.0 * macs_ / unit / 1e9 / peak_;
  for (const Subject& subject : subjects_) {
    if (!subject.listed) continue;
    json["sets"].push_back({{"proxies", subject.proxies},
                            {"ms", 1e3 * total(subject.best) / count},
                            {"score_ms", 1e3 * total(subject.score) / count},
                            {"multiple", total(subject.best) / unit}});
    if (const auto seconds = added(subject.proxies)) json["sets"].back()["added_ms"] = 1e3 * *seconds / count;
  }
  json["workers"] = worker_count(options_.run.jobs);
  json["architectures_per_second_one_worker"] = rate_one_;
  json["architectures_per_second"] = rate_all_;
  json["speed_up"] = rate_all_ / rate_one_;
  json["machine"] = core::machine_facts();
  return json;
}

std::string Bench::text() const {
  const core::Json json = result();
  std::string text =
      fmt::format("{}, {} architectures, best of {} rounds\n", setting_.text(), plain_.size(), options_.rounds);
  text += fmt::format("convolution peak, one thread   {:9.1f} GFLOP/s\n", peak_);
  text += fmt::format("forward                        {:9.2f} ms\n", json["forward_ms"].get<double>());
  text += fmt::format("plain forward + backward       {:9.2f} ms   {:.1f} GFLOP/s, {:.0f} % of peak\n",
                      json["forward_backward_ms"].get<double>(), json["forward_backward_gflops"].get<double>(),
                      json["percent_of_peak"].get<double>());
  for (const core::Json& set : json["sets"]) {
    const std::string added = set.contains("added_ms")
                                  ? fmt::format("  {:6.2f} ms more in the default set", set["added_ms"].get<double>())
                                  : "";
    text += fmt::format("{:9.2f} ms  {:6.2f} x plain  {:7.3f} ms beside the passes{}   {}\n", set["ms"].get<double>(),
                        set["multiple"].get<double>(), set["score_ms"].get<double>(), added,
                        set["proxies"].get<std::string>());
  }
  text += fmt::format("architectures a second: {:.1f} with one worker, {:.1f} with {} ({:.2f} times)\n", rate_one_,
                      rate_all_, worker_count(options_.run.jobs), rate_all_ / rate_one_);
  return text;
}

void Bench::run() {
  const nn::KeptMemory kept;  // as where rows are scored
  peak_ = convolution_peak();
  for (const spaces::Candidate& candidate : candidates_) measure_architecture(candidate);
  measure_rates();
  std::cout << (options_.json ? core::json_text(result(), 2) + "\n" : text());
}

}  // namespace

void add_bench(CLI::App& program, int&) {
  const auto options = std::make_shared<BenchOptions>();
  options->run.space = "nasbench201";
  options->run.fidelity = "shared";
  CLI::App* command = program.add_subcommand("bench", "Measure pass times and rates on this machine");
  command->add_option("--space", options->run.space, "Search space")->capture_default_str();
  add_setting_options(*command, options->run);
  command->add_option("--architectures", options->architectures, "Sampled functions to measure on")
      ->capture_default_str();
  command->add_option("--rounds", options->rounds, "Measurements of each; the best counts")->capture_default_str();
  command->add_flag("--each", options->each,
                    "Measure every proxy by itself, in place of the usual sets; at fast fidelity also what it adds to "
                    "the default set");
  command->add_flag("--json", options->json, "JSON instead of text");
  command->footer(
      "Times are those of an instantiated network: passes and the proxies' own arithmetic, on one thread. A multiple "
      "is of\n"
      "one plain forward and backward, measured in the same rounds. --proxies measures a further set.\n"
      "Example: zeroth bench --fidelity fast");
  command->callback([options] {
    if (options->architectures < 1 || options->rounds < 1) {
      throw core::UsageError("--architectures and --rounds must be at least 1");
    }
    Bench(*options).run();
  });
}

}  // namespace zeroth::cli
