#include "core/log.h"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "core/error.h"
#include "tests/core/captured_stderr.h"

namespace zeroth::core {
namespace {

using tests::CapturedStderr;

std::string printed_at(const char* level) {
  const CapturedStderr captured(CapturedStderr::Kind::kPipe);
  set_log_level(level);
  log_error("e{}", 1);
  log_warning("w{}", 2);
  log_info("i{}", 3);
  log_debug("d{}", 4);
  set_log_level("info");
  return captured.take();
}

}  // namespace

TEST_CASE("a log level lets through what is at least as grave") {
  const std::string error = "zeroth: error: e1\n";
  const std::string warning = error + "zeroth: warning: w2\n";
  const std::string info = warning + "zeroth: info: i3\n";
  CHECK(printed_at("error") == error);
  CHECK(printed_at("warning") == warning);
  CHECK(printed_at("info") == info);
  CHECK(printed_at("debug") == info + "zeroth: debug: d4\n");
}

TEST_CASE("an unknown log level is a usage error with the valid ones") {
  CHECK_THROWS_AS(set_log_level("verbose"), UsageError);
  CHECK_THROWS_WITH(set_log_level("warn"), "unknown log level \"warn\"; known: error, warning, info, debug");
}

TEST_CASE("a message is one line of bounded length, whatever names are in it") {
  const CapturedStderr captured(CapturedStderr::Kind::kPipe);
  log_warning("a\nb\x1b[31m");
  log_warning("{}", std::string(10000, 'x'));
  CHECK(captured.take() == "zeroth: warning: a b [31m\nzeroth: warning: " + std::string(4000, 'x') + " ...\n");
}

TEST_CASE("lines from several threads come out whole") {
  const CapturedStderr captured(CapturedStderr::Kind::kPipe);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 100; ++i) log_warning("one line from one thread");
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string expected;
  for (int i = 0; i < 400; ++i) expected += "zeroth: warning: one line from one thread\n";
  CHECK(captured.take() == expected);
}

}  // namespace zeroth::core
