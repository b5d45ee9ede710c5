#include "metadata/civitai_flux.h"

#include <algorithm>
#include <string_view>

namespace img2prompt {
namespace {

Settings::iterator find_key(Settings& settings, std::string_view key) {
  return std::find_if(settings.begin(), settings.end(),
                      [&](const auto& setting) { return setting.first == key; });
}

bool is_flux_of_civitai(Settings& settings) {
  auto resources = find_key(settings, "Civitai resources");
  if (resources == settings.end()) return false;
  return std::any_of(settings.begin(), settings.end(), [](const auto& setting) {
    return setting.second.find("FLUX") != std::string::npos;
  });
}

}  // namespace

void repair_civitai_flux(Settings& settings) {
  constexpr std::string_view kDistilled = "Distilled CFG Scale";
  if (!is_flux_of_civitai(settings) || find_key(settings, kDistilled) != settings.end()) return;
  if (auto skip = find_key(settings, "Clip skip"); skip != settings.end()) settings.erase(skip);
  if (auto sampler = find_key(settings, "Sampler");
      sampler != settings.end() && sampler->second == "Undefined") {
    sampler->second = "Euler";
    auto schedule = find_key(settings, "Schedule type");
    if (schedule == settings.end())
      settings.insert(sampler + 1, {"Schedule type", "Simple"});
    else
      schedule->second = "Simple";
  }
  if (auto scale = find_key(settings, "CFG scale"); scale != settings.end()) {
    std::string distilled = std::move(scale->second);
    scale->second = "1";
    settings.insert(scale + 1, {std::string(kDistilled), std::move(distilled)});
  }
}

}  // namespace img2prompt
