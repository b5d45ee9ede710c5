#include "metadata/c2pa.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_reader.h"
#include "metadata/cbor.h"
#include "metadata/certificate.h"
#include "metadata/iso_boxes.h"
#include "metadata/limits.h"

namespace img2prompt {
namespace {

constexpr std::string_view kSource = "C2PA";

bool begins(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

const Json* find(const Json& owner, std::string_view key) {
  if (!owner.is_object()) return nullptr;
  for (const auto& [known, value] : owner.items())
    if (known == key) return &value;
  return nullptr;
}

// A member that is text; "name version" of one that is an object with these; else empty.
std::string text(const Json& owner, std::string_view key) {
  const Json* value = find(owner, key);
  if (!value) return {};
  if (value->is_string()) return value->get<std::string>();
  std::string name = value->is_object() ? text(*value, "name") : "";
  std::string version = name.empty() ? "" : text(*value, "version");
  return version.empty() ? name : name + " " + version;
}

class C2paWalk {
 public:
  explicit C2paWalk(RawFields& out) : out_(out) {}

  // A superbox: its description, with the label, then what it holds.
  void superbox(ByteSpan contents, int depth) {
    if (depth > kMaxC2paDepth) return damaged("nested too deeply");
    IsoBoxes boxes(contents);
    std::string label;
    for (IsoBox box; boxes.next(box);) {
      if (++boxes_ > kMaxC2paBoxes) return damaged("of too many boxes");
      if (!box.whole) damaged("cut short");
      if (box.type == "jumd")
        label = description_label(box.data);
      else if (box.type == "jumb")
        superbox(box.data, depth + 1);
      else if (box.type == "cbor")
        cbor(label, box.data);
      else if (box.type == "json")
        json(label, box.data);
    }
  }

 private:
  // A type of 16 bytes, toggles, and where these say so a label that ends with NUL.
  static std::string description_label(ByteSpan data) {
    constexpr size_t kTypeBytes = 16;
    constexpr uint8_t kHasLabel = 2;
    ByteSpan rest = data.sub(kTypeBytes);
    if (rest.empty() || !(rest[0] & kHasLabel)) return {};
    std::string_view label = rest.sub(1).text();
    return std::string(label.substr(0, label.find('\0')));
  }

  void cbor(const std::string& label, ByteSpan data) {
    bool is_claim = begins(label, "c2pa.claim"), is_actions = begins(label, "c2pa.actions"),
         is_signature = begins(label, "c2pa.signature");
    if (!is_claim && !is_actions && !is_signature) return;
    Json value;
    if (data.size() > kMaxC2paValueBytes || !parse_cbor(data, value))
      return damaged("with CBOR that cannot be read");
    if (is_claim)
      claim(value);
    else if (is_actions)
      actions(value);
    else
      signature(value);
  }

  void json(const std::string& label, ByteSpan data) {
    if (!begins(label, "stds.schema-org.CreativeWork")) return;
    JsonLimits limits;
    limits.max_bytes = kMaxC2paValueBytes;
    limits.max_depth = kMaxRecordDepth;
    Json work;
    if (!try_parse_json(data.text(), work, limits)) return;
    if (const Json* authors = find(work, "author"); authors && authors->is_array())
      for (const Json& author : *authors) add("author", text(author, "name"));
  }

  void claim(const Json& value) {
    const Json* info = find(value, "claim_generator_info");
    if (info && info->is_array() && !info->empty()) info = &info->front();
    std::string name = info ? text(*info, "name") : "",
                version = info ? text(*info, "version") : "";
    if (name.empty())
      add("claim_generator", text(value, "claim_generator"));
    else
      add("claim_generator", version.empty() ? name : name + " " + version);
    add("title", text(value, "dc:title"));
  }

  void actions(const Json& value) {
    const Json* list = find(value, "actions");
    if (!list || !list->is_array()) return;
    for (const Json& action : *list) {
      add("action", text(action, "action"));
      add("softwareAgent", text(action, "softwareAgent"));
      add("digitalSourceType", text(action, "digitalSourceType"));
      add("description", text(action, "description"));
    }
  }

  // COSE_Sign1: protected header (CBOR in bytes), unprotected header, payload, signature. The chain
  // of certificates stands in either header, a list or the one certificate. References: RFC 9052,
  // section 4.2; RFC 9360, section 2 (label 33, before it "x5chain").
  void signature(const Json& value) {
    if (!value.is_array() || value.size() < 2) return;
    Json protected_header;
    if (value[0].is_binary()) {
      const std::vector<uint8_t>& bytes = value[0].get_binary();
      if (!parse_cbor(ByteSpan(bytes), protected_header)) return;
    }
    const Json& open_header = value[1];
    for (const Json* header : {&std::as_const(protected_header), &open_header})
      for (std::string_view key : {"33", "x5chain"}) {
        const Json* chain = find(*header, key);
        if (chain && chain->is_array() && !chain->empty()) chain = &chain->front();
        if (!chain || !chain->is_binary()) continue;
        const std::vector<uint8_t>& bytes = chain->get_binary();
        return add("signed_by", certificate_holder(ByteSpan(bytes)));
      }
  }

  void add(const char* key, std::string value) {
    if (!value.empty() && out_.claim(value.size(), kSource))
      out_.add(kSource, key, std::move(value));
  }

  void damaged(std::string_view how) {
    if (!is_damaged_) out_.warn(fmt::format("a C2PA manifest {}; some of it was not read", how));
    is_damaged_ = true;
  }

  RawFields& out_;
  size_t boxes_ = 0;
  bool is_damaged_ = false;
};

}  // namespace

void parse_c2pa(ByteSpan store, RawFields& out) {
  C2paWalk walk(out);
  IsoBoxes boxes(store);
  for (IsoBox box; boxes.next(box);)
    if (box.type == "jumb") walk.superbox(box.data, 1);
}

void parse_c2pa_superbox(ByteSpan contents, RawFields& out) { C2paWalk(out).superbox(contents, 1); }

ByteSpan c2pa_part(ByteSpan segment, bool is_first) {
  constexpr size_t kNumberBytes = 8, kHeaderBytes = 8, kLongHeaderBytes = 16;
  ByteReader reader(segment.sub(kNumberBytes));
  bool is_long = reader.u32_be() == 1;
  return segment.sub(kNumberBytes + (is_first ? 0 : is_long ? kLongHeaderBytes : kHeaderBytes));
}

}  // namespace img2prompt
