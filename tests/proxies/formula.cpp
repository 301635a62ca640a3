// Formulas that a user writes: what they compute, what they refuse, and the known proxies restated in them.
#include "proxies/formula.h"

#include <cmath>

#include "core/error.h"
#include "proxies/formula_proxy.h"
#include "tests/nn/graphs.h"
#include "tests/proxies/scoring.h"
#include "tests/temporary_folder.h"

namespace {

using namespace zeroth;
using Catch::Matchers::Contains;
using proxies::Formula;
using proxies::Pass;
using tests::TemporaryFolder;

double evaluate(const std::string& text) {
  const std::map<std::string, Eigen::ArrayXd> tensors = {
      {"a", Eigen::Array3d(1.0, -2.0, 0.0)}, {"b", Eigen::Array3d(3.0, 0.5, -1.0)}, {"c", Eigen::Array2d(1.0, 2.0)}};
  return Formula(text, {"a", "b", "c"}).evaluate([&](const std::string& name) -> const Eigen::ArrayXd& {
    return tensors.at(name);
  });
}

void check_refused(const std::string& text, const std::string& why) {
  INFO(text);
  CHECK_THROWS_AS(evaluate(text), core::Error);
  CHECK_THROWS_WITH(evaluate(text), Contains(why));
}

// A proxy's value and that of its restatement, on one network. `passes` are the restatement's, `own` what the proxy
// needs beside them.
void check_restated(const std::string& name, proxies::PassSet passes, const std::string& layer,
                    const std::string& score, proxies::PassSet own = {}) {
  INFO(name);
  const TemporaryFolder folder;
  const proxies::Proxy restated = proxies::formula_proxy(
      folder.write("formula.yaml", "name: restated\nlayer: \"" + layer + "\"\nscore: \"" + score + "\"\n"));
  const proxies::Request request = restated.request(proxies::Fidelity::kShared, {});
  CHECK(request.passes == passes);
  const spaces::OpGraph graph = tests::branched_graph();
  const tests::TinyNetwork tiny(graph, tests::drawn_params(graph), /*batch=*/6, /*classes=*/5);
  own |= passes;
  CHECK(restated.score(tiny.probe(passes)) == Approx(tiny.score(name, own)).epsilon(1e-12));
}

}  // namespace

TEST_CASE("formulas follow the usual order of operations") {
  CHECK(evaluate("1 + 2 * 3") == 7.0);
  CHECK(evaluate("(1 + 2) * 3") == 9.0);
  CHECK(evaluate("2 ^ 3 ^ 2") == 512.0);
  CHECK(evaluate("-2 ^ 2") == -4.0);
  CHECK(evaluate("2 ^ -1") == 0.5);
  CHECK(evaluate("7 - 2 - 1") == 4.0);
  CHECK(evaluate("8 / 4 / 2") == 1.0);
  CHECK(evaluate("1.5e-1 * 10") == Approx(1.5));
}

TEST_CASE("formulas compute by element and reduce to a number") {
  CHECK(evaluate("sum(a * b)") == 2.0);
  CHECK(evaluate("sum(abs(a) + 1)") == 6.0);
  CHECK(evaluate("mean(b)") == Approx(2.5 / 3.0));
  CHECK(evaluate("std(c)") == 0.5);
  CHECK(evaluate("l1(a) + l2(square(a))") == Approx(3.0 + std::sqrt(17.0)));
  CHECK(evaluate("largest(a) - smallest(b)") == 2.0);
  CHECK(evaluate("count(c)") == 2.0);
  CHECK(evaluate("sum(sign(a))") == 0.0);
  CHECK(evaluate("sum(ratio(b, a))") == 3.0 - 0.25);
  CHECK(evaluate("sum(max(a, b))") == 3.5);
  CHECK(evaluate("sum(min(a, 0))") == -2.0);
  CHECK(evaluate("sum(log_positive(c)) + log_positive(0)") == Approx(std::log(2.0)));
  CHECK(evaluate("log1p(exp(0)) - log(2) + sqrt(4) + tanh(0) + relu(-1) + sigmoid(0)") == Approx(2.5));
}

