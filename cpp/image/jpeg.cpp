// JPEG (ITU-T T.81): baseline, extended and progressive pictures of 8-bit samples, Huffman-coded.
// Our own reader, since the pixels must equal those of libjpeg, which Pillow uses, and since a file
// that ends early must not pass.
#include <algorithm>
#include <numeric>

#include "base/byte_reader.h"
#include "image/formats.h"
#include "image/jpeg_entropy.h"
#include "image/jpeg_samples.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

// A block of 64 samples takes a bit at least, and one component may have a block for every 16 of
// the picture's (sampling factors go up to 4 x 4); so a byte holds no more pixels than this.
constexpr int64_t kMaxPixelsPerByte = 8 * 64 * 16;

// Encoders write about ten; a small file of many more would keep a large picture busy for hours.
constexpr int kMaxScans = 500;

enum Marker : uint8_t {
  kHuffmanTables = 0xc4,
  kEnd = 0xd9,
  kScan = 0xda,
  kQuantTables = 0xdb,
  kRestartInterval = 0xdd,
  kApp0 = 0xe0,
  kApp1 = 0xe1,
  kApp14 = 0xee,
};

bool is_frame(uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != kHuffmanTables && marker != 0xc8 &&
         marker != 0xcc;
}

// Moves `position` behind the next marker that starts a segment (or ends the picture) and returns
// it; 0 at the end of the file.
uint8_t next_marker(ByteSpan bytes, size_t& position) {
  for (; position + 1 < bytes.size(); ++position) {
    const uint8_t code = bytes[position + 1];
    const bool stands_alone = code <= 1 || (code >= 0xd0 && code <= 0xd8) || code == 0xff;
    if (bytes[position] != 0xff || stands_alone) continue;
    position += 2;
    return code;
  }
  position = bytes.size();
  return 0;
}

// The segment at `position`, without its length, which moves behind it; shorter where the file
// ends.
ByteSpan take_segment(ByteSpan bytes, size_t& position) {
  ByteReader reader(bytes.sub(position));
  const size_t size = reader.u16_be();
  const ByteSpan segment = reader.take(std::min(size < 2 ? 0 : size - 2, reader.remaining()));
  position += reader.position();
  return segment;
}

struct Component {
  int id = 0;
  int h = 1, v = 1;                  // sampling factors
  int quant = 0;                     // number of its table
  int width = 0, height = 0;         // samples
  int blocks_x = 0, blocks_y = 0;    // that are stored, whole units of the scan
  std::array<uint16_t, 64> table{};  // as it stood at the component's first scan
  bool seen = false;                 // in a scan
  std::vector<JpegBlock> blocks;     // [blocks_y, blocks_x] of a progressive picture
  std::vector<uint8_t> samples;      // [blocks_y * 8, blocks_x * 8]
  JpegDecoderState state;

  size_t stride() const { return size_t(blocks_x) * 8; }
};

class JpegReader {
 public:
  explicit JpegReader(const Encoded& encoded) : encoded_(encoded) {}
  Image read();

 private:
  void read_quant_tables(ByteSpan segment);
  void read_huffman_tables(ByteSpan segment);
  void read_frame(uint8_t marker, ByteSpan segment);
  void lay_out(Component& component);
  // Reads the scan whose header is `segment` and whose data start at `position`.
  size_t read_scan(ByteSpan segment, size_t position);
  std::vector<Component*> select_components(ByteReader& header);
  void start_component(Component& component, const JpegScanBand& band);
  void read_units(JpegBits& bits, const std::vector<Component*>& components,
                  const JpegScanBand& band);
  void read_block(JpegBits& bits, Component& component, const JpegScanBand& band, int x, int y);
  void finish_component(Component& component);
  bool is_rgb() const;
  Image convert();

  [[noreturn]] void damaged(const std::string& reason) { throw_damaged(encoded_, "JPEG", reason); }

