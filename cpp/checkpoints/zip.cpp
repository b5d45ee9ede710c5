#include "checkpoints/zip.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/error.h"
#include "checkpoints/tensor_table.h"

namespace img2prompt {
namespace {

constexpr std::string_view kLocalSign("PK\x03\x04", 4);
constexpr std::string_view kDirectorySign("PK\x01\x02", 4);
constexpr std::string_view kEndSign("PK\x05\x06", 4);
constexpr std::string_view kEnd64Sign("PK\x06\x06", 4);
constexpr std::string_view kLocatorSign("PK\x06\x07", 4);
constexpr size_t kLocalSize = 30, kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20,
                 kMaxComment = 0xffff;

constexpr uint16_t kEncrypted = 1;    // bit of the general purpose flags
constexpr uint16_t kZip64Extra = 1;   // id of an extra field
constexpr uint16_t kFull16 = 0xffff;  // "see the zip64 record"
constexpr uint32_t kFull32 = 0xffffffff;

// The end record's offset: the last one whose comment reaches exactly to the end of the file.
size_t find_end(ByteSpan archive) {
  if (archive.size() < kEndSize) return SIZE_MAX;
  size_t last = archive.size() - kEndSize;
  for (size_t comment = 0; comment <= std::min(last, kMaxComment); ++comment) {
    ByteSpan record = archive.sub(last - comment);
    if (record.starts_with(kEndSign) &&
        (record[kEndSize - 2] | record[kEndSize - 1] << 8) == static_cast<int>(comment))
      return last - comment;
  }
  return SIZE_MAX;
}

// One entry of the directory as it is written there.
struct Record {
  uint16_t flags = 0, method = 0;
  uint64_t packed = 0, size = 0, offset = 0;
  std::string_view name;
};

// Replaces saturated fields by those of the zip64 extra field; false when they are not there.
bool widen(Record& record, ByteSpan extra) {
  bool any = record.packed == kFull32 || record.size == kFull32 || record.offset == kFull32;
  if (!any) return true;
  for (ByteReader reader(extra); reader.remaining() >= 4;) {
    uint16_t id = reader.u16_le(), length = reader.u16_le();
    ByteReader field(reader.take(length));
    if (reader.failed() || id != kZip64Extra) continue;
    for (uint64_t* value : {&record.size, &record.packed, &record.offset})
      if (*value == kFull32) *value = field.u64_le();
    return !field.failed();
  }
  return false;
}

}  // namespace

bool looks_like_zip(ByteSpan bytes) {
  return bytes.starts_with(kLocalSign) || bytes.starts_with(kEndSign);
}

void ZipArchive::damaged(const std::string& what) const {
  throw_error<CheckpointError>("{}: a damaged zip archive: {}; download the file again", path_,
                               what);
}

ZipArchive::Directory ZipArchive::find_directory() const {
  size_t end = find_end(archive_);
  if (end == SIZE_MAX)
    throw_error<CheckpointError>(
        "{}: the file is cut short: a zip archive without its directory; download it again", path_);
  ByteReader reader(archive_.sub(end + kEndSign.size()));
  uint16_t disk = reader.u16_le(), directory_disk = reader.u16_le();
  uint16_t here = reader.u16_le(), count = reader.u16_le();
  uint32_t size = reader.u32_le(), offset = reader.u32_le();
  Directory found{offset, size, count};
  uint64_t disks = (disk == kFull16 ? 0 : disk) | (directory_disk == kFull16 ? 0 : directory_disk);
  uint64_t limit = end;
  bool full = here == kFull16 || count == kFull16 || size == kFull32 || offset == kFull32;
  if (end >= kLocatorSize && archive_.sub(end - kLocatorSize).starts_with(kLocatorSign)) {
    ByteReader locator(archive_.sub(end - kLocatorSize + kLocatorSign.size()));
    disks |= locator.u32_le();
    uint64_t place = locator.u64_le();
    limit = end - kLocatorSize;
    if (limit < kEnd64Size || place > limit - kEnd64Size ||
        !archive_.sub(place).starts_with(kEnd64Sign))
      damaged("its zip64 record is not where it should be");
    ByteReader wide(archive_.sub(place + kEnd64Sign.size()));
    wide.skip(12);  // the record's size and two versions
    disks |= wide.u32_le() | wide.u32_le();
    uint64_t wide_here = wide.u64_le();
    found.count = wide.u64_le();
    found.size = wide.u64_le();
    found.offset = wide.u64_le();
    if (wide_here != found.count || (count != kFull16 && count != found.count) ||
        (size != kFull32 && size != found.size) || (offset != kFull32 && offset != found.offset))
      damaged("its two end records disagree");
    limit = place;
  } else if (full || here != count) {
    damaged("its zip64 record is missing");
  }
  if (disks != 0) damaged("it claims to be one of several disks");
  if (found.offset > limit || found.size > limit - found.offset)
    damaged("its directory lies outside the file");
  return found;
}

uint64_t ZipArchive::data_offset(uint64_t header, std::string_view name, uint64_t limit) {
  const size_t size = kLocalSize + name.size();
  if (header > limit || size > limit - header) return UINT64_MAX;
  ByteSpan bytes = archive_.sub(header, size);
  if (file_) {
    local_.resize(size);
    file_->copy(header, size, local_.data());
    bytes = local_;
  }
  ByteReader reader(bytes);
  const bool is_local = reader.take(kLocalSign.size()).text() == kLocalSign;
  reader.skip(22);  // what the directory says too
  const uint16_t name_size = reader.u16_le(), extra = reader.u16_le();
  if (!is_local || name_size != name.size() || reader.take(name_size).text() != name ||
      extra > limit - header - size)
    return UINT64_MAX;
  return header + size + extra;
}

uint64_t ZipArchive::add_entry(ByteReader& directory, uint64_t limit) {
  bool is_entry = directory.take(4).text() == kDirectorySign;
  Record record;
  directory.skip(4);  // versions
  record.flags = directory.u16_le();
  record.method = directory.u16_le();
  directory.skip(8);  // time, date, checksum
  record.packed = directory.u32_le();
  record.size = directory.u32_le();
  uint16_t name = directory.u16_le(), extra = directory.u16_le(), comment = directory.u16_le();
  directory.skip(8);  // disk, attributes
  record.offset = directory.u32_le();
  record.name = directory.take(name).text();
  ByteSpan extra_bytes = directory.take(extra);
  directory.skip(comment);
  if (!is_entry || directory.failed())
    damaged(fmt::format("entry {} of its directory is cut short or missing", entries_.size()));
  auto wrong = [&](const char* what) { damaged(name_text(record.name) + what); };
  if (!widen(record, extra_bytes)) wrong(" lacks its zip64 sizes");
  if (record.flags & kEncrypted)
    throw_error<CheckpointError>("{}: {} is encrypted; unpack and save the weights anew", path_,
                                 name_text(record.name));
  if (record.offset > limit) wrong(" lies outside the file");

  const uint64_t begin = data_offset(record.offset, record.name, limit);
  if (begin == UINT64_MAX) wrong(" is not where its directory says");
  if (record.packed > limit - begin) wrong(" lies outside the file");
  bool compressed = record.method != 0;
  if (!compressed && record.packed != record.size) wrong(" has two sizes");

  ZipEntry entry{record.name, archive_.sub(begin, record.packed), compressed};
  if (!by_name_.emplace(record.name, entries_.size()).second) wrong(" is there twice");
  entries_.push_back(entry);
  return record.offset;
}

void ZipArchive::refuse_overlaps(const std::vector<uint64_t>& headers) const {
  std::vector<size_t> order(headers.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return headers[a] < headers[b]; });
  uint64_t end = 0;
  for (size_t i : order) {
    if (headers[i] < end) damaged(name_text(entries_[i].name) + " overlaps another entry");
    end = static_cast<uint64_t>(entries_[i].bytes.end() - archive_.begin());
  }
}

