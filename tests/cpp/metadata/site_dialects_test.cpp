// Generators that run on somebody's site, and scripts: Midjourney, Civitai's graphs, Tensor.Art,
// Hugging Face Spaces, sd-scripts.
#include "check_record.h"
#include "metadata/dialects.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

const std::string kJob = " Job ID: a7421d2f-b262-44f9-977c-ac23e9c7d3e3";

GenerationInfo read_midjourney(const std::string& command) {
  return read_info(png(text_chunk("Description", command + kJob)));
}

}  // namespace

TEST_CASE("Midjourney: flags by their long names, --no as the negative prompt") {
  GenerationInfo info = read_info(
      png(text_chunk("Description",
                     "a cat -- or two, sci-fi --ar 2:1 --no hat, dog --stylize 80 --c 5 --seed 42 "
                     "--raw --tile --unknown x y --v 6.1" +
                         kJob) +
          text_chunk("Author", "somebody") +
          text_chunk("Creation Time", "Thu, 01 Feb 2024 00:00:00 GMT")));
  CHECK(info.generator == "midjourney");
  CHECK(info.prompt == "a cat -- or two, sci-fi");
  CHECK(info.negative_prompt == "hat, dog");
  CHECK(info.settings == Settings{{"Aspect ratio", "2:1"},
                                  {"Stylize", "80"},
                                  {"Chaos", "5"},
                                  {"Seed", "42"},
                                  {"Raw", "True"},
                                  {"Tiling", "True"},
                                  {"unknown", "x y"},
                                  {"Model", "Midjourney 6.1"},
                                  {"Job ID", "a7421d2f-b262-44f9-977c-ac23e9c7d3e3"},
                                  {"Author", "somebody"},
                                  {"Creation Time", "Thu, 01 Feb 2024 00:00:00 GMT"}});
  check_converted(info);
}

TEST_CASE("Midjourney: prompts alone, Niji, several --no, XMP and EXIF") {
  CHECK(read_midjourney("a cat").prompt == "a cat");
  CHECK(read_midjourney("").prompt == "");
  CHECK(setting(read_midjourney("a --niji 6"), "Model") == "Niji 6");
  CHECK(setting(read_midjourney("a --niji"), "Model") == "Niji");
  CHECK(read_midjourney("a --no b --ar 1:1 --no c").negative_prompt == "b, c");
  CHECK(read_midjourney("--no b").prompt == "");
  RawFields xmp;
  xmp.add("XMP", "dc:description", "a cat --v 7" + kJob);
  CHECK(recognise(xmp).generator == "midjourney");
  CHECK(read_info(jpeg(exif_segment(tiff({{0x010E, 2, "a cat" + kJob}}, {}, false)))).prompt ==
        "a cat");
  for (const char* command : {"--", "-- --", "--a", "a --no", "----ar 3", "a --ar --v --no"})
    check_converted(read_midjourney(command));
}

TEST_CASE("Midjourney: a description without a job's identifier is none of its") {
  for (const char* text : {"a cat --v 6", "a cat Job ID:", "a cat Job ID: 5",
                           "a cat Job ID: a7421d2f-b262-44f9-977c-ac23e9c7d3eg",
                           "a cat Job ID: a7421d2fxb262-44f9-977c-ac23e9c7d3e3"})
    CHECK(read_info(png(text_chunk("Description", text))).generator == "");
}

TEST_CASE("Civitai: what was asked for stands beside the graph that ran") {
  std::string extra =
      R"({\"prompt\":\"a \\\"cat\\\"\",\"negativePrompt\":\"dog\",\"steps\":25,\"cfgScale\":5,)"
      R"(\"sampler\":\"euler_ancestral\",\"seed\":7,\"clipSkip\":2,\"width\":64,\"height\":32,)"
      R"(\"workflowId\":\"img2img-hires\",\"resources\":[{\"modelVersionId\":1,\"strength\":1}]})";
  std::string graph =
      R"({"6":{"class_type":"KSampler","inputs":{"seed":1}},"extra":{"airs":["urn:air:x"]},)"
      R"("extraMetadata":")" +
      extra + "\"}";
  std::string alone =
      R"({"prompt":"a \"cat\"","negativePrompt":"dog","steps":25,"cfgScale":5,)"
      R"("sampler":"euler_ancestral","seed":7,"clipSkip":2,"width":64,"height":32,)"
      R"("workflowId":"img2img-hires","resources":[{"modelVersionId":1,"strength":1}]})";
  for (const std::string& file :
       {jpeg(exif_segment(exif_of(graph, true))), jpeg(exif_segment(exif_of(graph, false))),
        png(text_chunk("prompt", graph)), png(text_chunk("parameters", graph)),
        png(text_chunk("prompt", "{}") + text_chunk("extraMetadata", alone))}) {
    GenerationInfo info = read_info(file);
    CHECK(info.generator == "civitai");
    CHECK(info.prompt == "a \"cat\"");
    CHECK(info.negative_prompt == "dog");
    CHECK(info.settings ==
          Settings{{"Steps", "25"},
                   {"CFG scale", "5"},
                   {"Sampler", "Euler a"},
                   {"Seed", "7"},
                   {"Clip skip", "2"},
                   {"Size", "64x32"},
                   {"workflowId", "img2img-hires"},
                   {"Civitai resources", R"([{"modelVersionId":1,"strength":1}])"}});
    check_converted(info);
  }
}

