// Each bound of limits.h that the tests of its reader do not meet: what is within is read, what is
// beyond is left out.
#include "metadata/limits.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "build_c2pa.h"
#include "build_pixels.h"
#include "comfyui_graphs.h"
#include "metadata/c2pa.h"
#include "metadata/cbor.h"
#include "metadata/dialects.h"
#include "metadata/edit.h"
#include "metadata/provenance.h"
#include "metadata/xmp.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

RawFields read(const std::string& file) { return parse_container(ByteSpan(file), "file"); }

RawFields read_c2pa(const std::string& store) {
  RawFields out;
  parse_c2pa(ByteSpan(store), out);
  return out;
}

std::string times(size_t count, std::string_view text) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

// A picture with a record in its alpha, and `count` chunks between its header and its pixels.
std::string png_with_hidden(size_t count) {
  Pixels pixels = noise(40, 40);
  hide_bits(hidden_record("stealth_pnginfo", "a cat"), /*in_alpha=*/true, pixels);
  return png_of(pixels, {}, times(count, chunk("prVt", "")));
}

// An AVIF whose text items are `items` of item 1, XMP that lies in `extents` pieces.
std::string avif(size_t items, uint64_t extents, size_t properties) {
  std::string infe = full_box("infe", 2, be(1, 2) + be(0, 2) + "av01" + '\0');
  std::string places;
  for (size_t i = 0; i < items; ++i) {
    infe +=
        full_box("infe", 2, be(i + 2, 2) + be(0, 2) + "mime" + '\0' + "application/rdf+xml" + '\0');
    places +=
        be(i + 2, 2) + be(1, 2) + be(0, 2) + be(extents, 2) + times(extents, be(0, 4) + be(1, 4));
  }
  std::string iloc = full_box("iloc", 1, be(0x4400, 2) + be(items, 2) + places);
  std::string sizes = times(properties, box("free", "")) + full_box("ispe", 0, be(5, 4) + be(7, 4));
  return box("ftyp", "avif" + be(0, 4) + "mif1avif") +
         full_box("meta", 0,
                  full_box("iinf", 0, be(items + 1, 2) + infe) + iloc +
                      box("iprp", box("ipco", sizes)) + box("idat", "x"));
}

size_t packets(const RawFields& raw) {
  size_t count = 0;
  for (const RawField& field : raw.fields) count += field.key == "packet";
  return count;
}

}  // namespace

TEST_CASE("Limits: C2PA's boxes in boxes and the size of a value") {
  auto nested = [](int depth) {
    std::string store =
        superbox("c2pa.claim.v2", box("cbor", cbor_map({{"dc:title", cbor_text("a")}})));
    for (int i = 1; i < depth; ++i) store = superbox("x", store);
    return read_c2pa(store);
  };
  CHECK(nested(kMaxC2paDepth).find("C2PA", "title"));
  CHECK(!nested(kMaxC2paDepth + 2).find("C2PA", "title"));
  CHECK(nested(kMaxC2paDepth + 2).warnings.size() == 1);
  auto claim = [](size_t padding) {
    std::string value =
        cbor_map({{"dc:title", cbor_text("a")}, {"p", cbor_bytes(std::string(padding, '\0'))}});
    return read_c2pa(superbox("c2pa.claim.v2", box("cbor", value)));
  };
  CHECK(claim(kMaxC2paValueBytes - 100).find("C2PA", "title"));
  CHECK(!claim(kMaxC2paValueBytes).find("C2PA", "title"));
  CHECK(claim(kMaxC2paValueBytes).warnings.size() == 1);
}

TEST_CASE("Limits: claims of a picture's making") {
  RawFields raw;
  for (size_t i = 0; i < kMaxClaims + 10; ++i)
    raw.add("C2PA", "action", "c2pa.action" + std::to_string(i));
  CHECK(find_provenance(raw)->actions.size() == kMaxClaims);
}

TEST_CASE("Limits: chunks before a PNG's hidden record") {
  // The header is one, the first chunk of pixels another.
  CHECK(read_info(png_with_hidden(kMaxChunksBeforePixels - 2)).prompt == "a cat");
  CHECK(read_info(png_with_hidden(kMaxChunksBeforePixels - 1)).prompt == "");
}

