#include "eval/report_page.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <sstream>

#include "core/csv.h"
#include "tests/eval/temporary_file.h"
#include "tests/temporary_folder.h"

namespace zeroth::eval {
namespace {

using Catch::Matchers::Contains;
using tests::TemporaryFile;
using tests::TemporaryFolder;

Report report_of(const std::string& scores, const std::string& accuracies = "") {
  const TemporaryFile run("run.csv", scores);
  ReportRun read;
  read.label = "run";
  read.scores = core::ScoreTable::read(run.path());
  read.milliseconds["nwot"] = 2.5;
  std::vector<Benchmark> benchmarks;
  if (!accuracies.empty()) {
    const TemporaryFile file("accuracies.csv", accuracies);
    benchmarks.push_back(Benchmark::read(file.path(), "acc"));
  }
  const spaces::SearchSpace* space = spaces::recognise_space(read.scores.rows.back().arch);
  return make_report({read}, benchmarks, space, {"Title <b>", "zeroth report '<run>'", "", 10, {}});
}

nlohmann::ordered_json data_of(const std::string& page) {
  const std::string begin = R"(<script type="application/json" id="data">)";
  const size_t from = page.find(begin) + begin.size();
  return nlohmann::ordered_json::parse(page.substr(from, page.find("</script>", from) - from));
}

// As report/columns.js does it.
std::vector<double> unpacked(const std::string& text, size_t width) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<unsigned char> bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<uint32_t>(digits.find(c));
    count += 6;
    if (count >= 8) bytes.push_back(static_cast<unsigned char>(bits >> (count -= 8)));
  }
  std::vector<double> values;
  for (size_t i = 0; i + width <= bytes.size(); i += width) {
    uint64_t word = 0;
    for (size_t j = 0; j < width; ++j) word |= static_cast<uint64_t>(bytes[i + j]) << (8 * (8 - width + j));
    double value = 0;
    std::memcpy(&value, &word, sizeof value);
    values.push_back(value);
  }
  return values;
}

// What a page became once its scripts had run, and what they complained of.
struct Opened {
  std::string dom, complaints;
};

// Opens a page with an address such as "#sort=x" in Chromium. Nothing where that is not installed.
std::optional<Opened> open_page(const std::string& page, const std::string& address) {
  if (std::system("command -v chromium > /dev/null 2>&1") != 0) {
    WARN("skipped: chromium is not here");
    return std::nullopt;
  }
  const TemporaryFolder folder;
  const std::string file = folder.write("page.html", page);
  const std::string command =
      "HOME='" + folder.path("") + "' timeout 120 chromium --headless --no-sandbox --disable-gpu " +
      "--virtual-time-budget=3000 --enable-logging=stderr --window-size=390,844 --user-data-dir='" +
      folder.path("profile") + "' --dump-dom 'file://" + file + address + "' 2> '" + folder.path("log") + "'";
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Opened opened;
  std::array<char, 65536> block{};
  for (size_t n = 0; (n = std::fread(block.data(), 1, block.size(), pipe)) > 0;) opened.dom.append(block.data(), n);
  REQUIRE(::pclose(pipe) == 0);
  std::istringstream log(TemporaryFolder::read(folder.path("log")));
  for (std::string line; std::getline(log, line);) {
    if (line.find("CONSOLE") != std::string::npos) opened.complaints += line + "\n";
  }
  // Not the data, which hold every name anyway.
  const size_t main = opened.dom.find("<main"), end = opened.dom.find("</main>");
  REQUIRE(end != std::string::npos);
  opened.dom = opened.dom.substr(main, end - main);
  return opened;
}

const std::string kEvil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
const std::string kScores = "arch,params,nwot,x\n" + kEvil +
                            ",3,600,1\na|b,2,650,3\nc|d,1,,2\n"
                            "|avg_pool_3x3~0|+|none~0|skip_connect~1|+|none~0|avg_pool_3x3~1|skip_connect~2|,4,550,4\n";
const std::string kAccuracies = "arch,acc\na|b,90\nc|d,91\n" + kEvil + ",92\n";

