#include "metadata/read.h"

#include <memory>
#include <utility>

#include "base/file_window.h"
#include "base/utf8.h"
#include "metadata/dialects.h"
#include "metadata/pixel_columns.h"
#include "metadata/stealth.h"

namespace img2prompt {

namespace {

bool find_hidden(FileWindow& file, RawFields& raw) {
  std::unique_ptr<PixelColumns> pixels;
  if (raw.container == Container::kPng)
    pixels = open_png_columns(file);
  else if (raw.container == Container::kWebp)
    pixels = open_webp_columns(file.all());
  return pixels && read_stealth(*pixels, raw);
}

Metadata parse_metadata(FileWindow& file, const std::string& name, const ReadOptions& options) {
  Metadata metadata;
  metadata.raw = parse_container(file, name);
  metadata.info = recognise(metadata.raw);
  bool has_record = !metadata.info.generator.empty();
  bool is_sought = options.hidden == HiddenSearch::kAlways ||
                   (options.hidden == HiddenSearch::kAuto && !has_record);
  if (is_sought && find_hidden(file, metadata.raw) && !has_record)
    metadata.info = recognise(metadata.raw);
  for (std::string& line : metadata.info.warnings) metadata.raw.warn(std::move(line));
  metadata.info.warnings.clear();
  metadata.provenance = find_provenance(metadata.raw);
  return metadata;
}

}  // namespace

Metadata parse_metadata(ByteSpan bytes, const std::string& name, const ReadOptions& options) {
  FileWindow file(bytes);
  return parse_metadata(file, name, options);
}

Metadata read_metadata(const std::string& path, const ReadOptions& options) {
  FileWindow file(path);
  return parse_metadata(file, repair_utf8(path), options);
}

}  // namespace img2prompt
