#include <doctest/doctest.h>

#include "build_files.h"
#include "metadata/read.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

Metadata read(const std::string& file) { return parse_metadata(ByteSpan(file), "file"); }

const std::string kText =
    "a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, Size: 512x768";

std::string comment_of(const std::string& text) {
  return comment_tiff("ASCII" + std::string(3, '\0') + text);
}

}  // namespace

TEST_CASE("The WebUI's text in every container") {
  std::u16string wide(kText.begin(), kText.end());
  std::string exif = comment_tiff("UNICODE" + std::string(1, '\0') + utf16(wide, true));
  for (const std::string& file :
       {png(text_chunk("parameters", kText)), png("", itxt_chunk("parameters", kText, true)),
        png(chunk("eXIf", exif)), jpeg(exif_segment(exif)), jpeg(segment(0xFE, kText)),
        webp(vp8x_chunk(5, 7) + riff_chunk("EXIF", exif)), gif(gif_comment(kText))}) {
    GenerationInfo info = read(file).info;
    CHECK(info.generator == "a1111");
    CHECK(info.prompt == "a cat");
    CHECK(info.negative_prompt == "a dog");
    CHECK(info.settings == Settings{{"Steps", "20"}, {"Sampler", "Euler a"}, {"Size", "512x768"}});
    REQUIRE(info.infotext);
    CHECK(*info.infotext == kText);
  }
}

TEST_CASE("No record is a value") {
  GenerationInfo info = read(png("")).info;
  CHECK(info.generator == "");
  CHECK(info.prompt == "");
  CHECK(!info.infotext);
}

TEST_CASE("`parameters` without settings is a prompt, blank or of JSON it is none") {
  CHECK(read(png(text_chunk("parameters", "only a prompt"))).info.prompt == "only a prompt");
  CHECK(read(png(text_chunk("parameters", "{red|blue} car"))).info.prompt == "{red|blue} car");
  CHECK(read(png(text_chunk("parameters", " \n"))).info.generator == "");
  Metadata other = read(png(text_chunk(
      "parameters", "{\n \"another\": {\"a\": \"Steps: 1, Seed: 2, Model: 3, Size: 4\"}}")));
  CHECK(other.info.generator == "");
  CHECK(other.raw.fields.size() == 1);
}

TEST_CASE("SD.Next writes no Sampler and may leave the negative prompt empty") {
  GenerationInfo info =
      read(jpeg(exif_segment(comment_of("a cat\nNegative prompt: \nSteps: 32, Size: 64x64, Seed: "
                                        "1, CFG scale: 6, App: SD.Next, Operations: "))))
          .info;
  CHECK(info.generator == "a1111");
  CHECK(info.negative_prompt == "");
  CHECK(info.settings.size() == 5);
}

TEST_CASE("stable-diffusion.cpp writes UTF-8 in tEXt and JSON at the end") {
  GenerationInfo info =
      read(png(text_chunk(
               "parameters",
               "a cat\nNegative prompt: \u8272\u8C03\u8273\u4E3D\uFF0C\u8FC7\u66DD\nSteps: 20, "
               "Seed: 42, Model: , Version: stable-diffusion.cpp, "
               "SDCPP: {\"a\":[1,2],\"b\":{\"c\":\"d, e: f\"}}")))
          .info;
  CHECK(info.negative_prompt == "\u8272\u8C03\u8273\u4E3D\uFF0C\u8FC7\u66DD");
  CHECK(info.settings.back().second == "{\"a\":[1,2],\"b\":{\"c\":\"d, e: f\"}}");
}

TEST_CASE("A UserComment with settings goes before `parameters`, any other does not") {
  std::string other = "another\nSteps: 1, Seed: 2, Model: m";
  auto file = [&](const std::string& comment) {
    return png(text_chunk("parameters", kText) + chunk("eXIf", comment_of(comment)));
  };
  CHECK(read(file(other)).info.prompt == "another");
  CHECK(read(file("Screenshot")).info.prompt == "a cat");
}

TEST_CASE("A camera's comment is no infotext, whatever pairs it lists") {
  for (const char* text : {"Screenshot", "touch: (-1.0, -1.0);sceneMode: Auto, cct: 0, ai_Scene: 1",
                           "{\"Steps\": 1, \"x\": \"Seed: 2, Steps: 3, Model: 4\"}"}) {
    Metadata metadata = read(jpeg(exif_segment(comment_of(text))));
    CHECK(metadata.info.generator == "");
    CHECK(!metadata.info.infotext);
    CHECK(metadata.raw.fields.size() == 1);
  }
}

TEST_CASE("An infotext that a converter moved to another field is found") {
  CHECK(read(png(text_chunk("Comment", kText))).info.prompt == "a cat");
  CHECK(read(jpeg(exif_segment(tiff({{0x010E, 2, kText}}, {}, false)))).info.prompt == "a cat");
}