TEST_CASE("Limits: hidden records in more pixels than are rewritten") {
  // Rows of a picture whose size is declared, with the record in the first ones.
  auto declared = [](uint32_t height) {
    Pixels pixels = noise(8192, 200);
    hide_bits(hidden_record("stealth_pnginfo", "a"), /*in_alpha=*/true, pixels);
    PngLayout layout;
    layout.filter = 0;
    std::string file = png_of(pixels, layout);
    std::string header = be(8192, 4) + be(height, 4) + std::string("\x08\x06\0\0\0", 5);
    return file.replace(8, 25, chunk("IHDR", header));
  };
  auto refusal = [](const std::string& file) {
    try {
      strip_metadata(ByteSpan(file), "file");
    } catch (const MetadataError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refusal(declared(8192)).find(std::to_string(kMaxHiddenPixelBytes)) != std::string::npos);
  CHECK(refusal(declared(200)) == "");
}

TEST_CASE("Limits: HEIF's items of text, their pieces, and properties") {
  CHECK(packets(read(avif(kMaxTextItems, 1, 0))) == kMaxTextItems);
  CHECK(packets(read(avif(kMaxTextItems + 5, 1, 0))) == kMaxTextItems);
  CHECK(read(avif(1, kMaxExtents, 0)).find("XMP", "packet")->size() == kMaxExtents);
  RawFields raw = read(avif(1, kMaxExtents + 1, 0));
  CHECK(packets(raw) == 0);
  CHECK(raw.warnings.size() == 1);
  CHECK(read(avif(1, 1, kMaxProperties - 1)).width == 5);
  CHECK(read(avif(1, 1, kMaxProperties)).width == 0);
}

TEST_CASE("Limits: a TIFF's sub-directories") {
  auto width = [](size_t place) {
    // Directories of one entry each, the first of which names them; the one at `place` is wide.
    constexpr size_t kCount = kMaxSubDirectories + 4, kDirectory = 2 + 12 * 2 + 4;
    size_t list_at = 8 + 2 + 12 * 3 + 4, first = list_at + kCount * 4;
    auto entry = [](uint64_t tag, uint64_t count, uint64_t value) {
      return le(tag, 2) + le(4, 2) + le(count, 4) + le(value, 4);
    };
    std::string out = "II" + le(42, 2) + le(8, 4) + le(3, 2) + entry(0x0100, 1, 5) +
                      entry(0x0101, 1, 7) + entry(0x014A, kCount, list_at) + le(0, 4);
    for (size_t i = 0; i < kCount; ++i) out += le(first + i * kDirectory, 4);
    for (size_t i = 0; i < kCount; ++i)
      out += le(2, 2) + entry(0x0100, 1, i == place ? 900 : 5) + entry(0x0101, 1, 700) + le(0, 4);
    return read(out).width;
  };
  CHECK(width(kMaxSubDirectories - 1) == 900);
  CHECK(width(kMaxSubDirectories) == 5);
}

TEST_CASE("Limits: XMP's elements in elements and its prefixes") {
  auto title = [](size_t levels, size_t prefixes) {
    std::string before, behind, names;
    for (size_t i = 0; i < levels; ++i) before += "<a>", behind += "</a>";
    for (size_t i = 0; i < prefixes; ++i) names += " xmlns:p" + std::to_string(i) + "='u'";
    std::string packet =
        "<a" + names +
        "><b xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        "xmlns:d='http://purl.org/dc/elements/1.1/'>" +
        before + behind +
        "<r:RDF><r:Description><d:title>x</d:title></r:Description></r:RDF></b></a>";
    RawFields raw;
    parse_xmp(packet, raw);
    return raw.find("XMP", "dc:title") != nullptr;
  };
  CHECK(title(kMaxXmpDepth - 2, 0));
  CHECK(!title(kMaxXmpDepth - 1, 0));
  CHECK(title(0, kMaxXmpPrefixes - 2));
  CHECK(!title(0, kMaxXmpPrefixes - 1));
}

TEST_CASE("Limits: a name inside a warning") {
  CHECK(img2prompt::quoted(std::string(kMaxQuotedBytes, 'a')) ==
        "'" + std::string(kMaxQuotedBytes, 'a') + "'");
  CHECK(img2prompt::quoted(std::string(kMaxQuotedBytes + 1, 'a')) ==
        "'" + std::string(kMaxQuotedBytes, 'a') + "...'");
}

TEST_CASE("Limits: commands, their switches, and ControlNet's units") {
  auto switches = [](size_t count) {
    RawFields raw;
    std::string command = "\"a\"";
    for (size_t i = 0; i < count; ++i) command += fmt::format(" --k{} v", i);
    raw.add("tEXt", "Dream", command);
    return recognise(raw).settings.size();
  };
  CHECK(switches(kMaxSwitches + 50) <= kMaxSwitches);
  CHECK(switches(50) >= 50);
  RawFields raw;
  raw.add("tEXt", "Dream", "\"" + std::string(kMaxCommandBytes, 'a') + "\"");
  CHECK(recognise(raw).generator != "invokeai");
  raw = {};
  std::string units;
  for (int i = 0; i < 50; ++i)
    units += std::string(i ? "," : "") + R"({"control_model":{"name":"c"},"control_weight":1})";
  raw.add("tEXt", "invokeai_metadata",
          R"({"positive_prompt":"a","app_version":"6","controlnets":[)" + units + "]}");
  size_t found = 0;
  for (const auto& one : recognise(raw).settings) found += one.first.find("ControlNet") == 0;
  CHECK(found == kMaxControlUnits);
}

TEST_CASE("Limits: settings of a JSON record, and items of its lists") {
  auto settings = [](size_t count) {
    RawFields raw;
    std::string record = R"({"sui_image_params":{"prompt":"a")";
    for (size_t i = 0; i < count; ++i) record += fmt::format(R"(,"k{}":"v")", i);
    raw.add("tEXt", "parameters", record + "}}");
    GenerationInfo info = recognise(raw);
    CHECK(info.generator == "swarmui");
    return info.settings.size();
  };
  CHECK(settings(50) >= 50);
  CHECK(settings(kMaxSettings + 50) == kMaxSettings);
  auto loras = [](size_t count) {
    RawFields raw;
    std::string names;
    for (size_t i = 0; i < count; ++i) names += fmt::format("{}'name{}'", i ? ", " : "", i);
    for (auto [key, value] :
         {std::pair("prompt", "a"), {"guidance_scale", "1"}, {"num_inference_steps", "2"}})
      raw.add("tEXt", key, value);
    raw.add("tEXt", "use_stable_diffusion_model", "model");
    raw.add("tEXt", "use_lora_model", "[" + names + "]");
    size_t listed = 0;
    for (const auto& [key, found] : recognise(raw).settings)
      for (size_t at = 0; key == "Lora" && (at = found.find("name", at)) != found.npos; ++at)
        ++listed;
    return listed;
  };
  CHECK(loras(5) == 5);
  CHECK(loras(kMaxListItems + 5) == kMaxListItems);
}

TEST_CASE("Limits: JSON records nested to the bound and beyond") {
  auto generator = [](int depth) {
    RawFields raw;
    raw.add("tEXt", "parameters",
            R"({"sui_image_params":{"prompt":"a","x":)" +
                std::string(static_cast<size_t>(depth), '[') +
                std::string(static_cast<size_t>(depth), ']') + "}}");
    return recognise(raw).generator;
  };
  CHECK(generator(kMaxRecordDepth - 3) == "swarmui");
  CHECK(generator(kMaxRecordDepth + 1) != "swarmui");
}

TEST_CASE("Limits: subgraphs in subgraphs, and links of a graph on the screen") {
  // Subgraph i holds one node of the type of subgraph i + 1; the last one encodes the prompt.
  auto nested = [](int count) {
    std::string graphs;
    for (int i = 0; i < count; ++i) {
      bool is_last = i + 1 == count;
      graphs += fmt::format(
          R"({}{{"id": "g{}", "nodes": [{{"id": 1, "type": "{}", "outputs": [{{"type": "C"}}],
             "widgets_values": [{}]}}], "links": [{{"id": 1, "origin_id": 1, "origin_slot": 0,
             "target_id": -20, "target_slot": 0}}]}})",
          i ? ", " : "", i, is_last ? "CLIPTextEncode" : "g" + std::to_string(i + 1),
          is_last ? "\"a cat\"" : "");
    }
    return read_workflow(screen(R"({"id": 6, "type": "g0", "outputs": [{"type": "CONDITIONING"}]})",
                                R"([1, 6, 0, 3, 1, "CONDITIONING"])",
                                R"(, "definitions": {"subgraphs": [)" + graphs + "]}"));
  };
  CHECK(nested(kMaxSubgraphDepth).prompt == "a cat");
  CHECK(nested(kMaxSubgraphDepth + 2).prompt.empty());
  // One subgraph of many nodes that is used many times.
  std::string nodes, uses;
  for (int i = 0; i < 1000; ++i) {
    nodes += fmt::format(R"({}{{"id": {}, "type": "Note"}})", i ? ", " : "", i + 100);
    uses += fmt::format(R"(, {{"id": {}, "type": "big"}})", i + 1000);
  }
  Metadata many = parse_metadata(
      ByteSpan(png(text_chunk(
          "workflow", screen(kEncoder + uses, R"([1, 6, 0, 3, 1, "CONDITIONING"])",
                             R"(, "definitions": {"subgraphs": [{"id": "big", "nodes": [)" + nodes +
                                 R"(], "links": []}]})")))),
      "file");
  REQUIRE(!many.raw.warnings.empty());
  CHECK(many.raw.warnings[0].find("more nodes or links") != std::string::npos);
}

