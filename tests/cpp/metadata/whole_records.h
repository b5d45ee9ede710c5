// A record of every generator, as the fields of a file, for the tests and fuzz targets that damage
// them.
#pragma once

#include <vector>

#include "metadata/container.h"

namespace img2prompt::testing {

using Record = std::vector<RawField>;

inline std::vector<Record> whole_records() {
  return {
      {{"tEXt", "Dream", "\"a [b] c\" -s 5 -S 6 -W 7 -H 8 -C 9 -A k_lms --fit -U 2 0.5"}},
      {{"tEXt", "sd-metadata",
        R"({"model_weights":"m","model_hash":"h","app_version":"2","image":{"prompt":[{"prompt":"a [b]","weight":1},{"prompt":"c","weight":2}],"steps":5,"width":6,"height":7,"seed":8,"sampler":"k_lms","seamless":true}})"}},
      {{"tEXt", "invokeai_metadata",
        R"({"positive_prompt":"a","negative_prompt":"b","width":5,"height":6,"scheduler":"dpmpp_2m","clip_skip":1,"seamless_x":true,"seamless_y":true,"rand_device":"cpu","model":{"name":"m","hash":"h"},"vae":{"model_name":"v"},"loras":[{"model":{"name":"l"},"weight":0.5},{"lora":{"model_name":"k"},"weight":1}],"refiner_model":{"name":"r"},"refiner_start":0.8,"hrf_enabled":true,"hrf_strength":0.4,"controlnets":[{"control_model":{"name":"c"},"control_weight":1,"control_mode":"balanced","resize_mode":"just_resize","begin_step_percent":0,"end_step_percent":1}],"app_version":"6"})"}},
      {{"tEXt", "Software", "NovelAI"},
       {"tEXt", "Source", "NovelAI Diffusion V4.5 4BDE2A90"},
       {"tEXt", "Description", "a"},
       {"tEXt", "Comment",
        R"({"uc":"b","steps":5,"sampler":"k_dpmpp_2m","noise_schedule":"karras","width":5,"height":6,"v4_prompt":{"use_coords":true,"caption":{"base_caption":"c","char_captions":[{"char_caption":"d","centers":[{"x":0.5,"y":0.3}]}]}},"v4_negative_prompt":{"caption":{"base_caption":"e","char_captions":[{"char_caption":"f"}]}}})"}},
      {{"stealth", "alpha",
        R"({"Software":"NovelAI","Source":"S 4BDE2A90","Description":"a","Comment":"{\"uc\":\"b\",\"Comment\":\"{}\"}"})"}},
      {{"EXIF", "UserComment",
        R"({"1":{"class_type":"K"},"extra":{},"extraMetadata":"{\"prompt\":\"a\",\"negativePrompt\":\"b\",\"steps\":5,\"width\":6,\"height\":7,\"sampler\":\"euler\",\"resources\":[{\"a\":1}]}"})"}},
      {{"tEXt", "parameters-json",
        R"({"PositivePrompt":"a","NegativePrompt":"b","Steps":5,"Sampler":"Euler Karras","Width":6,"Height":7})"}},
      {{"tEXt", "generation_data",
        R"({"prompt":"a","negativePrompt":"b","steps":5,"seed":"-1","baseModel":{"modelFileName":"m","hash":"h"},"ksamplerName":"euler","models":[{"modelFileName":"l","weight":1}]})"},
       {"tEXt", "prompt", R"({"1":{"class_type":"KSampler","inputs":{"seed":5}}})"}},
      {{"tEXt", "parameters",
        R"({"sui_image_params":{"prompt":"a","negativeprompt":"b","width":5,"height":6,"sampler":"euler","clipstopatlayer":-2,"loras":["l"],"loraweights":["1"],"refinerupscale":1.5,"refinerupscalemethod":"model-x"},"sui_models":[{"name":"l.x","param":"loras","hash":"0x0123456789abcdef"}]})"}},
      {{"tEXt", "parameters",
        R"json({"prompt":"a","negative_prompt":"b","base_model":"m","resolution":"(5, 6)","sampler":"euler","vae":"v","refiner_model":"r","refiner_switch":0.5,"loras":[["l",0.5,"h"]]})json"}},
      {{"tEXt", "parameters",
        R"({"Prompt":"a","Negative":"b","width":5,"height":6,"loras":[["h","0.5 - l"]],"software":"RuinedFooocus"})"}},
      {{"COM", "comment",
        R"({"prompt":"","real_prompt":["a"],"negative_prompt":"","real_negative_prompt":["b"],"base_model":"m","base_clip_skip":-2,"l1":"l","w1":1,"refiner_model":"r"})"}},
      {{"XMP", "exif:UserComment",
        R"({"c":"a","uc":"b","sampler":"DDIM","size":"5x6","strength":0.5,"hires_fix":true,"first_stage_size":"3x4","second_stage_strength":0.7,"lora":[{"model":"l","weight":1}]})"}},
      {{"tEXt", "Software", "Draw Things"},
       {"tEXt", "Description", "a\n-b\nSteps: 5, Sampler: DDIM, Guidance Scale: 6, CLIP Skip: 2"}},
      {{"tEXt", "prompt", "a"},
       {"tEXt", "negative_prompt", "b"},
       {"tEXt", "use_stable_diffusion_model", "/m"},
       {"tEXt", "num_inference_steps", "5"},
       {"tEXt", "guidance_scale", "6"},
       {"tEXt", "use_lora_model", "['l', 'k']"},
       {"tEXt", "lora_alpha", "[0.5, 1]"}},
      {{"EXIF", "UserComment",
        R"({"prompt":"a","negative_prompt":"b","use_stable_diffusion_model":"m","num_inference_steps":5,"guidance_scale":6,"width":7,"height":8,"clip_skip":true,"use_lora_model":["l"],"lora_alpha":[1],"tiling":"xy"})"}},
      {{"tEXt", "parameters",
        R"({"prompt":"a","negative_prompt":"b","num_inference_steps":5,"guidance_scale":6,"resolution":"7 x 8","use_upscaler":{"upscale_method":"u","upscale_by":1.5}})"}},
      {{"tEXt", "prompt", "a"},
       {"tEXt", "seed", "5"},
       {"tEXt", "sampler", "ddim"},
       {"tEXt", "steps", "6"},
       {"tEXt", "scale", "7"}},
      {{"tEXt", "Description",
        "a --no b --ar 1:2 --v 6 Job ID: a7421d2f-b262-44f9-977c-ac23e9c7d3e3"},
       {"tEXt", "Author", "c"}},
      {{"tEXt", "parameters",
        "a\nNegative prompt: b\nSteps: 5, Sampler: Euler, Seed: 6, Civitai resources: "
        "[{\"a\":1}]"}},
  };
}

}  // namespace img2prompt::testing
