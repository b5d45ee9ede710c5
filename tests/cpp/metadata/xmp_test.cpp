#include "metadata/xmp.h"

#include <doctest/doctest.h>

#include "build_files.h"
#include "metadata/limits.h"
#include "metadata/read.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

RawFields parse(const std::string& packet) {
  RawFields out;
  parse_xmp(packet, out);
  return out;
}

std::string rdf(std::string_view inside, std::string_view attributes = {}) {
  return "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
         "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
         "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:exif='http://ns.adobe.com/exif/1.0/' " +
         std::string(attributes) + ">" + std::string(inside) +
         "</rdf:Description></rdf:RDF></x:xmpmeta>";
}

std::string property(const RawFields& raw, std::string_view key) {
  const std::string* value = raw.find("XMP", key);
  return value ? *value : "(none)";
}

const std::string kComment =
    rdf("<exif:UserComment><rdf:Alt><rdf:li xml:lang='x-default'>{&quot;c&quot;:&quot;a "
        "cat&quot;}</rdf:li></rdf:Alt></exif:UserComment>");

}  // namespace

TEST_CASE("Properties as elements, attributes, alternatives and lists") {
  RawFields raw = parse(
      rdf("<exif:UserComment>\n <rdf:Alt>\n  <rdf:li xml:lang='x-default'> a &amp; b\n&#65;&#x42; "
          "</rdf:li><rdf:li xml:lang='de'>other</rdf:li></rdf:Alt></exif:UserComment>"
          "<dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>"
          "<dc:subject><rdf:Bag><rdf:li>x</rdf:li><rdf:li/></rdf:Bag></dc:subject>"
          "<dc:title><![CDATA[<raw> &amp;]]></dc:title><!-- no <dc:rights>x</dc:rights> -->"
          "<dc:source rdf:resource='urn:1'/>",
          "dc:format=\"image/png\""));
  CHECK(raw.warnings.empty());
  CHECK(raw.fields.size() == 6);
  CHECK(property(raw, "exif:UserComment") == " a & b\nAB ");
  CHECK(property(raw, "dc:creator") == "Ann, Bob");
  CHECK(property(raw, "dc:subject") == "x");
  CHECK(property(raw, "dc:title") == "<raw> &amp;");
  CHECK(property(raw, "dc:source") == "urn:1");
  CHECK(property(raw, "dc:format") == "image/png");
  CHECK(raw.fields[0].key == "dc:format");
}

TEST_CASE("Structures are left out, and so is what stands outside descriptions") {
  CHECK(
      parse(rdf("<dc:x><rdf:Description><dc:y>1</dc:y></rdf:Description></dc:x>"
                "<dc:z><rdf:Seq><rdf:li rdf:parseType='Resource'><dc:y>2</dc:y></rdf:li></rdf:Seq>"
                "</dc:z><dc:w> </dc:w>"))
          .fields.empty());
  CHECK(parse("<a><b>text</b></a> more").fields.empty());
}

TEST_CASE("A namespace is known by its URI, whatever its prefix") {
  RawFields raw = parse(
      "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
      "<r:Description xmlns:e='http://ns.adobe.com/exif/1.0/' xmlns:own='urn:own'>"
      "<e:UserComment>text</e:UserComment><own:note xmlns:e='urn:inner' e:k='v'>b</own:note>"
      "<e:Make>c</e:Make></r:Description></r:RDF>");
  CHECK(property(raw, "exif:UserComment") == "text");
  CHECK(property(raw, "own:note") == "b");
  CHECK(property(raw, "exif:Make") == "c");
}

TEST_CASE("No document type is read, so no entity grows") {
  RawFields raw = parse("<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;'>]>" +
                        rdf("<dc:title>&b;</dc:title>"));
  CHECK(raw.fields.empty());
  CHECK(raw.warnings.size() == 1);
  CHECK(property(parse(rdf("<dc:title>&b; &#xD800; &#x110000; & &;</dc:title>")), "dc:title") ==
        "&b; &#xD800; &#x110000; & &;");
}

TEST_CASE("Depth is bounded; what was read before is kept") {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "<a>";
  RawFields raw = parse(rdf("<dc:title>kept</dc:title>" + deep));
  CHECK(property(raw, "dc:title") == "kept");
  CHECK(raw.warnings.size() == 1);
}

TEST_CASE("Cut and broken packets keep what is whole") {
  for (size_t size = 0; size < kComment.size(); ++size) {
    RawFields raw = parse(kComment.substr(0, size));
    CHECK(raw.fields.size() <= 1);
  }
  CHECK(parse(rdf("<dc:title>a</dc:title>< b>")).warnings.size() == 1);
}

TEST_CASE("Every container hands its packet over") {
  std::string jpeg_packet = "http://ns.adobe.com/xap/1.0/" + std::string(1, '\0') + kComment;
  std::string trailer = "\x01";
  for (int i = 0xFF; i >= 0; --i) trailer += static_cast<char>(i);
  const std::string files[] = {
      png(itxt_chunk("XML:com.adobe.xmp", kComment, true)),
      jpeg(segment(0xE1, jpeg_packet)),
      webp(vp8x_chunk(5, 7) + riff_chunk("XMP ", kComment)),
      gif("!\xFF\x0BXMP DataXMP" + kComment + trailer + '\0' + gif_comment("after it")),
  };
  for (const std::string& file : files) {
    RawFields raw = parse_container(ByteSpan(file), "file");
    INFO(container_name(raw.container));
    CHECK(property(raw, "exif:UserComment") == R"({"c":"a cat"})");
    CHECK(raw.warnings.empty());
  }
  CHECK(*parse_container(ByteSpan(files[3]), "gif").find("GIF", "comment") == "after it");
  CHECK(property(parse_container(ByteSpan(files[2]), "webp"), "packet") == kComment);
}

TEST_CASE("JPEG: a second, long packet is joined from its pieces") {
  std::string packet = rdf("<dc:title>" + std::string(90000, 'x') + "</dc:title>");
  auto piece = [&](size_t offset, size_t count) {
    return segment(0xE1, "http://ns.adobe.com/xmp/extension/" + std::string(1, '\0') +
                             std::string(32, 'A') + be(packet.size(), 4) + be(offset, 4) +
                             packet.substr(offset, count));
  };
  RawFields raw = parse_container(ByteSpan(jpeg(piece(0, 60000) + piece(60000, 60000))), "file");
  CHECK(property(raw, "dc:title").size() == 90000);
  raw = parse_container(ByteSpan(jpeg(piece(60000, 60000))), "file");
  CHECK(raw.fields.empty());
  CHECK(raw.warnings.size() == 1);
}

TEST_CASE("An infotext in XMP is the record") {
  Metadata metadata = parse_metadata(
      ByteSpan(png(itxt_chunk("XML:com.adobe.xmp",
                              rdf("<exif:UserComment>a cat&#10;Steps: 20, Seed: 1, Size: "
                                  "5x7</exif:UserComment>"),
                              false))),
      "file");
  CHECK(metadata.info.generator == "a1111");
  CHECK(metadata.info.prompt == "a cat");
}
