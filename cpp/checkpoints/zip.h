// The directory of a zip archive, whose stored entries are read in place. Nothing is inflated.
// Format: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14
// to 4.3.16 (end records, zip64) and 4.5.3 (zip64 extra field).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"

namespace img2prompt {

constexpr size_t kZipMaxEntries = size_t{1} << 18;  // torch writes one for each storage

struct ZipEntry {
  std::string_view name;  // points into the archive
  ByteSpan bytes;         // as they lie in the archive
  bool compressed = false;
};

class ZipArchive {
 public:
  // `path` is for messages. Throws CheckpointError "<path>: ..." unless the end record, the
  // directory and every local header agree, all ranges lie before the directory, no two overlap,
  // and no name occurs twice. Encrypted entries and archives of several disks are refused.
  // Checksums are not compared: torch can be told to leave them out.
  ZipArchive(ByteSpan archive, std::string path) : ZipArchive(archive, std::move(path), nullptr) {}
  explicit ZipArchive(const MappedFile& file) : ZipArchive(file.bytes(), file.path(), &file) {}

  const std::vector<ZipEntry>& entries() const { return entries_; }  // in the directory's order

  bool has(std::string_view name) const { return by_name_.count(name) != 0; }
  // Throws CheckpointError when the entry is missing or compressed.
  ByteSpan stored(std::string_view name) const;

 private:
  ZipArchive(ByteSpan archive, std::string path, const MappedFile* file);

  struct Directory {
    uint64_t offset = 0, size = 0, count = 0;
  };
  Directory find_directory() const;
  uint64_t add_entry(class ByteReader& directory, uint64_t limit);  // returns its header's offset
  // Where an entry's bytes begin, by its local header; UINT64_MAX when that is not there.
  uint64_t data_offset(uint64_t header, std::string_view name, uint64_t limit);
  void refuse_overlaps(const std::vector<uint64_t>& headers) const;
  [[noreturn]] void damaged(const std::string& what) const;

  ByteSpan archive_;
  std::string path_;
  const MappedFile* file_;      // while the directory is read: local headers are copied out of it
  std::vector<uint8_t> local_;  // the local header that was read last
  std::vector<ZipEntry> entries_;
  std::map<std::string_view, size_t> by_name_;
};

bool looks_like_zip(ByteSpan bytes);

}  // namespace img2prompt
