// The core's log. Lines go to a sink that the host sets (Python's logging), else to stderr.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace img2prompt {

enum class LogLevel { kTrace = 0, kDebug, kInfo, kWarning, kError, kOff };

// The level starts as IMG2PROMPT_LOG says (trace, debug, info, warning, error, off), else warning.
void set_log_level(LogLevel level);
LogLevel log_level();
LogLevel parse_log_level(std::string_view name);  // throws InvalidArgument naming what is accepted

// Replaces where lines go; an empty function restores stderr. Called from any thread.
using LogSink = std::function<void(LogLevel, const std::string& line)>;
void set_log_sink(LogSink sink);

void log_line(LogLevel level, const std::string& line);

template <typename... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (level >= log_level()) log_line(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace img2prompt
