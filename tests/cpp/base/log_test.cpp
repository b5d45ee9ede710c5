#include "base/log.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/error.h"

using namespace img2prompt;

TEST_CASE("Log lines at or above the level reach the host's sink") {
  std::vector<std::string> lines;
  LogLevel before = log_level();
  set_log_sink([&](LogLevel, const std::string& line) { lines.push_back(line); });
  set_log_level(LogLevel::kInfo);
  log(LogLevel::kDebug, "hidden {}", 1);
  log(LogLevel::kInfo, "shown {} {{}}", 2);
  set_log_sink({});
  set_log_level(before);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == "shown 2 {}");
}

TEST_CASE("An unknown log level names the accepted ones") {
  CHECK(parse_log_level("debug") == LogLevel::kDebug);
  CHECK_THROWS_AS(parse_log_level("loud"), InvalidArgument);
}