  const Encoded& encoded_;
  std::array<std::array<uint16_t, 64>, 4> quant_tables_{};  // row by row
  std::array<bool, 4> has_quant_table_{};
  std::array<HuffmanTable, 4> dc_tables_, ac_tables_;
  int restart_interval_ = 0;
  int scans_ = 0;
  bool has_jfif_ = false;
  int adobe_transform_ = -1;  // -1: no Adobe marker
  bool progressive_ = false;
  int width_ = 0, height_ = 0, h_max_ = 1, v_max_ = 1;
  std::vector<Component> components_;
  int end_of_band_ = 0;
};

void JpegReader::read_quant_tables(ByteSpan segment) {
  ByteReader reader(segment);
  while (reader.remaining() > 0) {
    const uint8_t head = reader.u8();
    if ((head & 15) > 3) damaged("a quantisation table with a number above 3");
    auto& table = quant_tables_[head & 15];
    for (uint8_t place : kJpegZigzag) table[place] = head >> 4 ? reader.u16_be() : reader.u8();
    has_quant_table_[head & 15] = true;
  }
  if (reader.failed()) damaged("a quantisation table that is cut short");
}

void JpegReader::read_huffman_tables(ByteSpan segment) {
  ByteReader reader(segment);
  while (reader.remaining() > 0) {
    const uint8_t head = reader.u8();
    const ByteSpan counts = reader.take(16);
    if (reader.failed() || (head & 15) > 3) damaged("a Huffman table that cannot be");
    const size_t total = std::accumulate(counts.begin(), counts.end(), size_t{0});
    const ByteSpan symbols = reader.take(total);
    HuffmanTable& table = (head >> 4 ? ac_tables_ : dc_tables_)[head & 15];
    if (reader.failed() || !table.build(counts, symbols)) damaged("a Huffman table that cannot be");
  }
}

void JpegReader::read_frame(uint8_t marker, ByteSpan segment) {
  if (!components_.empty()) damaged("two frames");
  if (marker > 0xc2) damaged("a kind of JPEG that is hardly used: lossless or arithmetic");
  progressive_ = marker == 0xc2;
  ByteReader reader(segment);
  const int precision = reader.u8();
  height_ = reader.u16_be();
  width_ = reader.u16_be();
  const int count = reader.u8();
  if (reader.failed()) throw_cut_short(encoded_, "JPEG");
  if (precision != 8) damaged(std::to_string(precision) + "-bit samples, of which only 8 are read");
  if (count != 1 && count != 3 && count != 4)
    damaged(std::to_string(count) + " components; 1, 3 or 4 are read");
  check_picture_size(width_, height_, encoded_.name, encoded_.limits);
  if (int64_t{width_} * height_ > int64_t(encoded_.bytes.size()) * kMaxPixelsPerByte)
    throw_cut_short(encoded_, "JPEG");
  components_.resize(size_t(count));
  for (Component& component : components_) {
    component.id = reader.u8();
    const int factors = reader.u8();
    component.h = factors >> 4;
    component.v = factors & 15;
    component.quant = reader.u8();
    if (reader.failed() || component.h < 1 || component.h > 4 || component.v < 1 ||
        component.v > 4 || component.quant > 3)
      damaged("a component that cannot be");
    h_max_ = std::max(h_max_, component.h);
    v_max_ = std::max(v_max_, component.v);
  }
  for (Component& component : components_) lay_out(component);
}

void JpegReader::lay_out(Component& component) {
  if (h_max_ % component.h || v_max_ % component.v) damaged("sampling in fractions");
  auto up = [](int a, int b) { return (a + b - 1) / b; };
  component.width = up(width_ * component.h, h_max_);
  component.height = up(height_ * component.v, v_max_);
  component.blocks_x = up(width_, 8 * h_max_) * component.h;
  component.blocks_y = up(height_, 8 * v_max_) * component.v;
  const size_t blocks = size_t(component.blocks_x) * size_t(component.blocks_y);
  if (progressive_) component.blocks.resize(blocks, JpegBlock{});
  component.samples.resize(blocks * 64);
}

