#include "core/progress.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/log.h"
#include "tests/core/captured_stderr.h"

namespace zeroth::core {
namespace {

using tests::CapturedStderr;

ProgressState state(int64_t done, double elapsed) {
  ProgressState s;
  s.what = "architectures";
  s.total = 1000;
  s.done = done;
  s.elapsed = elapsed;
  return s;
}

const std::string kClear = "\r\x1b[K";

}  // namespace

TEST_CASE("durations read like a clock") {
  CHECK(duration_text(0) == "0:00");
  CHECK(duration_text(7.4) == "0:07");
  CHECK(duration_text(59.6) == "1:00");
  CHECK(duration_text(754) == "12:34");
  CHECK(duration_text(3723) == "1:02:03");
  CHECK(duration_text(86399) == "23:59:59");
  CHECK(duration_text(86400 + 2 * 3600 + 180) == "1d 02:03");
  CHECK(duration_text(-1) == "-:--");
  CHECK(duration_text(std::numeric_limits<double>::infinity()) == "-:--");
  CHECK(duration_text(std::nan("")) == "-:--");
}

TEST_CASE("the text of the progress has counts, rate, elapsed time and time left") {
  CHECK(progress_text(state(412, 4)) == "architectures 412/1000  41%  103/s  elapsed 0:04  left 0:06");
  ProgressState s = state(999, 1000);
  s.failed = 3;
  s.cached = 17;
  CHECK(progress_text(s) == "architectures 999/1000  99%  1.00/s  elapsed 16:40  left 0:01  failed 3  cached 17");
  s.note = "best 0.9";
  CHECK_THAT(progress_text(s), Catch::Matchers::EndsWith("cached 17  best 0.9"));
  CHECK(progress_text(state(1000, 10)) == "architectures 1000/1000  100%  100/s  elapsed 0:10  left 0:00");
}

TEST_CASE("rows of an earlier run count as done and not for the rate") {
  ProgressState s = state(600, 10);
  s.resumed = 500;
  CHECK(progress_text(s) == "architectures 600/1000  60%  10/s  elapsed 0:10  left 0:40");
  s.done = 500;
  CHECK(progress_text(s) == "architectures 500/1000  50%  0.00/s  elapsed 0:10  left -:--");
}

TEST_CASE("a run of nothing is done") {
  ProgressState s;
  s.what = "architectures";
  CHECK(progress_text(s) == "architectures 0/0  100%  0.00/s  elapsed 0:00  left 0:00");
  CHECK(progress_line(s, 120).substr(0, 23) == "[" + std::string(20, '#') + "] ");
}

TEST_CASE("the line has a bar where there is room, and is never wider than the terminal") {
  const std::string text = progress_text(state(412, 4));
  CHECK(progress_line(state(412, 4), 120) == "[########            ] " + text);
  const int just_enough = static_cast<int>(text.size()) + 23;
  CHECK(progress_line(state(412, 4), just_enough).size() == static_cast<size_t>(just_enough));
  CHECK(progress_line(state(412, 4), just_enough - 1) == text);
  CHECK(progress_line(state(412, 4), 10) == "architectu");
  CHECK(progress_line(state(412, 4), -1).empty());
}

TEST_CASE("without a terminal there is a plain line every five seconds and one at the end") {
  const CapturedStderr captured(CapturedStderr::Kind::kPipe);
  double now = 100;
  Progress progress(10, "networks", /*quiet=*/false, /*resumed=*/0, [&] { return now; });
  progress.update(1, 0, 0);
  now += 4.9;
  progress.update(2, 0, 0);
  CHECK(captured.take().empty());
  now += 0.1;
  progress.update(5, 1, 0);
  CHECK(captured.take() == "networks 5/10  50%  1.00/s  elapsed 0:05  left 0:05  failed 1\n");
  now += 1;
  progress.update(6, 1, 0);
  CHECK(captured.take().empty());
  now += 4;
  progress.update(10, 1, 2);
  captured.take();
  progress.finish();
  CHECK(captured.take() == "networks 10/10  100%  1.00/s  elapsed 0:10  left 0:00  failed 1  cached 2\n");
}

TEST_CASE("on a terminal one line is redrawn at most ten times a second and ends with a line break") {
  const CapturedStderr captured(CapturedStderr::Kind::kTerminal);
  double now = 100;
  Progress progress(10, "networks", /*quiet=*/false, /*resumed=*/0, [&] { return now; });
  now += 1;
  progress.update(1, 0, 0);
  const std::string first = "[##                  ] networks 1/10  10%  1.00/s  elapsed 0:01  left 0:09";
  CHECK(captured.take() == kClear + first);
  now += 0.05;
  progress.update(2, 0, 0);
  CHECK(captured.take().empty());
  log_warning("{} is odd", "this");
  CHECK(captured.take() == kClear + "zeroth: warning: this is odd\n" + first);
  now += 0.95;
  progress.update(10, 0, 0);
  CHECK(captured.take().substr(0, 8) == kClear + "[###");
  progress.finish();
  CHECK(captured.take() == kClear + "[####################] networks 10/10  100%  5.00/s  elapsed 0:02  left 0:00\n");
  log_info("after");
  CHECK(captured.take() == "zeroth: info: after\n");
}

TEST_CASE("a narrow terminal gets a line that fits") {
  const CapturedStderr captured(CapturedStderr::Kind::kTerminal, 30);
  Progress progress(10, "networks", /*quiet=*/false);
  progress.update(1, 0, 0);
  CHECK(captured.take().size() <= kClear.size() + 29);
}

TEST_CASE("an unfinished live line is cleared, so that an error stands alone") {
  const CapturedStderr captured(CapturedStderr::Kind::kTerminal);
  {
    Progress progress(10, "networks", /*quiet=*/false);
    progress.update(1, 0, 0);
    captured.take();
  }
  CHECK(captured.take() == kClear);
}

TEST_CASE("a quiet run shows no progress at all") {
  for (const auto kind : {CapturedStderr::Kind::kPipe, CapturedStderr::Kind::kTerminal}) {
    const CapturedStderr captured(kind);
    double now = 0;
    Progress progress(10, "networks", /*quiet=*/true, /*resumed=*/0, [&] { return now; });
    now = 100;
    progress.update(5, 0, 0);
    progress.finish();
    CHECK(captured.take().empty());
  }
}

}  // namespace zeroth::core
