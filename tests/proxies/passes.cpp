// What a set of proxies costs: passes are shared, settings merged, and options win over both.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "core/error.h"
#include "tests/proxies/scoring.h"

namespace zeroth::proxies {
namespace {

using tests::nasbench201;
using tests::Scoring;

// Forwards and backwards that an architecture costs, on a small network.
struct Cost {
  int forwards, backwards;
  friend bool operator==(Cost a, Cost b) { return a.forwards == b.forwards && a.backwards == b.backwards; }
  friend std::ostream& operator<<(std::ostream& out, Cost c) {
    return out << c.forwards << " forwards, " << c.backwards << " backwards";
  }
};

Cost cost(const std::string& proxies, Fidelity fidelity, const Overrides& overrides = tests::tiny()) {
  const Scores scores = Scoring(nasbench201(), proxies, fidelity, overrides).score(tests::kBest);
  return {scores.count.forwards, scores.count.backwards};
}

Plan plan(const std::string& proxies, Fidelity fidelity, const Overrides& overrides = {}) {
  return make_plan(nasbench201(), parse_proxies(proxies, &nasbench201()), fidelity, overrides);
}

// The setting and repeats of each proxy of a plan.
struct Place {
  nn::Setting setting;
  int repeats;
};
std::map<std::string, Place> places(const Plan& plan) {
  std::map<std::string, Place> found;
  for (const PlanGroup& group : plan.groups) {
    for (const PlanMember& member : group.members) {
      found[plan.proxies[member.proxy]->name] = {group.setting, member.repeats};
    }
  }
  return found;
}

}  // namespace

TEST_CASE("one forward and one backward feed the gradient proxies, patterns and norms") {
  const Fidelity fidelity = GENERATE(Fidelity::kFast, Fidelity::kShared);
  CHECK(cost("params,macs,live_params,live_macs", fidelity) == Cost{0, 0});
  CHECK(cost("l2_norm", fidelity) == Cost{0, 0});
  CHECK(cost("nwot,nwot_bw,linear_regions_full", fidelity) == Cost{1, 0});
  CHECK(cost("grad_norm,snip,plain,fisher,l2_norm,nwot,linear_regions_full", fidelity) == Cost{1, 1});
  CHECK(cost("grad_norm,nwot,jacob_cov", fidelity) == Cost{1, 2});
  CHECK(cost("grad_norm,nwot,zico", fidelity) == Cost{2, 2});
  CHECK(cost("grad_norm,snip,plain,fisher,nwot,zico,jacob_cov", fidelity) == Cost{2, 3});
  CHECK(cost("synflow,logsynflow", fidelity) == Cost{1, 1});
  CHECK(cost("linear_regions", fidelity) == Cost{3, 0});
  CHECK(cost("grad_norm,grad_norm:all,snip", fidelity) == Cost{1, 1});
  CHECK(cost("az_expressivity,az_progressivity,nwot", fidelity) == Cost{1, 0});
  CHECK(cost("az_expressivity,az_trainability,az_trainability:fixed", fidelity) == Cost{1, 1});
  CHECK(cost("az_trainability,grad_norm,jacob_cov", fidelity) == Cost{1, 3});
  CHECK(cost("zen,zen:fixed", fidelity) == Cost{2, 0});
  CHECK(cost("zen,grad_norm,nwot", fidelity) == Cost{2, 1});
  CHECK(cost("synflow_bn", fidelity) == Cost{1, 1});
  CHECK(cost("synflow,synflow_bn,snr", fidelity) == Cost{2, 2});
  CHECK(cost("t_cet,t_cet:log,snr,synflow", fidelity) == Cost{2, 1});
  CHECK(cost("epe_nas,jacob_cov,grad_norm,kgm", fidelity) == Cost{1, 2});
  CHECK(cost("gradsign,gradsign:mean,grad_angle", fidelity) == Cost{1, 1});
  CHECK(cost("ntk_trace,grad_norm", fidelity) == Cost{1, 2});
  CHECK(cost("ntk_cond:eval", fidelity) == Cost{1, 1});
  CHECK(cost("swap,swap_reg:mu=100:sigma=1000,meco,meco:fixed,meco_opt", fidelity) == Cost{1, 0});
  CHECK(cost("swap,meco,meco_opt,nwot,grad_norm", fidelity) == Cost{1, 1});
  CHECK(cost("dextr,meco", fidelity) == Cost{2, 0});
  CHECK(cost("entropy,entropy:deepmad,freerea_skip_span,convs_1x1,log_paths,width", fidelity) == Cost{0, 0});
}

TEST_CASE("jacobian_trace is free beside jacob_cov at fast fidelity and one backward a class where it is exact") {
  CHECK(cost("jacobian_trace,jacob_cov", Fidelity::kFast) == Cost{1, 1});
  CHECK(cost("jacobian_trace", Fidelity::kShared) == Cost{1, 10});
  CHECK(cost("jacobian_trace,jacob_cov", Fidelity::kShared) == Cost{1, 11});
}

TEST_CASE("the tangent kernel is one backward at fast fidelity and one an image where batch statistics count") {
  const int images = static_cast<int>(*tests::tiny().batch);
  CHECK(cost("ntk_cond", Fidelity::kFast) == Cost{1, 1});
  CHECK(cost("ntk_cond,nwot,grad_norm", Fidelity::kFast) == Cost{1, 2});
  CHECK(cost("ntk_cond", Fidelity::kShared) == Cost{1, images});
  CHECK(cost("ntk_cond,nwot,grad_norm", Fidelity::kShared) == Cost{1, images + 1});
  CHECK(cost("ntk_cond", Fidelity::kPaper) == Cost{3, 3 * images});
}

TEST_CASE("the default set costs three forwards and two backwards") {
  // ntk_cond, az_expressivity, swap and meco_opt share a forward and ntk_cond adds a backward to it; t_cet:log has a
  // forward with running statistics and a forward and backward of absolute weights.
  CHECK(cost("default", Fidelity::kFast) == Cost{3, 2});
}

TEST_CASE("repeats multiply the cost") {
  Overrides overrides = tests::tiny();
  overrides.repeats = 3;
  CHECK(cost("grad_norm,nwot,zico", Fidelity::kShared, overrides) == Cost{6, 6});
}

TEST_CASE("in the authors' settings a proxy's repeats do not make others repeat") {
  Overrides overrides = tests::tiny();
  // logsynflow: three initialisations of its own; grad_norm: one.
  CHECK(cost("grad_norm,logsynflow", Fidelity::kPaper, overrides) == Cost{1 + 3, 1 + 3});
  // In one setting: the first repeat runs the passes of both.
  overrides.init = nn::Init::kPytorch;
  CHECK(cost("grad_norm,logsynflow", Fidelity::kPaper, overrides) == Cost{1 + 3, 1 + 3});
}

TEST_CASE("every fidelity has the setting that it promises") {
  const nn::Setting fast = base_setting(nasbench201(), Fidelity::kFast);
  CHECK(fast.text() == "canonical C=8 N=3 8x8 classes=10 batch=16 init=pytorch float32");
  for (const Fidelity fidelity : {Fidelity::kShared, Fidelity::kPaper}) {
    const nn::Setting full = base_setting(nasbench201(), fidelity);
    CHECK(full.text() == "as-written C=16 N=5 32x32 classes=10 batch=64 init=pytorch float32");
    CHECK(full.repeats == 1);
  }
}

TEST_CASE("equal settings are merged: at fast and shared fidelity all proxies but the thin network's share one") {
  const Fidelity fidelity = GENERATE(Fidelity::kFast, Fidelity::kShared);
  const Plan all = plan("all", fidelity);
  REQUIRE(all.groups.size() == 2);
  for (const auto& [name, place] : places(all)) {
    INFO(name);
    CHECK(place.setting.shape.thin == (name == "linear_regions"));
    CHECK(place.repeats == 1);
  }
}

TEST_CASE("at paper fidelity each proxy has its authors' setting") {
  const auto found = places(plan("all", Fidelity::kPaper));
  CHECK(found.at("nwot").setting.batch == 128);
  CHECK(found.at("nwot_bw").setting.batch == 128);
  CHECK(found.at("grad_norm").setting.batch == 64);
  CHECK(found.at("zico").setting.init == nn::Init::kPytorch);
  CHECK(found.at("logsynflow").setting.init == nn::Init::kKaimingNormalFanIn);
  CHECK(found.at("logsynflow").repeats == 3);
  CHECK(found.at("synflow").repeats == 1);
  CHECK(found.at("ntk_cond").setting.batch == 72);
  CHECK(found.at("ntk_cond").setting.init == nn::Init::kKaimingNormalFanOut);
  CHECK(found.at("ntk_cond").repeats == 3);
  CHECK(found.at("ntk_cond:eval").setting.batch == 72);
  CHECK(found.at("ntk_cond:eval").repeats == 3);
  CHECK(found.at("linear_regions").setting.shape.thin);
  for (const char* name : {"az_expressivity", "az_progressivity", "az_trainability", "az_trainability:fixed"}) {
    CHECK(found.at(name).setting.init == nn::Init::kKaimingNormalFanIn);
    CHECK(found.at(name).setting.batch == 64);
  }
  CHECK(found.at("zen").setting.init == nn::Init::kNormal);
  CHECK(found.at("zen:fixed").setting.init == nn::Init::kNormal);
  CHECK(found.at("swap").setting.batch == 16);
  CHECK(found.at("swap").setting.init == nn::Init::kNormal);
  CHECK(found.at("swap").repeats == 32);
  for (const char* name : {"meco", "meco:fixed", "meco_opt", "dextr"}) CHECK(found.at(name).setting.batch == 1);
  for (const auto& [name, place] : found) {
    INFO(name);
    CHECK(place.setting.view == nn::GraphView::kAsWritten);
  }
}

TEST_CASE("options win over the fidelity and over a proxy's own setting") {
  Overrides overrides = tests::tiny();
  overrides.view = nn::GraphView::kCanonical;
  overrides.init = nn::Init::kXavier;
  overrides.dtype = nn::DType::kFloat64;
  overrides.classes = 7;
  overrides.repeats = 2;
  const Plan all = plan("all", Fidelity::kPaper, overrides);
  CHECK(all.view == nn::GraphView::kCanonical);
  CHECK(all.has_repeats());
  REQUIRE(all.groups.size() == 2);
  for (const auto& [name, place] : places(all)) {
    INFO(name);
    CHECK(place.repeats == 2);
    CHECK(place.setting.init == nn::Init::kXavier);
    CHECK(place.setting.dtype == nn::DType::kFloat64);
    if (place.setting.shape.thin) continue;
    CHECK(place.setting.text() == "canonical C=4 N=1 8x8 classes=7 batch=6 init=xavier float64");
  }
}

TEST_CASE("the thin network keeps its shape and batch whatever the options") {
  const nn::Setting plain = places(plan("linear_regions", Fidelity::kFast)).at("linear_regions").setting;
  CHECK(plain.text() == "canonical thin C=1 3x3 batch=1000 init=kaiming_normal_fan_in float32");
  CHECK(places(plan("linear_regions", Fidelity::kFast, tests::tiny())).at("linear_regions").setting.text() ==
        plain.text());
  const Scoring small(nasbench201(), "linear_regions", Fidelity::kFast, tests::tiny()),
      usual(nasbench201(), "linear_regions", Fidelity::kFast, {});
  CHECK(*small.score(tests::kBest).proxies[0].value == *usual.score(tests::kBest).proxies[0].value);
}

TEST_CASE("a plan prepares the minibatches that its passes read, and no others") {
  const auto prepared = [](const std::string& proxies, nn::Draw draw) {
    const Scoring scoring(nasbench201(), proxies, Fidelity::kShared, tests::tiny());
    try {
      scoring.minibatches().get(scoring.plan().groups[0].setting, draw, 0);
      return true;
    } catch (const core::Bug&) {
      return false;
    }
  };
  CHECK(prepared("nwot", nn::Draw::kFirst));
  CHECK_FALSE(prepared("nwot", nn::Draw::kSecond));
  CHECK(prepared("zico", nn::Draw::kSecond));
  CHECK(prepared("zen", nn::Draw::kFirst));
  CHECK(prepared("zen", nn::Draw::kSecond));
  CHECK(prepared("t_cet", nn::Draw::kFirst));
  CHECK_FALSE(prepared("synflow_bn", nn::Draw::kFirst));
  CHECK_FALSE(prepared("synflow", nn::Draw::kFirst));
  CHECK(prepared("linear_regions", nn::Draw::kThin3));
  CHECK(prepared("swap", nn::Draw::kFirst));
  CHECK(prepared("meco", nn::Draw::kFirst));
  CHECK_FALSE(prepared("linear_regions", nn::Draw::kFirst));
}

TEST_CASE("reading the result of a pass that did not run is a bug") {
  spaces::OpGraph graph;
  graph.linear(graph.global_avg_pool(graph.input({3, 4, 4}), "pool"), 5, "classifier");
  const tests::TinyNetwork tiny(graph, tests::drawn_params(graph), /*batch=*/4, /*classes=*/5);
  const Probe probe = tiny.probe({Pass::kPatterns});
  CHECK(probe.patterns().units == 0);
  CHECK_THROWS_AS(probe.loss_gradient(), core::Bug);
  CHECK_THROWS_AS(probe.second_gradient(), core::Bug);
  CHECK_THROWS_AS(probe.hessian_gradient(), core::Bug);
  CHECK_THROWS_AS(probe.channel_saliency(), core::Bug);
  CHECK_THROWS_AS(probe.input_jacobian(), core::Bug);
  CHECK_THROWS_AS(probe.full_gradient(), core::Bug);
  CHECK_THROWS_AS(probe.absolute_weights(), core::Bug);
  CHECK_THROWS_AS(probe.absolute_gradient(), core::Bug);
  CHECK_THROWS_AS(probe.absolute_normed_gradient(), core::Bug);
  CHECK_THROWS_AS(probe.layer_patterns(), core::Bug);
  CHECK_THROWS_AS(probe.tap_entropies(), core::Bug);
  CHECK_THROWS_AS(probe.tap_steps(), core::Bug);
  CHECK_THROWS_AS(probe.perturbation(), core::Bug);
  CHECK_THROWS_AS(probe.kernel(), core::Bug);
  CHECK_THROWS_AS(probe.thin_codes(), core::Bug);
  CHECK_THROWS_AS(probe.class_jacobian_square(), core::Bug);
  CHECK_THROWS_AS(probe.sign_agreement(), core::Bug);
  CHECK_THROWS_AS(probe.image_kernel(), core::Bug);
  CHECK_THROWS_AS(probe.true_logit_square(), core::Bug);
  CHECK_THROWS_AS(probe.running_kernel(), core::Bug);
  CHECK_THROWS_AS(probe.distinct_unit_patterns(), core::Bug);
  CHECK_THROWS_AS(probe.first_image(), core::Bug);
  CHECK_THROWS_AS(probe.channel_correlations(), core::Bug);
  CHECK_THROWS_AS(probe.curvature(), core::Bug);
  CHECK_THROWS_AS(probe.sum_gradient(), core::Bug);
  CHECK_THROWS_AS(probe.token_statistics(), core::Bug);
  CHECK_THROWS_AS(probe.hidden_spectra(), core::Bug);
}

}  // namespace zeroth::proxies