TEST_CASE("a formula that cannot be read says where and what is allowed") {
  check_refused("sum(a", "column 6: expected \")\"");
  check_refused("sum(a) b", "column 8: nothing can follow here");
  check_refused("total(a)", "column 1: unknown function \"total\"");
  check_refused("sum(d)", "unknown tensor \"d\"; did you mean \"a\"? known: a, b, c");
  check_refused("1 + ", "expected a number, a name or");
  check_refused("", "expected a number, a name or");
  check_refused("1..2", "is not a number");
  check_refused("a * b", "its value is a tensor");
  check_refused("max(a)", "expected \",\"");
  check_refused("sum(a * c)", "tensors of 3 and 2 elements");
  check_refused(std::string(100000, '('), "too deep");
  check_refused(std::string(100000, '-') + "1", "too deep");
}

TEST_CASE("known proxies restated as formulas have their values") {
  check_restated("grad_norm", {Pass::kLossGradient}, "l2(gradient)", "sum(layers)");
  check_restated("snip", {Pass::kLossGradient}, "sum(abs(weight * gradient))", "sum(layers)");
  check_restated("grasp", {Pass::kHessianGradient}, "-sum(weight * hessian_gradient)", "sum(layers)",
                 {Pass::kHessianForm});
  check_restated("synflow", {Pass::kAbsoluteWeights}, "sum(abs(absolute_weight * absolute_gradient))",
                 "log(sum(layers))");
  check_restated("zico", {Pass::kLossGradient, Pass::kSecondGradient},
                 "log_positive(sum(ratio(abs(gradient) + abs(second_gradient), abs(gradient - second_gradient))))",
                 "sum(layers)");
}

TEST_CASE("a formula reads the outputs of layers") {
  const TemporaryFolder folder;
  const proxies::Proxy proxy = proxies::formula_proxy(
      folder.write("f.yaml", "name: spread\nlayer: log(std(output) / l2(weight))\nscore: mean(layers)\n"));
  CHECK_FALSE(proxy.uses_labels);
  const spaces::OpGraph graph = tests::branched_graph();
  const tests::TinyNetwork tiny(graph, tests::drawn_params(graph), 6, 5);
  const proxies::Probe probe = tiny.probe({Pass::kLayerOutputs});
  double expected = 0.0;
  for (size_t l = 0; l < probe.layer_outputs().size(); ++l) {
    const torch::Tensor spread = probe.layer_outputs()[l].std(/*unbiased=*/false);
    expected += std::log((spread / tiny.network().weights()[l].norm()).item<double>());
  }
  CHECK(proxy.score(probe) == Approx(expected / static_cast<double>(probe.layer_outputs().size())).epsilon(1e-10));
}

TEST_CASE("a formula file is a proxy under the name that it gives, unless another has it") {
  const TemporaryFolder folder;
  const std::string mine = folder.write("mine.yaml", "name: mine\nlayer: l1(weight)\nscore: sum(layers)\n");
  const auto chosen = proxies::parse_proxies("snip,file:" + mine);
  REQUIRE(chosen.size() == 2);
  CHECK(chosen[1]->name == "mine");
  CHECK(proxies::parse_proxies("file:" + mine)[0] == chosen[1]);
  const std::string taken = folder.write("taken.yaml", "name: snip\nlayer: l1(weight)\nscore: sum(layers)\n");
  CHECK_THROWS_WITH(proxies::parse_proxies("file:" + taken), Contains("another proxy with the name snip"));
  CHECK_THROWS_WITH(proxies::parse_proxies("file:"), Contains("file:FORMULA.yaml"));
}

TEST_CASE("a formula file with a mistake is named with its line") {
  const TemporaryFolder folder;
  const auto check = [&](const std::string& text, const std::string& why) {
    INFO(text);
    const std::string path = folder.write("bad.yaml", text);
    CHECK_THROWS_AS(proxies::formula_proxy(path), core::Error);
    CHECK_THROWS_WITH(proxies::formula_proxy(path), Contains(path + why));
  };
  const std::string score = "score: sum(layers)\n";
  check("name: x\nlayer: l2(weight)\n", ":1: the key \"score\" is missing");
  check("name: x\nlayers: l2(weight)\n" + score, ":2: unknown key \"layers\"; did you mean \"layer\"?");
  check("name: x\nlayer: l2(wieght)\n" + score, ":2: layer: formula \"l2(wieght)\", column 4: unknown tensor");
  check("name: x\nlayer: [1, 2]\n" + score, ":2: layer: must be a text");
  check("name: X-1\nlayer: l2(weight)\n" + score, ":1: name \"X-1\"");
  check("- name\n", ":1: a formula is a map of the keys");
  check("", ":1: a formula is a map of the keys");
  check("name: \"x\nlayer: 1\n", ":");
  CHECK_THROWS_WITH(proxies::formula_proxy(folder.path("none.yaml")), Contains("none.yaml"));
}