std::vector<Component*> JpegReader::select_components(ByteReader& header) {
  const size_t count = header.u8();
  if (count < 1 || count > components_.size()) damaged("a scan of no component that it has");
  std::vector<Component*> selected;
  for (size_t i = 0; i < count; ++i) {
    const int id = header.u8(), tables = header.u8();
    auto component = std::find_if(components_.begin(), components_.end(),
                                  [&](const Component& c) { return c.id == id; });
    if (component == components_.end() || (tables >> 4) > 3 || (tables & 15) > 3 ||
        std::find(selected.begin(), selected.end(), &*component) != selected.end())
      damaged("a scan of no component that it has");
    component->state.dc = &dc_tables_[size_t(tables >> 4)];
    component->state.ac = &ac_tables_[size_t(tables & 15)];
    selected.push_back(&*component);
  }
  return selected;
}

void JpegReader::start_component(Component& component, const JpegScanBand& band) {
  const bool needs_dc = band.start == 0 && band.high == 0;
  if ((needs_dc && component.state.dc->empty()) || (band.end > 0 && component.state.ac->empty()))
    damaged("a Huffman table is missing");
  component.state.previous_dc = 0;
  if (component.seen) return;
  if (!has_quant_table_[size_t(component.quant)]) damaged("a quantisation table is missing");
  component.table = quant_tables_[size_t(component.quant)];
  component.seen = true;
}

size_t JpegReader::read_scan(ByteSpan segment, size_t position) {
  if (components_.empty()) damaged("a scan before the frame");
  if (++scans_ > kMaxScans) damaged("more than " + std::to_string(kMaxScans) + " scans");
  ByteReader header(segment);
  const std::vector<Component*> components = select_components(header);
  JpegScanBand band;
  if (progressive_) {
    band.start = header.u8();
    band.end = header.u8();
    const int bits = header.u8();
    band.high = bits >> 4;
    band.low = bits & 15;
    const bool ordered = band.start == 0 ? band.end == 0 : band.start <= band.end && band.end < 64;
    if (!ordered || band.low > 13 || (band.start > 0 && components.size() > 1))
      damaged("a scan that cannot be");
  }
  if (header.failed()) damaged("a scan that cannot be");
  for (Component* component : components) start_component(*component, band);
  JpegBits bits(encoded_, position);
  end_of_band_ = 0;
  read_units(bits, components, band);
  return bits.position();
}

// A scan of one component holds its blocks row by row, of several the blocks of each unit together.
void JpegReader::read_units(JpegBits& bits, const std::vector<Component*>& components,
                            const JpegScanBand& band) {
  const bool alone = components.size() == 1;
  const Component& first = *components[0];
  const int units_x = alone ? (first.width + 7) / 8 : first.blocks_x / first.h;
  const int units_y = alone ? (first.height + 7) / 8 : first.blocks_y / first.v;
  int left = restart_interval_;
  for (int y = 0; y < units_y; ++y) {
    for (int x = 0; x < units_x; ++x) {
      if (restart_interval_ > 0 && left-- == 0) {
        bits.restart();
        for (Component* component : components) component->state.previous_dc = 0;
        end_of_band_ = 0;
        left = restart_interval_ - 1;
      }
      if (bits.overran()) {
        if (bits.position() + 1 >= encoded_.bytes.size()) throw_cut_short(encoded_, "JPEG");
        damaged("a scan ends early");
      }
      for (Component* component : components) {
        const int across = alone ? 1 : component->h, down = alone ? 1 : component->v;
        for (int v = 0; v < down; ++v)
          for (int h = 0; h < across; ++h)
            read_block(bits, *component, band, x * across + h, y * down + v);
      }
    }
  }
}

void JpegReader::read_block(JpegBits& bits, Component& component, const JpegScanBand& band, int x,
                            int y) {
  const size_t at = size_t(y) * size_t(component.blocks_x) + size_t(x);
  if (progressive_) {
    decode_progressive_block(bits, component.state, band, end_of_band_, component.blocks[at]);
    return;
  }
  JpegBlock block{};
  decode_sequential_block(bits, component.state, block);
  inverse_transform(block, component.table,
                    component.samples.data() + size_t(y) * 8 * component.stride() + size_t(x) * 8,
                    component.stride());
}

