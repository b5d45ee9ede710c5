#include "metadata/exif_values.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

namespace img2prompt {
namespace {

struct TagName {
  uint16_t tag;
  const char* name;
};

constexpr TagName kTagNames[] = {
    {0x010D, "DocumentName"},
    {0x010E, "ImageDescription"},
    {0x010F, "Make"},
    {0x0110, "Model"},
    {0x0112, "Orientation"},
    {0x011D, "PageName"},
    {0x0131, "Software"},
    {0x0132, "DateTime"},
    {0x013B, "Artist"},
    {0x013C, "HostComputer"},
    {0x8298, "Copyright"},
    {0x829A, "ExposureTime"},
    {0x829D, "FNumber"},
    {0x8822, "ExposureProgram"},
    {0x8827, "ISOSpeedRatings"},
    {0x9003, "DateTimeOriginal"},
    {0x9004, "DateTimeDigitized"},
    {0x9010, "OffsetTime"},
    {0x9011, "OffsetTimeOriginal"},
    {0x9012, "OffsetTimeDigitized"},
    {0x9204, "ExposureBiasValue"},
    {0x9207, "MeteringMode"},
    {0x9209, "Flash"},
    {0x920A, "FocalLength"},
    {0x927C, "MakerNote"},
    {0x9286, "UserComment"},
    {0x9290, "SubsecTime"},
    {0x9291, "SubsecTimeOriginal"},
    {0x9292, "SubsecTimeDigitized"},
    {0x9C9B, "XPTitle"},
    {0x9C9C, "XPComment"},
    {0x9C9D, "XPAuthor"},
    {0x9C9E, "XPKeywords"},
    {0x9C9F, "XPSubject"},
    {0xA403, "WhiteBalance"},
    {0xA405, "FocalLengthIn35mmFilm"},
    {0xA420, "ImageUniqueID"},
    {0xA430, "CameraOwnerName"},
    {0xA431, "BodySerialNumber"},
    {0xA432, "LensSpecification"},
    {0xA433, "LensMake"},
    {0xA434, "LensModel"},
    {0xA435, "LensSerialNumber"},
    {0xC614, "UniqueCameraModel"},
};

// Words for the values 0, 1, 2, ...; null where a value has none.
constexpr const char* kOrientations[] = {nullptr,
                                         "Horizontal (normal)",
                                         "Mirror horizontal",
                                         "Rotate 180",
                                         "Mirror vertical",
                                         "Mirror horizontal and rotate 270 CW",
                                         "Rotate 90 CW",
                                         "Mirror horizontal and rotate 90 CW",
                                         "Rotate 270 CW"};
constexpr const char* kPrograms[] = {
    nullptr,    "Manual", "Normal program", "Aperture priority", "Shutter priority",
    "Creative", "Action", "Portrait",       "Landscape"};
constexpr const char* kMeterings[] = {
    nullptr, "Average", "Center-weighted average", "Spot", "Multi-spot", "Pattern", "Partial"};
constexpr const char* kBalances[] = {"Auto", "Manual"};
constexpr const char* kFlashes[] = {"Did not fire", "Fired"};

template <size_t N>
std::string word(const char* const (&words)[N], std::optional<int64_t> value) {
  if (!value || *value < 0 || *value >= static_cast<int64_t>(N)) return {};
  const char* found = words[static_cast<size_t>(*value)];
  return found ? found : "";
}

std::string exposure_text(double seconds) {
  constexpr double kFractionBelow = 0.4;  // "1/3 s", but "0.5 s"
  if (seconds <= 0) return {};
  if (seconds >= kFractionBelow) return number_text(seconds) + " s";
  return "1/" + number_text(std::round(1 / seconds)) + " s";
}

// "24-70 mm f/2.8", "24-105 mm f/3.5-5.6": shortest and longest focal length, then the smallest
// f-number at each; what is unknown is 0/0.
std::string lens_text(const TiffBlock& block, const TiffEntry& entry) {
  auto shortest = block.number(entry, 0), longest = block.number(entry, 1);
  if (!shortest || !longest) return {};
  auto range = [](double from, double to) {
    return from == to ? number_text(from) : number_text(from) + "-" + number_text(to);
  };
  std::string text = range(*shortest, *longest) + " mm";
  auto first = block.number(entry, 2), last = block.number(entry, 3);
  return first && last ? text + " f/" + range(*first, *last) : text;
}

}  // namespace

std::string exif_tag_name(uint16_t tag) {
  for (const TagName& known : kTagNames)
    if (known.tag == tag) return known.name;
  return fmt::format("0x{:04X}", tag);
}

std::string number_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.6g}", value) : std::string();
}

std::string exif_value_text(const TiffBlock& block, const TiffEntry& entry) {
  std::optional<int64_t> integer = block.integer(entry);
  std::optional<double> number = block.number(entry);
  if (!number || !std::isfinite(*number)) return {};
  switch (entry.tag) {
    case 0x0112:
      return word(kOrientations, integer);
    case 0x829A:
      return exposure_text(*number);
    case 0x829D:
      return *number > 0 ? "f/" + number_text(*number) : "";
    case 0x8822:
      return word(kPrograms, integer);
    case 0x8827:
      return *number > 0 ? number_text(*number) : "";
    case 0x9204:
      return number_text(*number) + " EV";
    case 0x9207:
      return word(kMeterings, integer);
    case 0x9209:
      return integer ? word(kFlashes, *integer & 1) : "";
    case 0x920A:
    case 0xA405:
      return *number > 0 ? number_text(*number) + " mm" : "";
    case 0xA403:
      return word(kBalances, integer);
    case 0xA432:
      return lens_text(block, entry);
    default:
      return {};
  }
}

std::string gps_position_text(const TiffBlock& block, const TiffEntry& entry,
                              std::string_view hemisphere) {
  constexpr double kMostDegrees = 180;
  auto degrees = block.number(entry, 0);
  if (!degrees) return {};
  double sum = *degrees + block.number(entry, 1).value_or(0) / 60 +
               block.number(entry, 2).value_or(0) / 3600;
  if (!(sum >= 0 && sum <= kMostDegrees)) return {};
  return fmt::format("{:.6f}{}{}", sum, hemisphere.empty() ? "" : " ", hemisphere);
}

std::string gps_time_text(const TiffBlock& block, const TiffEntry& entry) {
  auto hour = block.number(entry, 0), minute = block.number(entry, 1),
       second = block.number(entry, 2);
  bool is_time = hour && minute && second && *hour >= 0 && *hour < 24 && *minute >= 0 &&
                 *minute < 60 && *second >= 0 && *second < 61;
  if (!is_time) return {};
  return fmt::format("{:02}:{:02}:{:02} UTC", static_cast<int>(*hour), static_cast<int>(*minute),
                     static_cast<int>(*second));
}

}  // namespace img2prompt
