// The 8-bit character sets that UTF-8 is most often misread in, with ftfy 6.3's tolerance: the
// "sloppy" ones give an unassigned byte its own number, and U+FFFD the byte 1A.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace img2prompt {

class Charset {
 public:
  // Bytes of a text all of whose characters are in the set, else nothing.
  std::optional<std::string> encode(std::u32string_view text) const;
  char32_t decode(uint8_t byte) const;

  bool is_sloppy() const { return sloppy_; }
  bool is_macroman() const { return macroman_; }

  // In the order in which they are tried.
  static const std::array<Charset, 10>& all();
  static const Charset& latin1() { return all()[0]; }
  static const Charset& windows1252() { return all()[1]; }

 private:
  Charset(const uint16_t (&high)[128], bool sloppy, bool macroman);

  const uint16_t* high_;  // characters of bytes 80 to FF
  bool sloppy_, macroman_;
  std::unordered_map<char32_t, uint8_t> bytes_;  // of the characters above U+007F
};

}  // namespace img2prompt