void JpegReader::finish_component(Component& component) {
  if (!component.seen) damaged("a component without a scan");
  for (int y = 0; progressive_ && y < component.blocks_y; ++y)
    for (int x = 0; x < component.blocks_x; ++x)
      inverse_transform(
          component.blocks[size_t(y) * size_t(component.blocks_x) + size_t(x)], component.table,
          component.samples.data() + size_t(y) * 8 * component.stride() + size_t(x) * 8,
          component.stride());
  component.blocks = {};
}

// libjpeg's rules for three components.
bool JpegReader::is_rgb() const {
  if (has_jfif_) return false;
  if (adobe_transform_ >= 0) return adobe_transform_ == 0;
  return components_[0].id == 'R' && components_[1].id == 'G' && components_[2].id == 'B';
}

Image JpegReader::convert() {
  Image image(width_, height_);
  const size_t count = components_.size();
  std::vector<JpegPlane> planes;
  std::array<std::vector<uint8_t>, 4> rows;
  std::vector<int> scratch(static_cast<size_t>(width_));
  for (size_t c = 0; c < count; ++c) {
    const Component& part = components_[c];
    planes.push_back({part.samples.data(), part.stride(), part.width, part.height, h_max_ / part.h,
                      v_max_ / part.v});
    rows[c].resize(size_t(part.width) * size_t(h_max_ / part.h));
  }
  const bool is_ycc = count == 3 ? !is_rgb() : count == 4 && adobe_transform_ > 0;
  for (int y = 0; y < height_; ++y) {
    for (size_t c = 0; c < count; ++c) upsample_row(planes[c], y, scratch.data(), rows[c].data());
    uint8_t* out = image.row(y);
    if (is_ycc) {
      convert_ycc_row(rows[0].data(), rows[1].data(), rows[2].data(), width_, out);
    } else {
      for (int x = 0; x < width_; ++x)
        for (size_t c = 0; c < 3; ++c) out[size_t(x) * 3 + c] = rows[count == 1 ? 0 : c][size_t(x)];
    }
    if (count == 4) {
      // Adobe stores CMYK inverted, except for what YCC makes of it; Pillow takes all for Adobe's.
      if (is_ycc) std::transform(out, out + width_ * 3, out, [](uint8_t v) { return 255 - v; });
      apply_key_row(out, rows[3].data(), width_);
    }
  }
  return image;
}

Image JpegReader::read() {
  const ByteSpan bytes = encoded_.bytes;
  size_t position = 2;
  for (;;) {
    const uint8_t marker = next_marker(bytes, position);
    if (marker == 0) throw_cut_short(encoded_, "JPEG");
    if (marker == kEnd) break;
    const ByteSpan segment = take_segment(bytes, position);
    if (is_frame(marker)) {
      read_frame(marker, segment);
    } else if (marker == kQuantTables) {
      read_quant_tables(segment);
    } else if (marker == kHuffmanTables) {
      read_huffman_tables(segment);
    } else if (marker == kRestartInterval && segment.size() >= 2) {
      restart_interval_ = segment[0] << 8 | segment[1];
    } else if (marker == kApp0 && segment.starts_with("JFIF\0"sv)) {
      has_jfif_ = true;
    } else if (marker == kApp14 && segment.starts_with("Adobe"sv) && segment.size() >= 12) {
      adobe_transform_ = segment[11];
    } else if (marker == kScan) {
      position = read_scan(segment, position);
    }
  }
  if (components_.empty()) damaged("no picture in it");
  for (Component& component : components_) finish_component(component);
  return convert();
}

}  // namespace

Image decode_jpeg(const Encoded& encoded) { return JpegReader(encoded).read(); }

ByteSpan find_jpeg_exif(ByteSpan bytes) {
  size_t position = 2;
  for (;;) {
    const uint8_t marker = next_marker(bytes, position);
    if (marker == 0 || marker == kEnd || marker == kScan) return {};
    const ByteSpan segment = take_segment(bytes, position);
    if (marker == kApp1 && segment.starts_with("Exif\0\0"sv)) return segment;
  }
}

}  // namespace img2prompt
