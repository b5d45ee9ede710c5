#include "image/decode.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/utf8.h"
#include "image/formats.h"
#include "image/orientation.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

constexpr const char* kAccepted =
    "accepted are PNG, JPEG, WebP, GIF, BMP, PNM, PSD and TGA pictures";

struct Format {
  bool (*matches)(ByteSpan bytes);
  Image (*decode)(const Encoded& encoded);
  ByteSpan (*find_exif)(ByteSpan bytes);  // nullptr: the format has none
};

bool is_riff_webp(ByteSpan bytes) {
  return bytes.starts_with("RIFF"sv) && bytes.sub(8).starts_with("WEBP"sv);
}

bool is_pnm(ByteSpan bytes) {
  return bytes.size() > 2 && bytes[0] == 'P' && (bytes[1] == '5' || bytes[1] == '6') &&
         (bytes[2] == '\n' || bytes[2] == ' ' || bytes[2] == '\r' || bytes[2] == '\t');
}

// TGA has no magic number at its start; version 2 has one at its end.
bool is_tga(ByteSpan bytes) {
  constexpr std::string_view kSignature = "TRUEVISION-XFILE.\0"sv;
  return bytes.size() > kSignature.size() &&
         bytes.sub(bytes.size() - kSignature.size()).starts_with(kSignature);
}

constexpr Format kFormats[] = {
    {[](ByteSpan b) { return b.starts_with("\x89PNG\r\n\x1a\n"sv); }, decode_png, find_png_exif},
    {[](ByteSpan b) { return b.starts_with("\xff\xd8\xff"sv); }, decode_jpeg, find_jpeg_exif},
    {is_riff_webp, decode_webp, find_webp_exif},
    {[](ByteSpan b) { return b.starts_with("GIF87a"sv) || b.starts_with("GIF89a"sv); }, decode_gif,
     nullptr},
    {[](ByteSpan b) { return b.starts_with("BM"sv); }, decode_bmp, nullptr},
    {is_pnm, decode_pnm, nullptr},
    {[](ByteSpan b) { return b.starts_with("8BPS\0\1"sv); }, decode_psd, nullptr},
    {is_tga, decode_tga, nullptr},
};

struct OtherFormat {
  size_t offset;
  std::string_view magic;
  const char* what;
};

// Files that people hand over as pictures, told apart so that the message can name them.
constexpr OtherFormat kOtherFormats[] = {
    {4, "ftypavif"sv, "an AVIF picture"},
    {4, "ftypavis"sv, "an AVIF picture"},
    {4, "ftyphei"sv, "a HEIC picture"},
    {4, "ftypmif1"sv, "a HEIC picture"},
    {4, "ftyp"sv, "a video"},
    {0, "\x1a\x45\xdf\xa3"sv, "a video"},
    {0, "II*\0"sv, "a TIFF picture"},
    {0, "MM\0*"sv, "a TIFF picture"},
    {0, "\xff\x0a"sv, "a JPEG XL picture"},
    {4, "JXL \r\n"sv, "a JPEG XL picture"},
    {4, "jP  \r\n"sv, "a JPEG 2000 picture"},
    {0, "8BPS"sv, "a large Photoshop document (PSB)"},
    {0, "%PDF"sv, "a PDF file"},
    {0, "PK\x03\x04"sv, "a ZIP archive"},
};

bool is_text(ByteSpan bytes) {
  const bool has_controls = std::any_of(bytes.begin(), bytes.end(), [](uint8_t c) {
    return c == 127 || (c < 32 && c != '\n' && c != '\r' && c != '\t' && c != '\f');
  });
  if (has_controls) return false;
  // The last character may have been cut.
  for (size_t cut = 0; cut < 4 && cut < bytes.size(); ++cut)
    if (is_valid_utf8(bytes.sub(0, bytes.size() - cut).text())) return true;
  return false;
}

std::string describe(ByteSpan bytes) {
  for (const OtherFormat& other : kOtherFormats)
    if (bytes.sub(other.offset).starts_with(other.magic)) return other.what;
  return is_text(bytes.sub(0, 512)) ? "text, not a picture" : "not a picture that is known";
}

}  // namespace

Image decode_image(ByteSpan bytes, const std::string& name, const DecodeLimits& limits) {
  if (bytes.empty()) throw_error<DecodeError>("{}: empty; {}", name, kAccepted);
  check_byte_count(bytes.size(), name, limits);
  for (const Format& format : kFormats) {
    if (!format.matches(bytes)) continue;
    Image image = format.decode({bytes, name, limits});
    if (!format.find_exif) return image;
    return turn_upright(std::move(image), parse_orientation(format.find_exif(bytes)));
  }
  throw_error<DecodeError>("{}: {}; {}", name, describe(bytes), kAccepted);
}

Image read_image(const std::string& path, const DecodeLimits& limits) {
#ifdef _WIN32
  const std::filesystem::path file(utf8_to_wide(path));
#else
  const std::filesystem::path file(path);
#endif
  std::error_code failure;
  const auto size = std::filesystem::file_size(file, failure);
  if (!failure) check_byte_count(size_t(size), path, limits);
  return decode_image(read_file(path, limits.max_bytes), path, limits);
}

void throw_damaged(const Encoded& encoded, const char* format, const std::string& reason) {
  throw_error<DecodeError>("{}: a damaged {} picture ({}); a whole copy of it is needed",
                           encoded.name, format, reason);
}

void throw_cut_short(const Encoded& encoded, const char* format) {
  throw_error<DecodeError>(
      "{}: a {} picture that was cut short after {} bytes; a whole copy of it "
      "is needed",
      encoded.name, format, encoded.bytes.size());
}

}  // namespace img2prompt
