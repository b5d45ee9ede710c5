#include "base/error.h"

namespace img2prompt {

std::string first_line(const std::string& message, size_t limit) {
  std::string line = message.substr(0, message.find('\n'));
  if (line.size() > limit) line = line.substr(0, limit) + "...";
  return line;
}

}  // namespace img2prompt
