// The kinds of error that leave the core. Each has a Python class of the same name under
// img2prompt.Error. A message is one line: what, where, and what would be accepted or done.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace img2prompt {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

#define IMG2PROMPT_ERROR_KIND(Name) \
  class Name : public Error {       \
   public:                          \
    using Error::Error;             \
  }

IMG2PROMPT_ERROR_KIND(InvalidArgument);    // the caller's value; in Python also a ValueError
IMG2PROMPT_ERROR_KIND(DecodeError);        // bytes that are not the picture they claim to be
IMG2PROMPT_ERROR_KIND(MetadataError);      // a file whose structure cannot be walked at all
IMG2PROMPT_ERROR_KIND(CheckpointError);    // a weights file that is damaged, hostile or unknown
IMG2PROMPT_ERROR_KIND(ModelError);         // weights, card and architecture that do not agree
IMG2PROMPT_ERROR_KIND(OutOfDeviceMemory);  // the device's memory is exhausted after a retry
IMG2PROMPT_ERROR_KIND(Cancelled);          // the caller's cancel() answered true

#undef IMG2PROMPT_ERROR_KIND

// throw_error<DecodeError>("{}: not a picture", name);
template <typename Kind, typename... Args>
[[noreturn]] void throw_error(fmt::format_string<Args...> format, Args&&... args) {
  throw Kind(fmt::format(format, std::forward<Args>(args)...));
}

// First line of a message, at most `limit` characters: what remains of a foreign exception's text
// (c10::Error appends a stack trace) before it reaches a user.
std::string first_line(const std::string& message, size_t limit = 300);

}  // namespace img2prompt
