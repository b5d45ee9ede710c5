#include "metadata/c2pa.h"

#include <doctest/doctest.h>

#include "build_c2pa.h"
#include "metadata/certificate.h"
#include "metadata/limits.h"
#include "metadata/read.h"

using namespace img2prompt;
using namespace img2prompt::testing;
using namespace std::string_literals;

namespace {

RawFields parse(const std::string& store) {
  RawFields out;
  parse_c2pa(ByteSpan(store), out);
  return out;
}

std::string value(const RawFields& raw, std::string_view key) {
  const std::string* found = raw.find("C2PA", key);
  return found ? *found : "(none)";
}

std::string app11(std::string_view part, uint16_t number, uint32_t sequence) {
  return segment(0xEB, "JP" + be(number, 2) + be(sequence, 4) + std::string(part));
}

std::string sub_blocks(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 255) {
    std::string_view part = bytes.substr(i, 255);
    out += static_cast<char>(part.size());
    out += part;
  }
  return out + '\0';
}

}  // namespace

TEST_CASE("What a manifest claims: its program, the actions, the source type, the signer") {
  RawFields raw = parse(c2pa_store());
  CHECK(raw.warnings.empty());
  CHECK(value(raw, "claim_generator") == "Claims 1.2");
  CHECK(value(raw, "title") == "a cat.png");
  CHECK(value(raw, "action") == "c2pa.created");
  CHECK(value(raw, "softwareAgent") == "Painter 3");
  CHECK(value(raw, "digitalSourceType") ==
        "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
  CHECK(value(raw, "signed_by") == "Makers Ltd");
}

TEST_CASE("The first version's claims: text for the program, a list of its parts, names in JSON") {
  std::string claim = cbor_map({{"claim_generator", cbor_text("Old/1")}});
  std::string both =
      cbor_map({{"claim_generator", cbor_text("Old/1")},
                {"claim_generator_info", cbor_array({cbor_map({{"name", cbor_text("New")}})})}});
  std::string actions =
      cbor_map({{"actions", cbor_array({cbor_map({{"action", cbor_text("c2pa.edited")},
                                                  {"softwareAgent", cbor_text("Editor")}})})}});
  std::string work = R"({"author":[{"name":"Ann"},{"@type":"Person"},{"name":"Bob"}]})";
  RawFields raw = parse(superbox(
      "c2pa", superbox("1", superbox("c2pa.claim", box("cbor", claim)) +
                                superbox("c2pa.actions__2", box("cbor", actions)) +
                                superbox("stds.schema-org.CreativeWork", box("json", work)))));
  CHECK(raw.warnings.empty());
  CHECK(value(raw, "claim_generator") == "Old/1");
  CHECK(value(raw, "softwareAgent") == "Editor");
  CHECK(value(raw, "author") == "Bob");
  CHECK(raw.fields.size() == 5);
  CHECK(value(parse(superbox("c2pa", superbox("c2pa.claim", box("cbor", both)))),
              "claim_generator") == "New");
}

TEST_CASE("Every container hands its store over") {
  std::string store = c2pa_store();
  size_t half = store.size() / 2;
  std::string header = store.substr(0, 8);
  const std::string uuid("\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81");
  const std::string files[] = {
      png(chunk("caBX", store)),
      jpeg(app11(store.substr(0, half), 7, 1) + app11(header + store.substr(half), 7, 2)),
      webp(vp8x_chunk(5, 7) + riff_chunk("C2PA", store)),
      gif("!\xFF\x0B"
          "C2PA_GIF\x01" +
          std::string(2, '\0') + sub_blocks(store) + gif_comment("after")),
      heif("", "") + box("uuid", uuid + be(0, 4) + "manifest" + '\0' + be(0, 8) + store),
      jxl(store),
  };
  for (const std::string& file : files) {
    Metadata metadata = parse_metadata(ByteSpan(file), "file");
    INFO(container_name(metadata.raw.container));
    CHECK(value(metadata.raw, "signed_by") == "Makers Ltd");
    REQUIRE(metadata.provenance);
    CHECK(metadata.provenance->source == "C2PA");
    CHECK(metadata.provenance->ai_generated == true);
    CHECK(metadata.provenance->digital_source_type == "trainedAlgorithmicMedia");
    CHECK(metadata.provenance->actions == std::vector<std::string>{"c2pa.created"});
    CHECK(metadata.provenance->software_agents == std::vector<std::string>{"Painter 3"});
    CHECK(metadata.info.generator == "");
  }
  CHECK(*parse_metadata(ByteSpan(files[3]), "gif").raw.find("GIF", "comment") == "after");
}

TEST_CASE("Provenance: from XMP, of pictures that are none of a model's, and none at all") {
  auto provenance = [](const std::vector<RawField>& fields) {
    RawFields raw;
    raw.fields = fields;
    return find_provenance(raw);
  };
  const std::string uri = "http://cv.iptc.org/newscodes/digitalsourcetype/";
  CHECK(!provenance({{"EXIF", "Make", "Nikon"}}));
  auto xmp =
      provenance({{"XMP", "Iptc4xmpExt:DigitalSourceType", uri + "trainedAlgorithmicMedia"}});
  CHECK(xmp->source == "XMP");
  CHECK(xmp->ai_generated == true);
  auto captured = provenance({{"C2PA", "digitalSourceType", uri + "digitalCapture"}});
  CHECK(captured->ai_generated == false);
  CHECK(captured->digital_source_type == "digitalCapture");
  CHECK(!provenance({{"C2PA", "claim_generator", "x"}})->ai_generated.has_value());
  // A model's part of a picture is told, whatever comes after it.
  auto mixed = provenance({{"C2PA", "digitalSourceType", uri + "trainedAlgorithmicMedia"},
                           {"C2PA", "digitalSourceType", uri + "humanEdits"}});
  CHECK(mixed->ai_generated == true);
  CHECK(mixed->digital_source_type == "trainedAlgorithmicMedia");
}

TEST_CASE("A certificate without an organisation gives its common name") {
  CHECK(certificate_holder(ByteSpan(certificate("Makers Ltd"))) == "Makers Ltd");
  CHECK(certificate_holder(ByteSpan(certificate(""))) == "a common name");
  std::string whole = certificate("Makers Ltd");
  for (size_t size = 0; size < whole.size(); ++size)
    CHECK(certificate_holder(ByteSpan(whole.substr(0, size))) == "");
}

TEST_CASE("Boxes that nest or repeat without end are bounded, and cut stores keep what is whole") {
  std::string nested = superbox("x", "");
  for (int i = 0; i < 100; ++i) nested = superbox("x", nested);
  CHECK(parse(nested).warnings.size() == 1);
  std::string many;
  for (size_t i = 0; i < kMaxC2paBoxes + 10; ++i) many += box("free", "");
  CHECK(parse(superbox("c2pa", many)).warnings.size() == 1);
  std::string store = c2pa_store();
  for (size_t size = 0; size < store.size(); ++size)
    CHECK(parse(store.substr(0, size)).fields.size() <= 6);
  CHECK(value(parse(store.substr(0, store.size() - 1)), "claim_generator") == "Claims 1.2");
}
