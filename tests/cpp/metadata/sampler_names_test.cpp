#include "metadata/sampler_names.h"

#include <doctest/doctest.h>

using namespace img2prompt;

namespace {

void check(std::string_view theirs, std::string_view sampler, std::string_view schedule = "") {
  SamplerAndSchedule names = to_webui_sampler(theirs);
  INFO(theirs);
  CHECK(names.sampler == sampler);
  CHECK(names.schedule == schedule);
}

}  // namespace

TEST_CASE("Samplers of each family of names") {
  check("k_euler_a", "Euler a");
  check("K_EULER_ANCESTRAL", "Euler a");
  check("sample_dpmpp_2m", "DPM++ 2M");
  check("k_dpmpp_2s_a_ka", "DPM++ 2S a", "Karras");
  check("dpmpp_2m_sde_gpu", "DPM++ 2M SDE");
  check("dpmpp_2m_sde_heun_gpu", "DPM++ 2M SDE Heun");
  check("uni_pc_bh2", "UniPC");
  check("dpm_2_ancestral", "DPM2 a");
  check("kdpm_2_a_k", "DPM2 a", "Karras");
  check("dpmpp_3m_sde", "DPM++ 3M SDE");
  check("euler_k", "Euler", "Karras");
  check("EulerAncestralDiscreteScheduler", "Euler a");
  check("DPMSolverMultistepScheduler", "DPM++ 2M");
  check("DPM++ 2M AYS", "DPM++ 2M", "Align Your Steps");
  check("Euler A Trailing", "Euler a", "SGM Uniform");
  check("DPM++ 2M Karras", "DPM++ 2M", "Karras");
  check("dpm++2s_a", "DPM++ 2S a");
  check("dpm++2mv2", "DPM++ 2M v2");
  check("ddim_v3", "DDIM");
  check("dpmpp_2m_cfg_pp", "DPM++ 2M CFG++");
}

TEST_CASE("The WebUI's names stay what they are") {
  for (const char* name : {"DPM++ 2M",   "DPM++ SDE",    "DPM++ 2M SDE", "DPM++ 2M SDE Heun",
                           "DPM++ 2S a", "DPM++ 3M SDE", "Euler a",      "Euler",
                           "LMS",        "Heun",         "DPM2",         "DPM2 a",
                           "DPM fast",   "DPM adaptive", "Restart",      "DDIM",
                           "DDIM CFG++", "PLMS",         "UniPC",        "LCM"})
    check(name, name);
  for (const char* name :
       {"Automatic", "Uniform", "Karras", "Exponential", "Polyexponential", "SGM Uniform",
        "KL Optimal", "Align Your Steps", "Simple", "Normal", "DDIM", "Beta"})
    CHECK(to_webui_schedule(name) == name);
}

TEST_CASE("Unknown names are kept, whatever they are") {
  for (const char* name : {"", "k", "gpu", "_karras", "er_sde", "Undefined", "\u65E5\u672C"})
    check(name, name);
  check(std::string(100000, '+'), std::string(100000, '+'));
  CHECK(to_webui_schedule("bong_tangent") == "bong_tangent");
}

TEST_CASE("A scheduler that is given goes before one in the sampler's name") {
  SamplerAndSchedule names = to_webui_sampler("DPM++ 2M Karras", "sgm_uniform");
  CHECK(names.sampler == "DPM++ 2M");
  CHECK(names.schedule == "SGM Uniform");
  CHECK(to_webui_sampler("ddim", "ddim_uniform").schedule == "DDIM");
}

TEST_CASE("Settings are renamed in place; an implied scheduler follows its sampler") {
  Settings settings = {{"Steps", "20"}, {"Sampler", "dpmpp_2m_k"}, {"Seed", "1"}};
  rename_samplers(settings);
  CHECK(settings ==
        Settings{
            {"Steps", "20"}, {"Sampler", "DPM++ 2M"}, {"Schedule type", "Karras"}, {"Seed", "1"}});
  settings = {{"Schedule type", "exponential"}, {"Sampler", "euler_karras"}};
  rename_samplers(settings);
  CHECK(settings == Settings{{"Schedule type", "Exponential"}, {"Sampler", "Euler"}});
  settings = {{"Schedule type", "ays"}};
  rename_samplers(settings);
  CHECK(settings == Settings{{"Schedule type", "Align Your Steps"}});
}
