// Writes the first inputs of every fuzz target but the decoders of compressed pixels, made byte by
// byte as the tests make them: fuzz_make_seeds FOLDER.
#define DOCTEST_CONFIG_DISABLE  // headers of the tests hold checks, which are not wanted here

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "checkpoints/build_files.h"
#include "metadata/build_c2pa.h"
#include "metadata/build_files.h"
#include "metadata/build_pixels.h"
#include "metadata/comfyui_graphs.h"
#include "metadata/infotext.h"
#include "metadata/random_graphs.h"
#include "metadata/whole_files.h"
#include "metadata/whole_records.h"

namespace {

using namespace img2prompt;
using namespace img2prompt::testing;
using namespace std::string_literals;

class Folder {
 public:
  explicit Folder(const std::filesystem::path& path) : path_(path) {
    std::filesystem::create_directories(path);
  }
  void add(const std::string& bytes) {
    std::ofstream file(path_ / fmt::format("{:03}", count_++), std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::filesystem::path path_;
  int count_ = 0;
};

std::string part(std::string_view bytes) { return be(bytes.size(), 2) + std::string(bytes); }

const std::string kText =
    "girl, (red:1.2)\nNegative prompt: ugly\nSteps: 20, Sampler: Euler a, CFG scale: 7.5, "
    "Size: 512x768, Hires prompt: \"a, b: c\\nd\", Lora hashes: \"a: 1, b: 2\", x: [\"1\", {}]";

// Pictures of few pixels in every layout, one of them with a hidden record.
std::vector<std::string> small_pngs() {
  std::vector<std::string> out;
  for (int type : {0, 2, 4, 6})
    for (bool is_interlaced : {false, true}) {
      PngLayout layout;
      layout.colour_type = type;
      layout.is_interlaced = is_interlaced;
      layout.idat_bytes = 100;
      out.push_back(png_of(noise(9, 5), layout, text_chunk("parameters", kText)));
    }
  for (bool in_alpha : {false, true}) {
    Pixels pixels = noise(12, 40);
    hide_bits(hidden_record(in_alpha ? "stealth_pnginfo" : "stealth_rgbinfo", "a cat"), in_alpha,
              pixels);
    out.push_back(png_of(pixels, {}));
  }
  // Palettes and other depths.
  auto flat = [](int depth, int type, std::string_view more, size_t row_bytes) {
    std::string rows(4 * (row_bytes + 1), '\0');
    return kPngSignature +
           chunk("IHDR", be(8, 4) + be(4, 4) + static_cast<char>(depth) + static_cast<char>(type) +
                             std::string(3, '\0')) +
           std::string(more) + chunk("IDAT", deflated(rows)) + chunk("IEND", "");
  };
  for (int depth : {1, 2, 4}) {
    out.push_back(flat(depth, 0, "", static_cast<size_t>(depth)));
    out.push_back(flat(depth, 3, chunk("PLTE", "abcdef"), static_cast<size_t>(depth)));
  }
  out.push_back(flat(16, 2, "", 8 * 6));
  out.push_back(flat(8, 3, chunk("PLTE", "abcdef") + chunk("tRNS", "\x80"), 8));
  return out;
}

void write_pictures(const std::filesystem::path& root) {
  Folder png(root / "png"), jpeg(root / "jpeg"), webp(root / "webp"), gif(root / "gif"),
      boxes(root / "iso_boxes"), tiff(root / "tiff"), edit(root / "edit"),
      decode_png(root / "decode_png"), decode_bmp(root / "decode_bmp");
  for (const std::string& file : whole_files()) {
    Container container = Container::kPng;
    if (!sniff_container(ByteSpan(file), container)) continue;
    if (container == Container::kPng) png.add(file);
    if (container == Container::kJpeg) jpeg.add(file);
    if (container == Container::kWebp) webp.add(file);
    if (container == Container::kGif) gif.add(file);
    if (container == Container::kAvif || container == Container::kJxl) boxes.add(file);
    if (container == Container::kTiff)
      for (int kind : {0, 1, 4}) tiff.add(static_cast<char>(kind) + file);
    if (container == Container::kTiff) tiff.add("\2" + be(0, 4) + file);
    for (int text = 0; text < 4; ++text) edit.add(static_cast<char>(text) + file);
  }
  tiff.add("\3" + "8BIM\x04\x04"s + be(0, 2) + be(10, 4) + "\x1C\x02\x78" + be(5, 2) + "hello");
  boxes.add(heif("exif", "<x/>", "heic"));
  boxes.add(kJxlCodestream);
  for (const std::string& file : small_pngs()) {
    png.add(file);
    decode_png.add(file);
    edit.add('\0' + file);
  }
}

void write_texts(const std::filesystem::path& root) {
  Folder xmp(root / "xmp"), c2pa(root / "c2pa"), infotext(root / "infotext"),
      comfyui(root / "comfyui"), dialects(root / "dialects"), stealth(root / "stealth");
  xmp.add(
      "<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF "
      "xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
      "xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
      "<r:Description exif:UserComment='a &lt; b'><dc:description><r:Alt><r:li>a &amp; "
      "b</r:li></r:Alt></dc:description><dc:subject><r:Bag><r:li>c</r:li><r:li>d</r:li></r:Bag>"
      "</dc:subject></r:Description></r:RDF></x:xmpmeta>");
  xmp.add(
      "<!-- a --><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
      "<r:Description r:about=''><a:b xmlns:a='c'><![CDATA[d]]>&#65;&#x42;</a:b>"
      "</r:Description></r:RDF>");
  std::string store = c2pa_store(), claim = cbor_map({{"a", cbor_array({cbor_text("b")})}});
  c2pa.add('\0' + store);
  c2pa.add('\1' + store.substr(8));
  c2pa.add('\2' + claim);
  c2pa.add('\2' + "\xBF\x61\x61\xF9\x3C\x00\x61\x62\x9F\x01\x38\x20\xF6\xFF\xFF"s);
  c2pa.add('\3' + certificate("Makers Ltd"));
  infotext.add('\0' + kText);
  infotext.add('\0' + "score_9, style: anime, view: front, mood: dark"s);
  infotext.add('\0' + "a\nSteps: 1, Sampler: b, Size: 1x2, Civitai resources: [{\"a\":1}]"s);
  infotext.add('\0' +
               "a\nNegative prompt: b\nSteps: 1, Seed: 2, Size: 3x4\nTemplate: c\n"
               "Negative Template: d"s);
  infotext.add('\1' + part("a cat") + part("dog") + part("Steps") + part("20") + part("Size") +
               part("1x1") + part("Hires prompt") + part("a, \"b\""));
  comfyui.add(kPlain);
  comfyui.add('\0' + screen(kEncoder, R"([1, 6, 0, 3, 1, "CONDITIONING"])"));
  GraphGenerator generator(1);
  for (int i = 0; i < 60; ++i) {
    comfyui.add(generator.api_graph());
    comfyui.add('\0' + generator.editor_graph());
  }
  for (const Record& record : whole_records()) {
    std::string fields;
    for (const RawField& field : record)
      fields += part(field.source) + part(field.key) + part(field.value);
    dialects.add(fields);
  }
  for (const char* kind : {"pnginfo", "pngcomp", "rgbinfo", "rgbcomp"}) {
    std::string name = kind, payload = name.substr(3) == "comp" ? gzipped(kText) : kText;
    stealth.add((name[0] == 'p' ? "\1"s : "\0"s) + "\x20" +
                hidden_record("stealth_" + name, payload));
  }
  for (const std::string& file : small_pngs()) stealth.add("\2\1" + file);
}

std::string safetensors(const std::string& header, size_t data) {
  return le(header.size(), 8) + header + std::string(data, '\1');
}

void write_weights(const std::filesystem::path& root) {
  Folder safe(root / "safetensors"), torch(root / "torch_files"), sharded(root / "sharded");
  const std::string first = safetensors(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"format":"pt"}})",
      8);
  const std::string second =
      safetensors(R"({"b":{"dtype":"BF16","shape":[1,3],"data_offsets":[0,6]},)"
                  R"("c":{"dtype":"I64","shape":[],"data_offsets":[6,14]}})",
                  14);
  safe.add(first);
  safe.add(second);
  const std::string index = R"({"metadata":{"total_size":22},"weight_map":{"a":"901","b":"902"}})";
  sharded.add(part(index) + part(first) + second);
  namespace b = img2prompt::build;
  const std::string one = b::dict(b::text("w") + b::tensor());
  const std::string wrapped =
      b::dict(b::text("state_dict") + one + b::text("epoch") + b::number(3));
  const std::string module =
      b::global("__torch__", "Module") + ")\x81" + b::dict(b::text("w") + b::tensor()) + "b";
  for (const std::string& value : {one, wrapped}) {
    torch.add(b::torch_zip(value));
    torch.add(b::torch_legacy(value));
    sharded.add(part(R"({"weight_map":{"w":"901"}})") + part(b::torch_zip(value)));
  }
  torch.add(b::torch_zip(module, b::le(0, 24), {{"archive/constants.pkl", b::pickle(")")}}));
  b::ZipEnd end;
  end.zip64 = true;
  torch.add(b::zip({{"archive/data.pkl", b::pickle(one)}, {"archive/data/0", b::le(0, 24)}}, end));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_make_seeds FOLDER\n");
    return 2;
  }
  write_pictures(argv[1]);
  write_texts(argv[1]);
  write_weights(argv[1]);
}
