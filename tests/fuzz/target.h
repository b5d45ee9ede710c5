// What the fuzz targets share: what must hold of whatever a reader answers. A target is one file
// with LLVMFuzzerTestOneInput; a finding is a crash, a report of the sanitizers, or a line of
// FUZZ_REQUIRE.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/byte_span.h"
#include "metadata/generation_info.h"
#include "metadata/read.h"

#define FUZZ_REQUIRE(condition)                                                           \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace img2prompt::fuzz {

// Well-formed text within the bounds of metadata/limits.h.
void check_fields(const RawFields& fields);

// As check_fields(); a record that was converted says in its infotext what it says itself.
void check_info(const GenerationInfo& info);

// Reads the bytes as a picture file, from memory and, for one input of eight, from a file through a
// window, which must give the same.
void check_picture(ByteSpan bytes);

// A file in memory that readers can open by its path, for as long as this lives.
class MemoryFile {
 public:
  explicit MemoryFile(ByteSpan bytes);
  MemoryFile(ByteSpan bytes, int descriptor);  // at that number, closed before if it was open
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const;

 private:
  int descriptor_ = -1;
};

// Cuts the input into parts by 16-bit lengths that stand before all of them but the last.
class Parts {
 public:
  explicit Parts(ByteSpan input) : rest_(input) {}
  uint8_t byte();
  ByteSpan part();
  ByteSpan rest() const { return rest_; }

 private:
  ByteSpan rest_;
};

}  // namespace img2prompt::fuzz
