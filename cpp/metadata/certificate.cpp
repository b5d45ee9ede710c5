#include "metadata/certificate.h"

#include <string_view>

#include "base/byte_reader.h"
#include "base/utf8.h"
#include "metadata/text_encoding.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

constexpr uint8_t kInteger = 0x02, kObject = 0x06, kBmpString = 0x1E, kSequence = 0x30, kSet = 0x31,
                  kVersion = 0xA0;
constexpr std::string_view kCommonName = "\x55\x04\x03"sv, kOrganisation = "\x55\x04\x0A"sv;

// The next element's contents; `bytes` moves past it. False where there is none of that tag.
bool take(ByteSpan& bytes, uint8_t& tag, ByteSpan& contents) {
  ByteReader reader(bytes);
  tag = reader.u8();
  size_t length = reader.u8();
  if (length & 0x80) {
    size_t width = length & 0x7F;
    if (width > 4) return false;
    for (length = 0; width > 0; --width) length = length << 8 | reader.u8();
  }
  if (reader.failed() || length > reader.remaining()) return false;
  contents = reader.take(length);
  bytes = bytes.sub(reader.position());
  return true;
}

bool take(ByteSpan& bytes, uint8_t wanted, ByteSpan* contents = nullptr) {
  ByteSpan found, rest = bytes;
  uint8_t tag;
  if (!take(rest, tag, found) || tag != wanted) return false;
  bytes = rest;
  if (contents) *contents = found;
  return true;
}

// The value of a name's attribute, empty where it has none.
std::string attribute(ByteSpan name, std::string_view wanted) {
  for (ByteSpan set; take(name, kSet, &set);) {
    ByteSpan pair, object, text;
    uint8_t tag;
    if (!take(set, kSequence, &pair) || !take(pair, kObject, &object) || !take(pair, tag, text))
      return {};
    if (object.text() != wanted) continue;
    return tag == kBmpString ? utf16_to_utf8(text.text(), /*big_endian=*/true)
                             : decode_utf8_or_latin1(text);
  }
  return {};
}

}  // namespace

std::string certificate_holder(ByteSpan certificate) {
  ByteSpan outer, body, subject;
  if (!take(certificate, kSequence, &outer) || !take(outer, kSequence, &body)) return {};
  take(body, kVersion);
  bool is_found = take(body, kInteger) &&   // its number
                  take(body, kSequence) &&  // the algorithm
                  take(body, kSequence) &&  // the issuer
                  take(body, kSequence) &&  // how long it holds
                  take(body, kSequence, &subject);
  if (!is_found) return {};
  std::string organisation = attribute(subject, kOrganisation);
  return organisation.empty() ? attribute(subject, kCommonName) : organisation;
}

}  // namespace img2prompt
