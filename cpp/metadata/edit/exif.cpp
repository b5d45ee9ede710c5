#include "metadata/edit/exif.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_reader.h"
#include "base/utf8.h"
#include "metadata/exif.h"
#include "metadata/limits.h"
#include "metadata/tiff_directory.h"

namespace img2prompt::edit {
namespace {

using namespace std::string_view_literals;

constexpr uint16_t kOrientation = 0x0112, kExifDirectory = 0x8769, kUserComment = 0x9286;
constexpr uint16_t kShort = 3, kLong = 4, kUndefined = 7;
constexpr size_t kEntryBytes = 12, kEntryValue = 8, kHeaderBytes = 8;

ByteSpan without_prefix(ByteSpan block) {
  constexpr std::string_view kPrefix = "Exif\0\0"sv;
  return block.starts_with(kPrefix) ? block.sub(kPrefix.size()) : block;
}

// The character code, then UTF-16, big-endian.
std::string user_comment(std::string_view text) {
  std::string out = "UNICODE" + std::string(1, '\0');
  auto put = [&](uint32_t unit) {
    out += static_cast<char>(unit >> 8);
    out += static_cast<char>(unit);
  };
  for (size_t i = 0; i < text.size();) {
    char32_t c = next_code_point(text, i);
    if (c >= 0x10000) {
      put(0xD800 + ((c - 0x10000) >> 10));
      put(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      put(c);
    }
  }
  return out;
}

struct Entry {
  uint16_t tag;
  std::string bytes;  // the 12 of it
  size_t offset = 0;  // in the block; 0 = not there yet
};

struct Directory {
  std::vector<Entry> entries;
  std::string next = std::string(4, '\0');  // the offset of the one behind it
};

// A block under change, to which is appended; what has an offset stays there.
class TiffEdit {
 public:
  explicit TiffEdit(std::string bytes)
      : bytes_(std::move(bytes)), is_little_(bytes_.substr(0, 2) == "II") {}

  std::string take() { return std::move(bytes_); }
  uint32_t u32(size_t offset) const { return static_cast<uint32_t>(value(offset, 4)); }
  uint16_t u16(size_t offset) const { return static_cast<uint16_t>(value(offset, 2)); }

  std::string number(uint64_t value, int width) const {
    std::string out;
    for (int i = 0; i < width; ++i)
      out += static_cast<char>(value >> (8 * (is_little_ ? i : width - 1 - i)));
    return out;
  }

  Entry entry(uint16_t tag, uint16_t type, size_t count, const std::string& value) const {
    return {tag, number(tag, 2) + number(type, 2) + number(count, 4) + value};
  }

  std::optional<Directory> directory(size_t offset) const {
    size_t count = u16(offset);
    if (offset < kHeaderBytes || offset > bytes_.size() ||
        2 + count * kEntryBytes + 4 > bytes_.size() - offset)
      return std::nullopt;
    Directory out;
    for (size_t i = 0, at = offset + 2; i < count; ++i, at += kEntryBytes)
      out.entries.push_back({u16(at), bytes_.substr(at, kEntryBytes), at});
    out.next = bytes_.substr(offset + 2 + count * kEntryBytes, 4);
    return out;
  }

  // On an even offset, which is returned.
  size_t append(std::string_view bytes) {
    bytes_.resize(bytes_.size() + bytes_.size() % 2, '\0');
    size_t offset = bytes_.size();
    bytes_ += bytes;
    return offset;
  }
  size_t append(const Directory& directory) {
    std::string bytes = number(directory.entries.size(), 2);
    for (const Entry& entry : directory.entries) bytes += entry.bytes;
    return append(bytes + directory.next);
  }

  void overwrite(size_t offset, const std::string& bytes) {
    bytes_.replace(offset, bytes.size(), bytes);
  }

  // Zeroes the entry's value, if it is bytes and all there, outside the header and `kept`.
  void erase_value(const Entry& entry, const std::vector<std::pair<size_t, size_t>>& kept) {
    uint16_t type = u16(entry.offset + 2);
    size_t count = u32(entry.offset + 4), begin = u32(entry.offset + 8);
    if (type != kUndefined && type != 1 && type != 2) return;
    if (count <= 4) return overwrite(entry.offset + 8, std::string(4, '\0'));
    if (begin < kHeaderBytes || begin > bytes_.size() || count > bytes_.size() - begin) return;
    for (const auto& [from, to] : kept)
      if (begin < to && begin + count > from) return;
    overwrite(begin, std::string(count, '\0'));
  }

 private:
  uint64_t value(size_t offset, int width) const {
    uint64_t out = 0;
    for (int i = 0; i < width; ++i) {
      size_t at = offset + static_cast<size_t>(is_little_ ? width - 1 - i : i);
      out = out << 8 | (at < bytes_.size() ? static_cast<uint8_t>(bytes_[at]) : 0u);
    }
    return out;
  }

  std::string bytes_;
  bool is_little_;
};

// Into its place among the sorted ones, or in place of those of the same tag.
void set_entry(Directory& directory, Entry entry) {
  auto& entries = directory.entries;
  entries.erase(std::remove_if(entries.begin(), entries.end(),
                               [&](const Entry& known) { return known.tag == entry.tag; }),
                entries.end());
  auto at = std::find_if(entries.begin(), entries.end(),
                         [&](const Entry& known) { return known.tag > entry.tag; });
  entries.insert(at, std::move(entry));
}

// A directory and the bytes that it takes.
struct Place {
  std::optional<Directory> directory;
  std::pair<size_t, size_t> range = {0, 0};
};

Place find_directory(const TiffEdit& tiff, size_t offset) {
  Place out{tiff.directory(offset)};
  if (out.directory)
    out.range = {offset, offset + 2 + out.directory->entries.size() * kEntryBytes + 4};
  return out;
}

std::string header() { return std::string("MM\0*\0\0\0\x08", kHeaderBytes); }

}  // namespace

int exif_orientation(ByteSpan block) {
  std::optional<TiffBlock> tiff = TiffBlock::open(without_prefix(block));
  if (!tiff) return 1;
  std::string ignored;
  for (const TiffEntry& entry : tiff->entries(tiff->first_directory(), kMaxExifEntries, ignored)) {
    if (entry.tag != kOrientation) continue;
    int64_t value = entry.count == 1 ? tiff->integer(entry).value_or(1) : 1;
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

std::string orientation_exif(int orientation) {
  TiffEdit tiff(header());
  Directory first;
  set_entry(first,
            tiff.entry(kOrientation, kShort, 1,
                       tiff.number(static_cast<uint64_t>(orientation), 2) + std::string(2, '\0')));
  tiff.append(first);
  return tiff.take();
}

namespace {

bool reads_back(const std::string& block, std::string_view text) {
  RawFields fields;
  parse_exif(ByteSpan(block), fields);
  const std::string* comment = fields.find("EXIF", "UserComment");
  return comment && *comment == text;
}

std::string with_comment(ByteSpan block, std::string_view text) {
  bool is_classic = block.starts_with("II*\0"sv) || block.starts_with("MM\0*"sv);
  TiffEdit tiff(is_classic ? std::string(block.text()) : header());
  size_t first_offset = tiff.u32(4);
  Place first = find_directory(tiff, first_offset), exif;
  if (!first.directory) {
    tiff = TiffEdit(orientation_exif(exif_orientation(block)));
    first_offset = tiff.u32(4);
    first = find_directory(tiff, first_offset);
  }
  size_t pointer = 0;  // where the entry of the Exif directory stands
  for (const Entry& entry : first.directory->entries)
    if (entry.tag == kExifDirectory) pointer = entry.offset;
  if (pointer) exif = find_directory(tiff, tiff.u32(pointer + kEntryValue));
  if (!exif.directory) exif.directory = Directory();
  for (const Directory& directory : {*first.directory, *exif.directory})
    for (const Entry& entry : directory.entries)
      if (entry.tag == kUserComment) tiff.erase_value(entry, {first.range, exif.range});

  std::string comment = user_comment(text);
  set_entry(*exif.directory, tiff.entry(kUserComment, kUndefined, comment.size(),
                                        tiff.number(tiff.append(comment), 4)));
  Entry entry = tiff.entry(kExifDirectory, kLong, 1, tiff.number(tiff.append(*exif.directory), 4));
  if (pointer) {
    tiff.overwrite(pointer, entry.bytes);
  } else {
    set_entry(*first.directory, std::move(entry));
    tiff.overwrite(4, tiff.number(tiff.append(*first.directory), 4));
  }
  return tiff.take();
}

}  // namespace

std::string exif_with_comment(ByteSpan block, std::string_view text) {
  block = without_prefix(block);
  std::string out = with_comment(block, text);
  if (reads_back(out, text)) return out;
  std::string orientation = orientation_exif(exif_orientation(block));
  return with_comment(ByteSpan(std::string_view(orientation)), text);
}

}  // namespace img2prompt::edit
