#include "search/latency_table.h"

#include <catch2/catch.hpp>
#include <set>

#include "core/csv.h"
#include "core/error.h"
#include "spaces/operator_text.h"
#include "tests/benchmarks.h"
#include "tests/gzip_bytes.h"
#include "tests/spaces/letters.h"
#include "tests/temporary_folder.h"

namespace zeroth::search {
namespace {

using Catch::Matchers::Contains;
using tests::Letters;
using tests::TemporaryFolder;

std::optional<double> lookup(const Latency& latency, const spaces::SearchSpace& space, const std::string& text) {
  return latency(space.parse(text));
}

TEST_CASE("a table by architecture gives the mean of an architecture's rows, and nothing for one that it lacks") {
  const Letters space;
  const TemporaryFolder folder;
  const std::string path = folder.write("t.csv", "index,arch,gpu,tpu\n0,ab,1.5,9\n1,ba,2,\n2,A:B,2.5,8\n");
  const Latency gpu = latency_table(space, space.full_shape(), path + ":gpu");
  CHECK(lookup(gpu, space, "ab") == 2.0);  // another spelling of the same
  CHECK(lookup(gpu, space, "ba") == 2.0);
  CHECK(lookup(gpu, space, "aa") == std::nullopt);
  CHECK(lookup(latency_table(space, space.full_shape(), path + ":tpu"), space, "ba") == std::nullopt);
}

TEST_CASE("a table may be compressed, have the space's own columns, and one column that needs no name") {
  const Letters space;
  const TemporaryFolder folder;
  const std::string path = folder.write("t.csv.gz", tests::gzip_bytes("index,first,second,ms\n0,a,b,3\n"));
  CHECK(lookup(latency_table(space, space.full_shape(), path), space, "ab") == 3.0);
}

TEST_CASE("a table by operator is summed over the network") {
  const Letters space;
  const spaces::OpGraph graph = space.lower(space.cells(space.parse("bb")), space.full_shape());
  const TemporaryFolder folder;
  std::string text = "operator,ms\n";
  std::set<std::string> written;
  for (const spaces::OpNode& node : graph.nodes()) {
    if (node.kind == spaces::OpKind::kInput) continue;
    const std::string name = spaces::operator_text(graph, node);
    const double ms = node.kind == spaces::OpKind::kAvgPool ? 2.0 : 0.25;
    if (written.insert(name).second) text += core::csv_field(name) + "," + core::number_text(ms) + "\n";
  }
  const Latency latency = latency_table(space, space.full_shape(), folder.write("t.csv", text) + ":ms");
  const double others = 0.25 * static_cast<double>(graph.nodes().size() - 1 - 2);
  CHECK(lookup(latency, space, "bb") == 4.0 + others);
  CHECK(lookup(latency, space, "ba") == 2.0 + others);
  const Latency lacking = latency_table(space, space.full_shape(), folder.write("u.csv", "operator,ms\nrelu,1\n"));
  CHECK_THROWS_WITH(lookup(lacking, space, "bb"), Contains("u.csv: no operator \"avg_pool in=3x32x32"));
}

TEST_CASE("tables that cannot be meant say what they lack") {
  const Letters space;
  const TemporaryFolder folder;
  const auto message = [&](const std::string& text, const std::string& column) {
    const std::string path = folder.write("t.csv", text);
    try {
      latency_table(space, space.full_shape(), path + column);
    } catch (const core::Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(message("name,ms\nab,1\n", ":ms"),
             Contains("no column \"arch\" and none \"operator\"; columns: name, ms"));
  CHECK_THAT(message("arch,ms\nab,1\n", ":mss"), Contains("did you mean \"ms\"?"));
  CHECK_THAT(message("arch,gpu,tpu\nab,1,2\n", ""), Contains("COLUMN; columns: gpu, tpu"));
  CHECK_THAT(message("arch,ms\nab,1\nba,fast\n", ":ms"), Contains("t.csv:3") && Contains("fast"));
  CHECK_THAT(message("arch,ms\nab,-1\n", ":ms"), Contains("t.csv:2: -1"));
  CHECK_THAT(message("arch,ms\nab,\n", ":ms"), Contains("has no value"));
  CHECK_THAT(message("arch,ms\nab,1\naba,1\n", ":ms"), Contains("t.csv: not two letters: aba"));
  CHECK_THROWS_WITH(latency_table(space, space.full_shape(), folder.path("none.csv") + ":ms"), Contains("none.csv"));
}

TEST_CASE("HW-NAS-Bench is a table by architecture") {
  const auto path = tests::benchmark_file("nb201_hwnasbench.csv.gz");
  if (path.empty()) return;
  const auto& space = spaces::find_space("nasbench201");
  const Latency latency = latency_table(space, space.full_shape(), path + ":cifar10_edgegpu_latency");
  CHECK(lookup(latency, space,
               "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|") ==
        5.807419);
}

}  // namespace
}  // namespace zeroth::search