TEST_CASE("Limits: CBOR's nesting and values") {
  auto is_read = [](const std::string& bytes) {
    Json out;
    return parse_cbor(ByteSpan(bytes), out);
  };
  auto nested = [&](int depth) {
    return is_read(std::string(static_cast<size_t>(depth), '\x81') + '\0');
  };
  CHECK(nested(kMaxCborDepth - 1));
  CHECK(!nested(kMaxCborDepth + 1));
  auto values = [&](size_t count) {
    return is_read("\x99" + be(count, 2) + std::string(count, '\0'));
  };
  CHECK(values(kMaxCborValues - 1));
  CHECK(!values(kMaxCborValues + 1));
}

TEST_CASE("Limits: a NovelAI comment wrapped in comments") {
  auto wrapped = [](int times) {
    Json comment = {{"prompt", "a cat"}, {"steps", 28}, {"uc", "dog"}};
    for (int i = 0; i < times; ++i) comment = {{"Comment", comment.dump()}};
    RawFields raw;
    raw.add("tEXt", "Software", "NovelAI");
    raw.add("tEXt", "Description", "a cat");
    raw.add("tEXt", "Comment", comment.dump());
    return recognise(raw).negative_prompt;
  };
  CHECK(wrapped(kMaxWrappings) == "dog");
  CHECK(wrapped(kMaxWrappings + 1) == "");
}

