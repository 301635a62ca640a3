// The list of proxies and how it is asked for.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "proxies/proxy.h"
#include "spaces/search_space.h"
#include "tests/spaces/letters.h"

namespace zeroth::proxies {
namespace {

using Names = std::vector<std::string>;

Names names_of(const std::vector<const Proxy*>& proxies) {
  Names names;
  for (const Proxy* proxy : proxies) names.push_back(proxy->name);
  return names;
}

Names all_names() {
  Names names;
  for (const Proxy& proxy : all_proxies()) names.push_back(proxy.name);
  return names;
}

}  // namespace

TEST_CASE("an unknown proxy is answered with the nearest and with all valid names") {
  CHECK_THROWS_AS(parse_proxies("snipp"), core::UsageError);
  CHECK_THROWS_WITH(parse_proxies("nwot,snipp"),
                    Catch::Contains("unknown proxy \"snipp\"") && Catch::Contains("did you mean \"snip\"?") &&
                        Catch::Contains("known: params, macs") && Catch::Contains("default, all"));
  CHECK_THROWS_WITH(parse_proxies(""), Catch::Contains("unknown proxy \"\""));
  CHECK_THROWS_WITH(parse_proxies("snip,"), Catch::Contains("unknown proxy \"\""));
  // One spelling each.
  for (const char* alias : {"jacov", "naswot", "NWOT", "flops", "ntk"}) {
    CHECK_THROWS_AS(parse_proxies(alias), core::UsageError);
  }
}

TEST_CASE("chosen proxies come in column order, each once") {
  CHECK(names_of(parse_proxies("zico,params,snip,params")) == Names{"params", "snip", "zico"});
  CHECK(names_of(parse_proxies("all")) == all_names());
  CHECK(names_of(parse_proxies("snip,all")) == all_names());
}

TEST_CASE("a proxy with parameters is made once, is named as it was written, and is in no set") {
  const std::string text = "swap_reg:mu=1000:sigma=500";
  const auto first = parse_proxies(text + ",snip," + text);
  CHECK(names_of(first) == Names{"snip", text});
  CHECK(parse_proxies(text).front() == first.back());
  CHECK(parse_proxies("swap_reg:sigma=500:mu=1000").front() != first.back());
  for (const std::string& name : all_names()) CHECK(name.find("swap_reg") == std::string::npos);
  std::vector<const Proxy*> found(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&found, i] { found[i] = parse_proxies("swap_reg:mu=7:sigma=3").front(); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(std::count(found.begin(), found.end(), found.front()) == static_cast<int64_t>(found.size()));
}

TEST_CASE("parameters that are missing, unknown or no numbers are answered with the whole form") {
  const auto answer = [](const std::string& text, const std::string& message) {
    INFO(text);
    CHECK_THROWS_AS(parse_proxies(text), core::UsageError);
    CHECK_THROWS_WITH(parse_proxies(text), Catch::Contains(message) && Catch::Contains("swap_reg:mu=MU:sigma=SIGMA"));
  };
  answer("swap_reg", "parameter mu is missing");
  answer("swap_reg:mu=1000", "parameter sigma is missing");
  answer("swap_reg:mu=1:tau=2", "unknown parameter \"tau\"; did you mean \"mu\"? known: mu, sigma");
  answer("swap_reg:mu=1:sigma=", "parameter \"sigma=\" is no number");
  answer("swap_reg:mu=1:sigma", "parameter \"sigma\" is no number");
  answer("swap_reg:mu=1:sigma=inf", "parameter \"sigma=inf\" is no number");
  answer("swap_reg:mu=1:mu=1:sigma=2", "parameter mu is given twice");
  answer("swap_reg:mu=1:sigma=2:", "unknown parameter \"\"");
  answer("swap_reg:mu=1:sigma=0", "sigma must be above 0");
  answer("swap_rg:mu=1", "unknown proxy \"swap_rg:mu=1\"");
  CHECK_THROWS_AS(parse_proxies("snip:mu=1"), core::UsageError);
}

TEST_CASE("in a space, all are those that its example has a score for, and others can be named") {
  const spaces::SearchSpace& space = spaces::find_space("nasbench201");
  Names suited;
  for (const Proxy& proxy : all_proxies()) {
    if (proxy.networks == "all") suited.push_back(proxy.name);
  }
  REQUIRE(suited.size() < all_proxies().size());
  CHECK(names_of(parse_proxies("all", &space)) == suited);
  CHECK(names_of(parse_proxies("dss,snip", &space)) == Names{"snip", "dss"});
}

TEST_CASE("a proxy of the thin network is for spaces that have one") {
  const tests::Letters letters;
  const Names all = names_of(parse_proxies("all", &letters));
  CHECK(std::find(all.begin(), all.end(), "linear_regions_full") != all.end());
  CHECK(std::find(all.begin(), all.end(), "linear_regions") == all.end());
  CHECK(names_of(parse_proxies("linear_regions", &letters)) == Names{"linear_regions"});
}

TEST_CASE("the default set is one of listed proxies, and can be added to") {
  Names defaults = default_proxies();
  CHECK(std::find(defaults.begin(), defaults.end(), "snip") == defaults.end());
  const Names chosen = names_of(parse_proxies("default"));
  CHECK(std::is_permutation(chosen.begin(), chosen.end(), defaults.begin(), defaults.end()));
  defaults.push_back("snip");
  const Names more = names_of(parse_proxies("default,snip"));
  CHECK(std::is_permutation(more.begin(), more.end(), defaults.begin(), defaults.end()));
}

TEST_CASE("a space whose networks have no feature maps has a default set of its own") {
  const Names tokens = {"l2_norm", "snip", "entropy:deepmad"};
  for (const auto& space : spaces::all_spaces()) {
    INFO(space->name());
    const Names chosen = names_of(parse_proxies("default", space.get())), defaults = default_proxies(space.get());
    CHECK(std::is_permutation(chosen.begin(), chosen.end(), defaults.begin(), defaults.end()));
    const bool of_tokens =
        space->name() == "bert" || space->name() == "pit" || space->name() == "autoformer" || space->name() == "rnn";
    CHECK((defaults == tokens) == of_tokens);
    CHECK(of_tokens == (std::find(chosen.begin(), chosen.end(), "swap") == chosen.end()));
  }
}

TEST_CASE("fidelities are named, and an unknown one is answered with the names") {
  for (const char* name : {"fast", "shared", "paper"}) CHECK(name_of(parse_fidelity(name)) == name);
  CHECK_THROWS_AS(parse_fidelity("full"), core::UsageError);
  CHECK_THROWS_WITH(parse_fidelity("full"), Catch::Contains("fast, shared, paper"));
}

TEST_CASE("every pass has a name of its own") {
  Names names;
  for (const Pass pass : all_passes()) names.emplace_back(name_of(pass));
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CHECK(std::count(names.begin(), names.end(), "") == 0);
}

TEST_CASE("a score that is no number, or no signal, has a reason instead") {
  CHECK(finite(-2.5) == -2.5);
  CHECK(finite(0.0) == 0.0);
  CHECK(alive(2.5) == 2.5);
  CHECK_THROWS_AS(finite(std::nan("")), Degenerate);
  CHECK_THROWS_AS(alive(INFINITY), Degenerate);
  CHECK_THROWS_WITH(alive(0.0), "no signal passes the network");
}

}  // namespace zeroth::proxies
