#include "metadata/container.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "metadata/bmp.h"
#include "metadata/exif.h"
#include "metadata/gif.h"
#include "metadata/heif.h"
#include "metadata/jpeg.h"
#include "metadata/jxl.h"
#include "metadata/limits.h"
#include "metadata/png.h"
#include "metadata/tiff_directory.h"
#include "metadata/webp.h"

namespace img2prompt {
namespace {

constexpr size_t kSniffedBytes = 256;
constexpr std::string_view kKinds = "PNG, JPEG, WebP, GIF, AVIF, HEIF, TIFF, JPEG XL and BMP";

}  // namespace

std::string_view container_name(Container container) {
  static constexpr std::string_view kNames[] = {"png",  "jpeg", "webp", "gif", "bmp",
                                                "tiff", "avif", "heif", "jxl"};
  return kNames[static_cast<int>(container)];
}

const std::string* RawFields::png_text(std::string_view key) const {
  auto is_it = [&](const RawField& field) {
    return field.key == key &&
           (field.source == "tEXt" || field.source == "zTXt" || field.source == "iTXt" ||
            field.source == "comf" || field.source == "stealth");
  };
  auto found = std::find_if(fields.rbegin(), fields.rend(), is_it);
  return found == fields.rend() ? nullptr : &found->value;
}

const std::string* RawFields::find(std::string_view source, std::string_view key) const {
  auto is_it = [&](const RawField& f) { return f.key == key && f.source == source; };
  auto found = std::find_if(fields.rbegin(), fields.rend(), is_it);
  return found == fields.rend() ? nullptr : &found->value;
}

size_t RawFields::text_budget() const { return std::min(kMaxFieldBytes, kMaxTextBytes - claimed_); }

bool RawFields::claim(size_t bytes) {
  if (fields.size() >= kMaxFields || bytes > text_budget()) return false;
  claimed_ += bytes;
  return true;
}

void RawFields::refuse(size_t bytes, std::string_view what) {
  if (fields.size() >= kMaxFields)
    warn(fmt::format("{}: left out, the file has more than {} text fields", what, kMaxFields));
  else
    warn(fmt::format("{}: left out, {} bytes of text exceed the {} allowed", what, bytes,
                     text_budget()));
}

bool RawFields::claim(size_t bytes, std::string_view what) {
  bool fits = claim(bytes);
  if (!fits) refuse(bytes, what);
  return fits;
}

void RawFields::add(std::string_view source, std::string key, std::string value) {
  fields.push_back({std::string(source), std::move(key), std::move(value)});
}

void RawFields::warn(std::string line) {
  if (warnings.size() < kMaxWarnings)
    warnings.push_back(std::move(line));
  else if (warnings.size() == kMaxWarnings)
    warnings.push_back("more damage was found than is listed here");
}

std::string quoted(std::string_view name) {
  std::string out = "'";
  for (char c : repair_utf8(name.substr(0, kMaxQuotedBytes)))
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  return out + (name.size() > kMaxQuotedBytes ? "...'" : "'");
}

bool sniff_container(ByteSpan bytes, Container& container) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv))
    container = Container::kPng;
  else if (bytes.starts_with("\xFF\xD8\xFF"sv))
    container = Container::kJpeg;
  else if (bytes.starts_with("RIFF"sv) && bytes.sub(8).starts_with("WEBP"sv))
    container = Container::kWebp;
  else if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv))
    container = Container::kGif;
  else if (TiffBlock::begins(bytes))
    container = Container::kTiff;
  else if (bytes.starts_with("BM"sv) && is_bmp(bytes))
    container = Container::kBmp;
  else if (is_jxl(bytes))
    container = Container::kJxl;
  else
    return is_heif(bytes, container);
  return true;
}

RawFields parse_container(ByteSpan bytes, const std::string& name) {
  FileWindow file(bytes);
  return parse_container(file, name);
}

RawFields parse_container(FileWindow& file, const std::string& name) {
  RawFields out;
  if (file.size() == 0)
    throw_error<MetadataError>("{}: the file is empty; {} are read", name, kKinds);
  if (!sniff_container(file.view(0, kSniffedBytes), out.container))
    throw_error<MetadataError>("{}: not a picture that is known here; {} are read", name, kKinds);
  switch (out.container) {
    case Container::kPng:
      walk_png(file, out);
      break;
    case Container::kJpeg:
      walk_jpeg(file, out);
      break;
    case Container::kWebp:
      walk_webp(file, out);
      break;
    case Container::kGif:
      walk_gif(file.all(), out);
      break;
    case Container::kBmp:
      walk_bmp(file.all(), out);
      break;
    case Container::kTiff:
      walk_tiff(file.all(), out);
      break;
    case Container::kAvif:
    case Container::kHeif:
      walk_heif(file.all(), out);
      break;
    case Container::kJxl:
      walk_jxl(file.all(), out);
      break;
  }
  bool has_size = out.width > 0 && out.height > 0;
  if (!has_size && out.fields.empty())
    throw_error<MetadataError>("{}: a {} file that ends or is damaged before its size is stated",
                               name, container_name(out.container));
  if (!has_size) out.warn("the size of the picture is not stated where it was looked for");
  return out;
}

}  // namespace img2prompt
