// NovelAI: every model's way to write its texts, and every place for them.
#include "check_record.h"
#include "metadata/dialects.h"

using namespace img2prompt;
using namespace img2prompt::testing;

TEST_CASE("NovelAI: the first models") {
  GenerationInfo info = read_info(
      png(text_chunk("Title", "AI generated image") + text_chunk("Description", "cat, {roof}") +
          text_chunk("Software", "NovelAI") + text_chunk("Source", "Stable Diffusion 81274D13") +
          text_chunk("Comment",
                     R"({"steps": 28, "sampler": "k_euler_ancestral", "seed": 1, "strength": 0.69,)"
                     R"( "noise": 0.2, "scale": 11.0, "uc": "lowres, text"})")));
  CHECK(info.generator == "novelai");
  CHECK(info.prompt == "cat, {roof}");
  CHECK(info.negative_prompt == "lowres, text");
  CHECK(info.settings == Settings{{"Steps", "28"},
                                  {"Sampler", "Euler a"},
                                  {"Seed", "1"},
                                  {"strength", "0.69"},
                                  {"noise", "0.2"},
                                  {"CFG scale", "11.0"},
                                  {"Size", "5x7"},
                                  {"Model", "Stable Diffusion"},
                                  {"Model hash", "81274D13"}});
  check_converted(info);
}

TEST_CASE("NovelAI: V3, whose sampler and schedule are the WebUI's by other names") {
  GenerationInfo info = read_info(
      png(text_chunk("Software", "NovelAI") + text_chunk("Source", "Stable Diffusion XL C1E1DE52") +
          text_chunk("Description", "cat") +
          text_chunk(
              "Comment",
              R"({"prompt": "cat", "steps": 28, "height": 1216, "width": 832, "scale": 5.0,)"
              R"( "uncond_scale": 1.0, "cfg_rescale": 0.2, "seed": 7, "noise_schedule": "native",)"
              R"( "sampler": "k_dpmpp_2m_sde", "sm": true, "reference_image": "aGVsbG8=",)"
              R"( "lora_unet_weights": null, "uc": "dog", "signed_hash": "x"})")));
  CHECK(info.settings == Settings{{"Steps", "28"},
                                  {"Size", "832x1216"},
                                  {"CFG scale", "5.0"},
                                  {"uncond_scale", "1.0"},
                                  {"cfg_rescale", "0.2"},
                                  {"Seed", "7"},
                                  {"Schedule type", "native"},
                                  {"Sampler", "DPM++ 2M SDE"},
                                  {"sm", "True"},
                                  {"Model", "Stable Diffusion XL"},
                                  {"Model hash", "C1E1DE52"}});
  check_converted(info);
}

TEST_CASE("NovelAI: V4 keeps its characters") {
  GenerationInfo info = read_info(png(
      text_chunk("Description", "2girls") + text_chunk("Software", "NovelAI") +
      text_chunk("Source", "NovelAI Diffusion V4.5 4BDE2A90") +
      text_chunk(
          "Comment",
          R"({"prompt": "2girls", "uc": "bad", "noise_schedule": "karras", "width": 832, "height": 1216,)"
          R"( "v4_prompt": {"caption": {"base_caption": "2girls", "char_captions": [)"
          R"({"char_caption": "girl, red hair", "centers": [{"x": 0.5, "y": 0.5}]},)"
          R"( {"char_caption": ""}, {"char_caption": "girl, blue hair"}]}, "use_coords": false},)"
          R"( "v4_negative_prompt": {"caption": {"base_caption": "bad", "char_captions": [)"
          R"({"char_caption": "hat"}]}}, "signed_hash": "x"})")));
  CHECK(info.prompt == "2girls\ngirl, red hair\ngirl, blue hair");
  CHECK(info.negative_prompt == "bad\nhat");
  CHECK(info.settings == Settings{{"Schedule type", "Karras"},
                                  {"Size", "832x1216"},
                                  {"Model", "NovelAI Diffusion V4.5"},
                                  {"Model hash", "4BDE2A90"}});
  check_converted(info);
}