size_t visible_sections(const std::string& dom) {
  size_t count = 0;
  for (size_t at = dom.find("<section id="); at != std::string::npos; at = dom.find("<section id=", at + 1)) {
    count += dom.substr(at, dom.find('>', at) - at).find("hidden") == std::string::npos ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("the page is one file: it names no other and loads none") {
  const std::string text = page(report_of(kScores));
  CHECK_THAT(text, Contains("default-src 'none'") && Contains("Chart.js v3"));
  CHECK_THAT(std::string(kPageTemplate), !Contains("src=") && !Contains("<link") && !Contains("@import") &&
                                             !Contains("url(") && !Contains("@REPORT_") &&
                                             !Contains("sourceMappingURL"));
}

TEST_CASE("names end up in the page as data, whatever they say") {
  const std::string text = page(report_of(kScores, kAccuracies));
  CHECK_THAT(text, !Contains("alert(1)</script>") && !Contains("<img src=x") && Contains("\\u003c/script>"));
  const auto data = data_of(text);
  CHECK(data.at("architectures").at(0) == "a|b");
  CHECK(data.at("architectures").at(1) == kEvil);
  CHECK(data.at("title") == "Title <b>");
  CHECK_THAT(data.at("runs").at(0).at("file").get<std::string>(), Contains("run.csv"));
  // Bytes that are not UTF-8 are replaced, and control characters escaped.
  CHECK(data_of(page(report_of("arch,x\n\"a\xff\n\",1\n"))).at("architectures").at(0) == "a\xef\xbf\xbd");
}

TEST_CASE("numbers are whole, those of a large table's scores have six digits, and failed cells stay failed") {
  const std::vector<double> numbers = {1.7976931348623157e308, 73306, 0.1, 1e-300, 0, -149.32456789, -1.5e300};
  const bool large = GENERATE(false, true);
  std::string scores = "arch,x,params\n";
  for (size_t i = 0; i < numbers.size(); ++i) {
    const std::string number = core::number_text(numbers[i]);
    scores += "a" + std::to_string(i) + "," + number + "," + number + "\n";
  }
  scores += "b,,\n";
  for (int i = 0; large && i < 200000; ++i) scores += std::to_string(i) + ",,\n";
  const auto data = data_of(page(report_of(scores)));
  const auto& x = data.at("columns").at(0);
  CHECK(x.at("whole") == !large);
  CHECK(data.at("columns").at(1).at("whole") == true);
  const std::vector<double> read = unpacked(x.at("values").get<std::string>(), large ? 4 : 8);
  const std::vector<double> sizes = unpacked(data.at("columns").at(1).at("values").get<std::string>(), 8);
  REQUIRE(read.size() == data.at("architectures").size());
  // The rows come in the order of x.
  std::vector<double> sorted = numbers;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  for (size_t i = 0; i < sorted.size(); ++i) {
    CHECK(sizes.at(i) == sorted[i]);
    CHECK(std::abs(read[i] - sorted[i]) <= (large ? 5e-7 * std::abs(sorted[i]) : 0));
  }
  CHECK(read[1] == 73306);
  CHECK(std::isnan(read.back()));
  CHECK(x.at("failed") == (large ? 200001 : 1));
}

TEST_CASE("a browser fills the page, and names do not become markup") {
  const auto opened = open_page(page(report_of(kScores, kAccuracies)), "");
  if (!opened) return;
  CHECK(opened->complaints == "");
  CHECK(visible_sections(opened->dom) == 8);
  CHECK_THAT(opened->dom, Contains("&lt;/script&gt;&lt;script&gt;alert(1)") && !Contains("<img src=\"x\""));
  CHECK_THAT(opened->dom, Contains("4 of 4 architectures"));
}

TEST_CASE("contributions stand on the page as bars with their signs, and their names do not become markup") {
  Report report = report_of(kScores);
  const std::string script = "</script><script>alert(3)</script>";
  ReportOrder order{script, "learned", "weights <of> " + script, 4, "", {}};
  order.explained.push_back({0, 2, 1.25, {}});
  for (int i = 0; i < 12; ++i) {
    order.explained[0].contributions.push_back({i == 0 ? script : "column" + std::to_string(i),
                                                i == 1 ? std::nullopt : std::optional<double>(i), 12.5,
                                                (i % 2 == 0 ? 1 : -1) * (2.0 - 0.125 * i), i == 2});
  }
  report.orders = {order, {"second", "", "", 1, "none of " + script, {}}};
  const std::string text = page(report);
  CHECK_THAT(text, !Contains("alert(3)</script>"));
  const auto data = data_of(text).at("orders");
  REQUIRE(data.size() == 2);
  CHECK(data.at(0).at("explained").at(0).at("contributions").at(0).at("column") == script);
  CHECK(data.at(0).at("explained").at(0).at("contributions").at(1).at("value").is_null());
  CHECK(data.at(1).at("unknown") == "none of " + script);

  const auto opened = open_page(text, "");
  if (!opened) return;
  CHECK(opened->complaints == "");
  const size_t begin = opened->dom.find("<section id=\"contributions\"");
  const std::string dom = opened->dom.substr(begin, opened->dom.find("</section>", begin) - begin);
  CHECK_THAT(dom, Contains("&lt;/script&gt;&lt;script&gt;alert(3)") && !Contains("<script"));
  CHECK_THAT(dom, Contains("learned +1.25, rank 2 of 4") && Contains("none of &lt;/script"));
  CHECK_THAT(dom, Contains("+2<") && Contains("−1.88<") && Contains("failed, percentile 12.5") &&
                      Contains("2, percentile 12.5, low is better"));
  // Eight, and the sum of the others: 1 - 0.875 + 0.75 - 0.625.
  CHECK_THAT(dom, Contains("column7") && !Contains("column8") && Contains("4 others") && Contains("+0.25<") &&
                      Contains("All 12 columns"));
  CHECK_THAT(dom, Contains("<li class=\"minus\"") && Contains("--share: 0.9375"));
}

TEST_CASE("a section without its data stays away") {
  const auto opened = open_page(page(report_of("arch,x\na,1\n")), "");
  if (!opened) return;
  CHECK(opened->complaints == "");
  CHECK(visible_sections(opened->dom) == 2);  // leaderboard, provenance
}

TEST_CASE("the address sorts and filters the leaderboard") {
  const auto opened = open_page(page(report_of(kScores, kAccuracies)), "#sort=nwot&order=ascending&filter=params<4");
  if (!opened) return;
  CHECK(opened->complaints == "");
  const std::string& dom = opened->dom;
  CHECK_THAT(dom, Contains("3 of 4 architectures") && Contains("aria-sort=\"ascending\"><button type=\"button\">nwot"));
  // 600 before 650, and the failed one last.
  const size_t body = dom.find("<tbody>"), evil = dom.find("&lt;/script", body), second = dom.find("a|b", body);
  CHECK(evil < second);
  CHECK(second < dom.find("c|d", body));
}

}  // namespace zeroth::eval
