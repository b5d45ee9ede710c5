#include "metadata/xml_scanner.h"

#include <algorithm>

#include "base/utf8.h"

namespace img2prompt {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr size_t kLongestReference = 10;  // "&#1114111;"

// The character that "#x41", "#65" or "amp" stands for; 0 where it stands for none.
char32_t referenced(std::string_view name) {
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "amp") return '&';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (name.size() < 2 || name[0] != '#') return 0;
  bool is_hex = name[1] == 'x' || name[1] == 'X';
  char32_t value = 0;
  for (char c : name.substr(is_hex ? 2 : 1)) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : 99;
    if (digit >= (is_hex ? 16 : 10)) return 0;
    value = value * (is_hex ? 16 : 10) + static_cast<char32_t>(digit);
    if (value > 0x10FFFF) return 0;
  }
  return value >= 0xD800 && value <= 0xDFFF ? 0 : value;
}

// References resolved; what is none stays as it is.
std::string resolved(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t start = 0; start < text.size();) {
    size_t ampersand = std::min(text.find('&', start), text.size());
    out += text.substr(start, ampersand - start);
    start = ampersand;
    if (start == text.size()) break;
    size_t length = text.substr(start, kLongestReference).find(';');
    char32_t c = length == text.npos ? 0 : referenced(text.substr(start + 1, length - 1));
    if (c == 0) {
      out += text[start++];
    } else {
      append_utf8(c, out);
      start += length + 1;
    }
  }
  return out;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string_view take_name(std::string_view& text) {
  std::string_view name = text.substr(0, text.find_first_of(" \t\r\n/>=<"));
  text.remove_prefix(name.size());
  return name;
}

// Where the tag at the start of `text` ends, a '>' outside quotes; npos where it does not.
size_t tag_end(std::string_view text) {
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    if (quote != '\0') {
      if (text[i] == quote) quote = '\0';
    } else if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
    } else if (text[i] == '>') {
      return i;
    }
  }
  return text.npos;
}

}  // namespace

const XmlPiece& XmlScanner::next() {
  if (closes_itself_) {
    closes_itself_ = false;
    piece_.kind = XmlPiece::Kind::kClose;
    return piece_;
  }
  piece_.attributes.clear();
  piece_.text.clear();
  piece_.kind = XmlPiece::Kind::kEnd;
  if (rest_.empty()) return piece_;
  if (rest_[0] == '<') {
    read_markup();
    return piece_;
  }
  std::string_view text = rest_.substr(0, rest_.find('<'));
  rest_.remove_prefix(text.size());
  piece_.kind = XmlPiece::Kind::kText;
  piece_.text = resolved(text);
  return piece_;
}

bool XmlScanner::skip_to_end_of(std::string_view closing) {
  size_t end = rest_.find(closing);
  rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + closing.size());
  return end != rest_.npos;
}

void XmlScanner::read_markup() {
  auto begins = [&](std::string_view mark) { return rest_.substr(0, mark.size()) == mark; };
  if (begins("<!--") || begins("<?")) {
    piece_.kind = XmlPiece::Kind::kText;  // of no characters
    skip_to_end_of(begins("<?") ? "?>" : "-->");
  } else if (begins("<![CDATA[")) {
    constexpr size_t kMarkBytes = 9;
    std::string_view data = rest_.substr(kMarkBytes);
    piece_.kind = XmlPiece::Kind::kText;
    piece_.text = data.substr(0, data.find("]]>"));
    skip_to_end_of("]]>");
  } else if (begins("<!")) {
    piece_.kind = XmlPiece::Kind::kDocType;
    rest_ = {};
  } else {
    read_tag();
  }
}

void XmlScanner::read_tag() {
  size_t end = tag_end(rest_);
  if (end == rest_.npos) {
    rest_ = {};
    return;
  }
  std::string_view tag = rest_.substr(1, end - 1);
  rest_.remove_prefix(end + 1);
  bool closes = !tag.empty() && tag.front() == '/';
  if (closes) tag.remove_prefix(1);
  piece_.kind = closes ? XmlPiece::Kind::kClose : XmlPiece::Kind::kOpen;
  piece_.name = take_name(tag);
  if (piece_.name.empty()) {
    piece_.kind = XmlPiece::Kind::kDamaged;
    rest_ = {};
    return;
  }
  while (!closes && read_attribute(tag)) {
  }
  closes_itself_ = !closes && tag == "/";
}

// False at the tag's end, and at what is no attribute.
bool XmlScanner::read_attribute(std::string_view& tag) {
  skip_blanks(tag);
  std::string_view name = take_name(tag);
  if (name.empty()) return false;
  skip_blanks(tag);
  if (tag.empty() || tag.front() != '=') return false;
  tag.remove_prefix(1);
  skip_blanks(tag);
  if (tag.empty() || (tag.front() != '"' && tag.front() != '\'')) return false;
  size_t end = tag.find(tag.front(), 1);
  if (end == tag.npos) return false;
  piece_.attributes.emplace_back(name, resolved(tag.substr(1, end - 1)));
  tag.remove_prefix(end + 1);
  return true;
}

}  // namespace img2prompt
