#include "metadata/jis_text.h"

#include <algorithm>

#include "base/utf8.h"

#if defined(_WIN32)
#include <windows.h>
#elif defined(IMG2PROMPT_ICONV)
#include <iconv.h>
#endif

namespace img2prompt {
namespace {

constexpr uint8_t kEscape = 0x1B;

#if defined(_WIN32)

std::optional<std::string> converted(ByteSpan bytes, bool has_escapes) {
  if (bytes.size() > size_t{1} << 30) return std::nullopt;
  UINT page = has_escapes ? 50220 : 932;
  DWORD flags = has_escapes ? 0 : MB_ERR_INVALID_CHARS;  // the former takes none
  auto convert = [&](wchar_t* out, int room) {
    return MultiByteToWideChar(page, flags, bytes.text().data(), static_cast<int>(bytes.size()),
                               out, room);
  };
  std::wstring wide(static_cast<size_t>(std::max(0, convert(nullptr, 0))), L'\0');
  if (wide.empty() || convert(wide.data(), static_cast<int>(wide.size())) <= 0) return std::nullopt;
  std::string_view units(reinterpret_cast<const char*>(wide.data()), wide.size() * 2);
  return utf16_to_utf8(units, /*big_endian=*/false);
}

#elif defined(IMG2PROMPT_ICONV)

std::optional<std::string> converted(ByteSpan bytes, bool has_escapes) {
  iconv_t table = iconv_open("UTF-8", has_escapes ? "ISO-2022-JP" : "SHIFT_JIS");
  if (table == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string out(bytes.size() * 3, '\0');  // no code of two bytes takes more than three in UTF-8
  char* from = const_cast<char*>(bytes.text().data());
  char* to = out.data();
  size_t left = bytes.size(), room = out.size();
  size_t status = iconv(table, &from, &left, &to, &room);
  iconv_close(table);
  if (status == static_cast<size_t>(-1)) return std::nullopt;
  out.resize(out.size() - room);
  return repair_utf8(out);
}

#else

std::optional<std::string> converted(ByteSpan, bool) { return std::nullopt; }

#endif

}  // namespace

std::optional<std::string> decode_jis(ByteSpan bytes) {
  bool has_escapes = std::find(bytes.begin(), bytes.end(), kEscape) != bytes.end();
  // Some write UTF-8 under the label; Shift_JIS is hardly ever well formed as that.
  if (!has_escapes && is_valid_utf8(bytes.text())) return std::string(bytes.text());
  return converted(bytes, has_escapes);
}

}  // namespace img2prompt