TEST_CASE("Civitai: without a prompt there, or with another shape, the graph is what there is") {
  for (const char* text :
       {R"({"extraMetadata": "{}"})", R"({"extraMetadata": "{"})", R"({"extraMetadata": 5})",
        R"({"extraMetadata": {"prompt": null}})", R"({"extraMetadata": "[1]"})"})
    CHECK(read_info(jpeg(exif_segment(exif_of(text, true)))).generator != "civitai");
}

TEST_CASE("Tensor.Art: the request, and the seed that the graph drew") {
  std::string data =
      R"({"prompt":"cat","negativePrompt":"dog","width":64,"height":32,"imageCount":1,"steps":25,)"
      R"("cfgScale":7,"seed":"-1","clipSkip":2,"baseModel":{"modelFileName":"WAI","hash":"A5F5"},)"
      R"("sdVae":"Automatic","etaNoiseSeedDelta":31337,"sdxl":{},"ksamplerName":"euler_ancestral",)"
      R"("schedule":"karras","guidance":3.5,"models":[{"modelFileName":"detail","weight":0.5}]})" +
      std::string(1, '\0');
  std::string graph =
      R"({"1": {"class_type": "KSampler", "inputs": {"seed": 3036459311, "steps": 25}}})";
  GenerationInfo info =
      read_info(png(text_chunk("generation_data", data) + text_chunk("prompt", graph)));
  CHECK(info.generator == "tensorart");
  CHECK(info.prompt == "cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"Size", "64x32"},
                                  {"imageCount", "1"},
                                  {"Steps", "25"},
                                  {"CFG scale", "7"},
                                  {"Seed", "3036459311"},
                                  {"Clip skip", "2"},
                                  {"VAE", "Automatic"},
                                  {"ENSD", "31337"},
                                  {"Sampler", "Euler a"},
                                  {"Schedule type", "Karras"},
                                  {"guidance", "3.5"},
                                  {"Model", "WAI"},
                                  {"Model hash", "A5F5"},
                                  {"Lora", "detail: 0.5"}});
  check_converted(info);
  for (const char* other : {"{", "[]", R"({"KSampler": 5, "1": {"inputs": 5}})"})
    CHECK(setting(read_info(png(text_chunk("generation_data", data) + text_chunk("prompt", other))),
                  "Seed") == "-1");
}

TEST_CASE("Hugging Face Spaces: resolution, guidance and the upscaler") {
  GenerationInfo info = read_info(png(text_chunk(
      "parameters",
      R"({"prompt": "cat", "negative_prompt": "dog", "resolution": "832 x 1216", "guidance_scale": 5.5,)"
      R"( "num_inference_steps": 20, "seed": 7, "sampler": "DPM++ 2M Karras", "Model": "WAI",)"
      R"( "Model hash": "BDB5", "use_upscaler": {"upscale_method": "nearest-exact",)"
      R"( "upscaler_strength": 0.7, "upscale_by": 1.5, "new_resolution": "1248 x 1824"}})")));
  CHECK(info.generator == "huggingface");
  CHECK(info.prompt == "cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"Size", "832x1216"},
                                  {"CFG scale", "5.5"},
                                  {"Steps", "20"},
                                  {"Seed", "7"},
                                  {"Sampler", "DPM++ 2M"},
                                  {"Schedule type", "Karras"},
                                  {"Model", "WAI"},
                                  {"Model hash", "BDB5"},
                                  {"Hires upscaler", "nearest-exact"},
                                  {"Hires upscale", "1.5"},
                                  {"Denoising strength", "0.7"}});
  check_converted(info);
}

TEST_CASE("sd-scripts: one PNG text for each setting") {
  GenerationInfo info = read_info(png(
      text_chunk("prompt", "cat") + text_chunk("seed", "7") + text_chunk("sampler", "k_euler_a") +
      text_chunk("steps", "50") + text_chunk("scale", "7.5") +
      text_chunk("negative-prompt", "dog") + text_chunk("crop-top", "0")));
  CHECK(info.generator == "sd-scripts");
  CHECK(info.prompt == "cat");
  CHECK(info.negative_prompt == "dog");
  CHECK(info.settings == Settings{{"Steps", "50"},
                                  {"Sampler", "Euler a"},
                                  {"CFG scale", "7.5"},
                                  {"Seed", "7"},
                                  {"Crop top", "0"}});
  check_converted(info);
}
