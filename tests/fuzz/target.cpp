#include "target.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/utf8.h"
#include "metadata/civitai_flux.h"
#include "metadata/infotext.h"
#include "metadata/infotext_scanner.h"
#include "metadata/limits.h"

namespace img2prompt::fuzz {
namespace {

bool is_same(const Metadata& a, const Metadata& b) {
  if (a.raw.fields.size() != b.raw.fields.size() || a.raw.warnings != b.raw.warnings) return false;
  for (size_t i = 0; i < a.raw.fields.size(); ++i) {
    const RawField &one = a.raw.fields[i], &other = b.raw.fields[i];
    if (one.source != other.source || one.key != other.key || one.value != other.value)
      return false;
  }
  return a.raw.width == b.raw.width && a.raw.height == b.raw.height &&
         a.info.generator == b.info.generator && a.info.prompt == b.info.prompt &&
         a.info.negative_prompt == b.info.negative_prompt && a.info.settings == b.info.settings &&
         a.info.infotext == b.info.infotext && a.provenance.has_value() == b.provenance.has_value();
}

// Of the size and some of the bytes.
size_t digest(ByteSpan bytes) {
  size_t sum = bytes.size();
  for (size_t i = 0; i < bytes.size(); i += bytes.size() / 256 + 1) sum = sum * 31 + bytes[i];
  return sum ^ sum >> 17;
}

}  // namespace

void check_fields(const RawFields& fields) {
  size_t total = 0;
  FUZZ_REQUIRE(fields.fields.size() <= kMaxFields);
  FUZZ_REQUIRE(fields.warnings.size() <= kMaxWarnings + 1);
  for (const RawField& field : fields.fields) {
    FUZZ_REQUIRE(is_valid_utf8(field.key) && is_valid_utf8(field.value));
    total += field.key.size() + field.value.size();
  }
  // A byte of Latin-1 takes two as UTF-8, one that is repaired three.
  FUZZ_REQUIRE(total <= 4 * kMaxTextBytes);
  for (const std::string& warning : fields.warnings) {
    FUZZ_REQUIRE(is_valid_utf8(warning));
    FUZZ_REQUIRE(warning.find('\n') == std::string::npos);
  }
}

void check_info(const GenerationInfo& info) {
  FUZZ_REQUIRE(is_valid_utf8(info.prompt) && is_valid_utf8(info.negative_prompt));
  for (const auto& [key, value] : info.settings)
    FUZZ_REQUIRE(is_valid_utf8(key) && is_valid_utf8(value));
  for (const std::string& warning : info.warnings) FUZZ_REQUIRE(is_valid_utf8(warning));
  if (!info.infotext) return;
  FUZZ_REQUIRE(is_valid_utf8(*info.infotext));
  Infotext read = parse_infotext(*info.infotext, InfotextRules::kBalanced);
  bool is_as_found = info.generator == "a1111";
  Settings expected;
  for (const auto& one : info.settings)
    if (is_as_found ||
        (is_parameter_key(one.first) && one.first != "Prompt" && one.first != "Negative prompt"))
      expected.push_back(one);
  repair_civitai_flux(expected);  // as the reader of the infotext does
  FUZZ_REQUIRE(read.settings == expected);
}

void check_picture(ByteSpan bytes) {
  std::string refused, refused_again;
  Metadata metadata, again;
  try {
    metadata = parse_metadata(bytes, "input");
    check_fields(metadata.raw);
    check_info(metadata.info);
  } catch (const MetadataError& error) {
    refused = error.what();
    FUZZ_REQUIRE(is_valid_utf8(refused) && refused.find('\n') == std::string::npos);
  }
  if (digest(bytes) % 8 != 0) return;
  MemoryFile file(bytes);
  const std::string path = file.path();
  try {
    again = read_metadata(path);
  } catch (const MetadataError& error) {
    refused_again = error.what();
    FUZZ_REQUIRE(refused_again.compare(0, path.size(), path) == 0);
    refused_again.replace(0, path.size(), "input");
  }
  FUZZ_REQUIRE(refused == refused_again);
  FUZZ_REQUIRE(is_same(metadata, again));
}

MemoryFile::MemoryFile(ByteSpan bytes) : descriptor_(memfd_create("input", MFD_CLOEXEC)) {
  FUZZ_REQUIRE(descriptor_ >= 0);
  for (size_t at = 0; at < bytes.size();) {
    ssize_t count = write(descriptor_, bytes.data() + at, bytes.size() - at);
    FUZZ_REQUIRE(count > 0);
    at += static_cast<size_t>(count);
  }
}

MemoryFile::MemoryFile(ByteSpan bytes, int descriptor) : MemoryFile(bytes) {
  FUZZ_REQUIRE(dup2(descriptor_, descriptor) == descriptor);
  close(descriptor_);
  descriptor_ = descriptor;
}

MemoryFile::~MemoryFile() { close(descriptor_); }

std::string MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

uint8_t Parts::byte() {
  uint8_t first = rest_.empty() ? 0 : rest_[0];
  rest_ = rest_.sub(1);
  return first;
}

ByteSpan Parts::part() {
  size_t high = byte();
  ByteSpan taken;
  size_t size = high << 8 | byte();
  taken = rest_.sub(0, size);
  rest_ = rest_.sub(size);
  return taken;
}

}  // namespace img2prompt::fuzz