ZipArchive::ZipArchive(ByteSpan archive, std::string path, const MappedFile* file)
    : archive_(archive), path_(std::move(path)), file_(file) {
  Directory found = find_directory();
  if (found.count > kZipMaxEntries)
    throw_error<CheckpointError>("{}: a zip archive that claims {} entries, at most {} are read",
                                 path_, found.count, kZipMaxEntries);
  ByteReader directory(archive_.sub(found.offset, found.size));
  std::vector<uint64_t> headers;
  for (uint64_t i = 0; i < found.count; ++i)
    headers.push_back(add_entry(directory, /*limit=*/found.offset));
  if (directory.remaining() != 0) damaged("its directory holds more than its entries");
  refuse_overlaps(headers);
  file_ = nullptr;
}

ByteSpan ZipArchive::stored(std::string_view name) const {
  auto found = by_name_.find(name);
  if (found == by_name_.end())
    throw_error<CheckpointError>("{}: its entry {} is missing; download the file again", path_,
                                 name_text(name));
  const ZipEntry& entry = entries_[found->second];
  if (entry.compressed)
    throw_error<CheckpointError>(
        "{}: its entry {} is compressed, which torch.save never does; save the weights anew", path_,
        name_text(name));
  return entry.bytes;
}

}  // namespace img2prompt
