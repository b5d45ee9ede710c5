#include "metadata/sampler_names.h"

#include <algorithm>
#include <cctype>

namespace img2prompt {
namespace {

struct Name {
  std::string_view theirs;  // as plain() leaves it
  std::string_view ours;
};

// Sources: the aliases in the WebUI's and Forge's own sampler tables; ComfyUI's KSampler list;
// Fooocus' and Civitai's maps from ComfyUI's names to the WebUI's; InvokeAI's map from its names to
// diffusers' classes; diffusers' table of its classes beside the WebUI's names; Easy Diffusion's
// map of its names to the WebUI's; Draw Things' SamplerType; stable-diffusion.cpp's --help.
constexpr Name kSamplers[] = {
    {"euler", "Euler"},
    {"eulera", "Euler a"},
    {"eulerancestral", "Euler a"},
    {"eulerasubstep", "Euler a"},  // Draw Things
    {"lms", "LMS"},
    {"heun", "Heun"},
    {"heunpp2", "HeunPP2"},
    {"dpm2", "DPM2"},
    {"kdpm2", "DPM2"},
    {"dpm2a", "DPM2 a"},
    {"kdpm2a", "DPM2 a"},
    {"dpm2ancestral", "DPM2 a"},
    {"dpmfast", "DPM fast"},
    {"dpmad", "DPM adaptive"},
    {"dpmadaptive", "DPM adaptive"},
    {"dpmpp2s", "DPM++ 2S a"},  // not ancestral; the nearest there is
    {"dpmpp2a", "DPM++ 2S a"},  // InvokeAI 2
    {"dpmpp2sa", "DPM++ 2S a"},
    {"dpmpp2sancestral", "DPM++ 2S a"},
    {"dpmpp2", "DPM++ 2M"},  // InvokeAI 2
    {"dpmpp2m", "DPM++ 2M"},
    {"dpmpp2mv2", "DPM++ 2M v2"},
    {"dpmpp2msde", "DPM++ 2M SDE"},
    {"dpmpp2msdeheun", "DPM++ 2M SDE Heun"},
    {"dpmpp3m", "DPM++ 3M"},
    {"dpmpp3msde", "DPM++ 3M SDE"},
    {"dpmppsde", "DPM++ SDE"},
    {"dpmppsdesubstep", "DPM++ SDE"},  // Draw Things
    {"restart", "Restart"},
    {"ddim", "DDIM"},
    {"ddimv3", "DDIM"},  // NovelAI
    {"plms", "PLMS"},
    {"pndm", "PLMS"},
    {"unipc", "UniPC"},
    {"unipcbh2", "UniPC"},
    {"lcm", "LCM"},
    // Forge's and reForge's, which 1.10 lacks.
    {"ddpm", "DDPM"},
    {"deis", "DEIS"},
    {"ipndm", "IPNDM"},
    {"ipndmv", "IPNDM_V"},
    {"tcd", "TCD"},
    {"ddimcfgpp", "DDIM CFG++"},
    {"eulercfgpp", "Euler CFG++"},
    {"eulerancestralcfgpp", "Euler Ancestral CFG++"},
    {"dpmpp2sancestralcfgpp", "DPM++ 2S Ancestral CFG++"},
    {"dpmpp2mcfgpp", "DPM++ 2M CFG++"},
    {"dpmppsdecfgpp", "DPM++ SDE CFG++"},
    // diffusers' classes, without "Scheduler".
    {"eulerdiscrete", "Euler"},
    {"flowmatcheulerdiscrete", "Euler"},
    {"eulerancestraldiscrete", "Euler a"},
    {"lmsdiscrete", "LMS"},
    {"heundiscrete", "Heun"},
    {"kdpm2discrete", "DPM2"},
    {"kdpm2ancestraldiscrete", "DPM2 a"},
    {"dpmsolvermultistep", "DPM++ 2M"},
    {"dpmsolversinglestep", "DPM++ SDE"},
    {"dpmsolversde", "DPM++ SDE"},
    {"deismultistep", "DEIS"},
    {"unipcmultistep", "UniPC"},
};

constexpr Name kSchedules[] = {
    {"automatic", "Automatic"},
    {"uniform", "Uniform"},
    {"karras", "Karras"},
    {"exponential", "Exponential"},
    {"polyexponential", "Polyexponential"},
    {"sgmuniform", "SGM Uniform"},
    {"kloptimal", "KL Optimal"},
    {"alignyoursteps", "Align Your Steps"},
    {"ays", "Align Your Steps"},
    {"alignyourstepsgits", "Align Your Steps GITS"},
    {"gits", "Align Your Steps GITS"},
    {"simple", "Simple"},
    {"normal", "Normal"},
    {"ddim", "DDIM"},
    {"ddimuniform", "DDIM"},
    {"beta", "Beta"},
    {"turbo", "Turbo"},
};

// What a sampler's name may end in. diffusers' own table has trailing spacing beside the WebUI's
// "SGM Uniform"; "gpu" says where the noise is drawn.
constexpr Name kSuffixes[] = {
    {"polyexponential", "Polyexponential"},
    {"exponential", "Exponential"},
    {"karras", "Karras"},
    {"ka", "Karras"},
    {"k", "Karras"},
    {"ays", "Align Your Steps"},
    {"trailing", "SGM Uniform"},
    {"gpu", ""},
};

// Letters and digits in lower case; "++" as "pp", and without "k_", "sample_" and "Scheduler".
std::string plain(std::string_view name) {
  constexpr size_t kLongestName = 64;
  std::string out;
  if (name.size() > kLongestName) return out;
  for (size_t i = 0; i < name.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(name[i]);
    if (c < 0x80 && std::isalnum(c))
      out += static_cast<char>(std::tolower(c));
    else if (c == '+')
      out += 'p';
    else if (c == '_' && (out == "k" || out == "sample"))
      out.clear();
  }
  constexpr std::string_view kClass = "scheduler";
  if (out.size() > kClass.size() &&
      out.compare(out.size() - kClass.size(), kClass.size(), kClass) == 0)
    out.resize(out.size() - kClass.size());
  return out;
}

template <size_t N>
const Name* find(const Name (&names)[N], std::string_view theirs) {
  const Name* found = std::find_if(std::begin(names), std::end(names),
                                   [&](const Name& name) { return name.theirs == theirs; });
  return found == std::end(names) ? nullptr : found;
}

// The sampler and, where the name ends in one, the scheduler; false when it is not known.
bool split_name(std::string_view name, SamplerAndSchedule& out) {
  if (const Name* sampler = find(kSamplers, name)) {
    out = {std::string(sampler->ours), ""};
    return true;
  }
  for (const Name& suffix : kSuffixes) {
    size_t length = suffix.theirs.size();
    if (name.size() <= length || name.substr(name.size() - length) != suffix.theirs) continue;
    const Name* sampler = find(kSamplers, name.substr(0, name.size() - length));
    if (!sampler) continue;
    out = {std::string(sampler->ours), std::string(suffix.ours)};
    return true;
  }
  return false;
}

}  // namespace

std::string to_webui_schedule(std::string_view schedule) {
  const Name* found = find(kSchedules, plain(schedule));
  return std::string(found ? found->ours : schedule);
}

SamplerAndSchedule to_webui_sampler(std::string_view sampler, std::string_view schedule) {
  SamplerAndSchedule out;
  if (!split_name(plain(sampler), out)) out.sampler = sampler;
  if (!schedule.empty()) out.schedule = to_webui_schedule(schedule);
  return out;
}

void rename_samplers(Settings& settings) {
  auto find_key = [&](std::string_view key) {
    return std::find_if(settings.begin(), settings.end(),
                        [&](const auto& setting) { return setting.first == key; });
  };
  auto schedule = find_key("Schedule type");
  bool has_schedule = schedule != settings.end();
  if (has_schedule) schedule->second = to_webui_schedule(schedule->second);
  auto sampler = find_key("Sampler");
  if (sampler == settings.end()) return;
  SamplerAndSchedule names = to_webui_sampler(sampler->second);
  sampler->second = names.sampler;
  if (!has_schedule && !names.schedule.empty())
    settings.insert(sampler + 1, {"Schedule type", names.schedule});
}

}  // namespace img2prompt