TEST_CASE("Limits: passes of sampling, and scripts of a sampler") {
  // Samplers 100, 101, ..., each on the latents of the one before; node 3 is the last of them.
  auto passes = [](size_t count) {
    std::string nodes;
    for (size_t i = 0; i + 1 < count; ++i)
      nodes += fmt::format(
          R"({}"{}": {{"class_type": "KSampler", "inputs": {{"seed": {}, "steps": 9, "cfg": 2.0,
            "sampler_name": "euler", "scheduler": "normal", "denoise": 0.5, "model": ["4", 0],
            "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["{}", 0]}}}})",
          i ? ", " : "", 100 + i, 100 + i, i + 2 < count ? std::to_string(101 + i) : "11");
    const std::string first = R"(, "11": {"class_type": "EmptyLatentImage",
      "inputs": {"width": 512, "height": 768, "batch_size": 1}})";
    std::string graph = kPlain;
    const std::string own = R"("latent_image": ["5", 0])", full = R"("denoise": 1.0)";
    graph.replace(graph.find(own), own.size(), R"("latent_image": ["100", 0])");
    graph.replace(graph.find(full), full.size(), R"("denoise": 0.5)");
    graph.insert(graph.size() - 1, ", " + nodes + first);
    return read_prompt(graph);
  };
  // The first pass of those that are looked at gives the seed.
  CHECK(setting(passes(kMaxPasses), "Seed") == std::to_string(100 + kMaxPasses - 2));
  CHECK(setting(passes(kMaxPasses + 5), "Seed") == std::to_string(100 + kMaxPasses - 2));
  auto scripts = [](int count) {
    std::string nodes;
    for (int i = 0; i < count; ++i)
      nodes +=
          fmt::format(R"(, "{}": {{"class_type": "Script", "inputs": {{{}}}}})", 200 + i,
                      i + 1 < count ? fmt::format(R"("script": ["{}", 0])", 201 + i)
                                    : R"("hires_steps": 7, "upscale_by": 2.0, "denoise": 0.4)");
    std::string graph = kPlain;
    graph.insert(graph.find(R"("latent_image": ["5", 0])"), R"("script": ["200", 0], )");
    graph.insert(graph.size() - 1, nodes);
    return setting(read_prompt(graph), "Hires steps");
  };
  CHECK(scripts(kMaxScripts) == "7");
  CHECK(scripts(kMaxScripts + 1) == "");
}
