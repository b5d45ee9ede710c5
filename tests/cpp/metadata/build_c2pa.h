// CBOR, JUMBF and a certificate made by hand, as a C2PA writer makes them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "build_files.h"

namespace img2prompt::testing {

inline std::string cbor_head(int major, size_t value) {
  int top = major << 5;
  if (value < 24) return std::string(1, static_cast<char>(top | static_cast<int>(value)));
  if (value < 0x100) return std::string(1, static_cast<char>(top | 24)) + be(value, 1);
  if (value < 0x10000) return std::string(1, static_cast<char>(top | 25)) + be(value, 2);
  return std::string(1, static_cast<char>(top | 26)) + be(value, 4);
}

inline std::string cbor_text(std::string_view text) {
  return cbor_head(3, text.size()) + std::string(text);
}

inline std::string cbor_bytes(std::string_view bytes) {
  return cbor_head(2, bytes.size()) + std::string(bytes);
}

inline std::string cbor_array(const std::vector<std::string>& items) {
  std::string out = cbor_head(4, items.size());
  for (const std::string& item : items) out += item;
  return out;
}

inline std::string cbor_map(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out = cbor_head(5, members.size());
  for (const auto& [key, value] : members) out += cbor_text(key) + value;
  return out;
}

inline std::string superbox(std::string_view label, std::string_view contents) {
  std::string type(16, 't');
  return box("jumb",
             box("jumd", type + "\x03" + std::string(label) + '\0') + std::string(contents));
}

inline std::string der(int tag, std::string_view contents) {
  std::string length =
      contents.size() < 0x80 ? be(contents.size(), 1) : "\x82" + be(contents.size(), 2);
  return std::string(1, static_cast<char>(tag)) + length + std::string(contents);
}

// A certificate whose subject has a country, an organisation and a common name.
inline std::string certificate(std::string_view organisation) {
  auto attribute = [](std::string_view object, int tag, std::string_view text) {
    return der(0x31, der(0x30, der(0x06, object) + der(tag, text)));
  };
  std::string subject = attribute("\x55\x04\x06", 0x13, "US");
  if (!organisation.empty()) subject += attribute("\x55\x04\x0A", 0x0C, organisation);
  subject += attribute("\x55\x04\x03", 0x13, "a common name");
  return der(0x30,
             der(0x30, der(0xA0, der(0x02, "\x02")) + der(0x02, "\x01") + der(0x30, "algorithm") +
                           der(0x30, "issuer") + der(0x30, std::string(150, 'v')) +
                           der(0x30, subject) + der(0x30, "key")));
}

// A store of one manifest of a claim of version 2, one action by a trained model, and a signature.
inline std::string c2pa_store() {
  constexpr std::string_view kType =
      "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
  std::string actions = cbor_map(
      {{"actions", cbor_array({cbor_map({{"action", cbor_text("c2pa.created")},
                                         {"softwareAgent", cbor_map({{"name", cbor_text("Painter")},
                                                                     {"version", cbor_text("3")}})},
                                         {"digitalSourceType", cbor_text(kType)}})})}});
  std::string claim =
      cbor_map({{"claim_generator_info",
                 cbor_map({{"name", cbor_text("Claims")}, {"version", cbor_text("1.2")}})},
                {"dc:title", cbor_text("a cat.png")},
                {"hash", cbor_bytes(std::string(32, '\xFF'))}});
  std::string header = cbor_head(5, 1) + cbor_head(0, 33) + cbor_bytes(certificate("Makers Ltd"));
  std::string signature =
      cbor_head(6, 18) + cbor_array({cbor_bytes(header), cbor_map({}), "\xF6", cbor_bytes("sig")});
  std::string manifest =
      superbox("c2pa.assertions", superbox("c2pa.actions.v2", box("cbor", actions)) +
                                      superbox("c2pa.thumbnail.claim", box("bidb", "picture"))) +
      superbox("c2pa.claim.v2", box("cbor", claim)) +
      superbox("c2pa.signature", box("cbor", signature));
  return superbox("c2pa", superbox("urn:c2pa:1", manifest));
}

}  // namespace img2prompt::testing