TEST_CASE("NovelAI: a comment that is no JSON, or of other shapes, leaves the description") {
  for (const char* comment :
       {"not JSON", "{\"v4_prompt\": 5}", "{\"v4_prompt\": {\"caption\": []}}",
        "{\"v4_prompt\": {\"caption\": {\"base_caption\": 1, \"char_captions\": [1, {}]}}}"}) {
    GenerationInfo info =
        read_info(png(text_chunk("Software", "NovelAI") + text_chunk("Description", "cat") +
                      text_chunk("Comment", comment)));
    CHECK(info.generator == "novelai");
    CHECK(info.prompt == "cat");
    check_converted(info);
  }
}

TEST_CASE("NovelAI: V4 says where its characters stand when that was asked for") {
  GenerationInfo info = read_info(png(
      text_chunk("Software", "NovelAI") + text_chunk("Description", "2girls") +
      text_chunk("Comment",
                 R"({"v4_prompt": {"use_coords": true, "caption": {"base_caption": "2girls",)"
                 R"( "char_captions": [{"char_caption": "a", "centers": [{"x": 0.5, "y": 0.3}]},)"
                 R"( {"char_caption": "b", "centers": []},)"
                 R"( {"char_caption": "c", "centers": [{"x": 0.7, "y": 1}]}]}}})")));
  CHECK(info.prompt == "2girls\na\nb\nc");
  CHECK(setting(info, "Character 1 position") == "0.5, 0.3");
  CHECK(setting(info, "Character 2 position") == "(none)");
  CHECK(setting(info, "Character 3 position") == "0.7, 1");
  check_converted(info);
}

TEST_CASE("NovelAI: a WebP has the texts as members of one object, its source as Software") {
  // As NovelAI's own writer does, down to the NULs before the description.
  std::string comment =
      R"({"Comment": "{\"prompt\": \"cat\", \"uc\": \"dog\", \"steps\": 28, \"width\": 64, \"height\": 32}",)"
      R"( "Description": "\u0000\u0000cat", "Software": "NovelAI",)"
      R"( "Source": "NovelAI Diffusion V4.5 4BDE2A90", "Title": "NovelAI generated image"})";
  std::string source = "NovelAI Diffusion V4.5 4BDE2A90";
  std::string plain = R"({"prompt": "cat", "uc": "dog", "steps": 28, "width": 64, "height": 32})";
  for (const std::string& text : {comment, plain}) {
    std::string exif = tiff({{0x010E, 2, "cat"}, {0x0131, 2, source}},
                            {{0x9286, 7, "ASCII" + std::string(3, '\0') + text}}, false);
    GenerationInfo info = read_info(webp(vp8x_chunk(5, 7) + riff_chunk("EXIF", exif)));
    CHECK(info.generator == "novelai");
    CHECK(info.prompt == "cat");
    CHECK(info.negative_prompt == "dog");
    CHECK(info.settings == Settings{{"Steps", "28"},
                                    {"Size", "64x32"},
                                    {"Model", "NovelAI Diffusion V4.5"},
                                    {"Model hash", "4BDE2A90"}});
    check_converted(info);
  }
}

TEST_CASE("NovelAI: the texts hidden in the pixels are one object") {
  RawFields fields;
  fields.add(
      "stealth", "alpha",
      R"({"Description": "cat", "Software": "NovelAI", "Source": "Stable Diffusion 81274D13",)"
      R"( "Comment": "{\"steps\": 3, \"uc\": \"dog\"}"})");
  GenerationInfo info = recognise(fields);
  CHECK(info.generator == "novelai");
  CHECK(info.prompt == "cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(setting(info, "Steps") == "3");
  CHECK(setting(info, "Model hash") == "81274D13");
  check_converted(info);
}

TEST_CASE("NovelAI: another program's object with a Comment is not NovelAI's") {
  for (const char* text : {R"({"Comment": "{}", "Software": "GIMP"})", R"({"Comment": 5})"}) {
    RawFields fields;
    fields.add("EXIF", "UserComment", text);
    CHECK(recognise(fields).generator == "");
  }
}
