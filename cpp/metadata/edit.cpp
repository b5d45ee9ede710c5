#include "metadata/edit.h"

#include "base/error.h"
#include "metadata/container.h"
#include "metadata/edit/gif.h"
#include "metadata/edit/jpeg.h"
#include "metadata/edit/png.h"
#include "metadata/edit/webp.h"
#include "metadata/read.h"

namespace img2prompt {
namespace {

Container container_of(ByteSpan file, const std::string& name, const char* what) {
  Container container;
  if (!sniff_container(file, container))
    throw_error<MetadataError>("{}: not a picture that is known here; {}", name, what);
  return container;
}

[[noreturn]] void refuse(Container container, const std::string& name, const char* what) {
  throw_error<MetadataError>("{}: a {} file; {}", name, container_name(container), what);
}

std::string write_into(ByteSpan file, std::string_view infotext, const std::string& name) {
  constexpr const char* kWhat = "PNG, JPEG, WebP and GIF take an infotext";
  switch (Container container = container_of(file, name, kWhat)) {
    case Container::kPng:
      return edit::write_png(file, infotext, name);
    case Container::kJpeg:
      return edit::write_jpeg(file, infotext, name);
    case Container::kWebp:
      return edit::write_webp(file, infotext, name);
    case Container::kGif:
      return edit::write_gif(file, infotext, name);
    default:
      refuse(container, name, kWhat);
  }
}

std::string strip_known(ByteSpan file, const std::string& name) {
  constexpr const char* kWhat = "PNG, JPEG, WebP, GIF and BMP can be stripped";
  switch (Container container = container_of(file, name, kWhat)) {
    case Container::kPng:
      return edit::strip_png(file, name);
    case Container::kJpeg:
      return edit::strip_jpeg(file, name);
    case Container::kWebp:
      return edit::strip_webp(file, name);
    case Container::kGif:
      return edit::strip_gif(file, name);
    case Container::kBmp:
      return std::string(file.text());
    default:
      refuse(container, name, kWhat);
  }
}

// Whether a reader takes another record of the file for the picture's.
bool reads_otherwise(const std::string& file, std::string_view infotext) {
  GenerationInfo info = parse_metadata(ByteSpan(std::string_view(file)), "copy").info;
  return info.infotext && *info.infotext != infotext;
}

}  // namespace

std::string strip_metadata(ByteSpan file, const std::string& name) {
  std::string copy = strip_known(file, name);
  parse_container(ByteSpan(std::string_view(copy)), name);  // throws where it holds no picture
  return copy;
}

std::string write_infotext(ByteSpan file, std::string_view infotext, const std::string& name) {
  if (infotext.empty() || infotext.find('\0') != infotext.npos)
    throw_error<InvalidArgument>(
        "infotext: {}; a text of at least one character is written, without NULs",
        infotext.empty() ? "it is empty" : "it holds a NUL");
  std::string out = write_into(file, infotext, name);
  if (!reads_otherwise(out, infotext)) return out;
  std::string stripped = strip_metadata(file, name);
  return write_into(ByteSpan(std::string_view(stripped)), infotext, name);
}

}  // namespace img2prompt
