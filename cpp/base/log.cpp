// The only source that includes spdlog; compiled without torch's include directories, whose own fmt
// headers would clash.
#include "base/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <mutex>

#include "base/error.h"

namespace img2prompt {
namespace {

static_assert(static_cast<int>(LogLevel::kTrace) == spdlog::level::trace);
static_assert(static_cast<int>(LogLevel::kError) == spdlog::level::err);

spdlog::level::level_enum to_spdlog(LogLevel level) {
  return level == LogLevel::kOff ? spdlog::level::off
                                 : static_cast<spdlog::level::level_enum>(static_cast<int>(level));
}

class HostSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit HostSink(LogSink sink) : sink_(std::move(sink)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    sink_(static_cast<LogLevel>(static_cast<int>(message.level)),
          std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

 private:
  LogSink sink_;
};

std::shared_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink, LogLevel level) {
  auto logger = std::make_shared<spdlog::logger>("img2prompt", std::move(sink));
  logger->set_pattern("%n: %l: %v");
  logger->set_level(to_spdlog(level));
  return logger;
}

LogLevel initial_level() {
  const char* name = std::getenv("IMG2PROMPT_LOG");
  if (!name || !*name) return LogLevel::kWarning;
  try {
    return parse_log_level(name);
  } catch (const InvalidArgument&) {
    return LogLevel::kWarning;
  }
}

struct LogState {
  std::mutex mutex;
  LogLevel level = initial_level();
  std::shared_ptr<spdlog::logger> logger =
      make_logger(std::make_shared<spdlog::sinks::stderr_color_sink_mt>(), level);
};

LogState& state() {
  static LogState* instance = new LogState;  // outlives every thread that may still log
  return *instance;
}

}  // namespace

void set_log_level(LogLevel level) {
  std::lock_guard<std::mutex> lock(state().mutex);
  state().level = level;
  state().logger->set_level(to_spdlog(level));
}

LogLevel log_level() {
  std::lock_guard<std::mutex> lock(state().mutex);
  return state().level;
}

LogLevel parse_log_level(std::string_view name) {
  static constexpr const char* kNames[] = {"trace", "debug", "info", "warning", "error", "off"};
  for (int i = 0; i < 6; ++i)
    if (name == kNames[i]) return static_cast<LogLevel>(i);
  throw_error<InvalidArgument>(
      "log level '{}' is not one of trace, debug, info, warning, error, off", name);
}

void set_log_sink(LogSink sink) {
  spdlog::sink_ptr target;
  if (sink)
    target = std::make_shared<HostSink>(std::move(sink));
  else
    target = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  std::lock_guard<std::mutex> lock(state().mutex);
  state().logger = make_logger(std::move(target), state().level);
}

void log_line(LogLevel level, const std::string& line) {
  std::shared_ptr<spdlog::logger> logger;
  {
    std::lock_guard<std::mutex> lock(state().mutex);
    logger = state().logger;
  }
  logger->log(to_spdlog(level), "{}", line);
}

}  // namespace img2prompt
