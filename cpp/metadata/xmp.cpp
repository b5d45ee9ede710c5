#include "metadata/xmp.h"

#include <string>
#include <utility>
#include <vector>

#include "metadata/limits.h"
#include "metadata/text_encoding.h"
#include "metadata/xml_scanner.h"

namespace img2prompt {
namespace {

struct Namespace {
  std::string_view uri, prefix;
};

constexpr Namespace kNamespaces[] = {
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"},
    {"http://purl.org/dc/elements/1.1/", "dc"},
    {"http://ns.adobe.com/xap/1.0/", "xmp"},
    {"http://ns.adobe.com/exif/1.0/", "exif"},
    {"http://ns.adobe.com/tiff/1.0/", "tiff"},
    {"http://ns.adobe.com/photoshop/1.0/", "photoshop"},
    {"http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt"},
};

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

// What an element is within RDF. Anything unknown, with all that it holds, is kOther.
enum class Role { kOther, kRdf, kDescription, kProperty, kAlternatives, kList, kItem };

class XmpWalk {
 public:
  explicit XmpWalk(RawFields& out) : out_(out) {}

  void walk(std::string_view packet) {
    XmlScanner scanner(packet);
    for (;;) {
      const XmlPiece& piece = scanner.next();
      switch (piece.kind) {
        case XmlPiece::Kind::kOpen:
          if (!open(piece)) return;
          break;
        case XmlPiece::Kind::kClose:
          close();
          break;
        case XmlPiece::Kind::kText:
          if (role() == Role::kProperty || role() == Role::kItem) text_ += piece.text;
          break;
        case XmlPiece::Kind::kDocType:
          return out_.warn("XMP: it declares a document type; the rest was not read");
        case XmlPiece::Kind::kDamaged:
          return out_.warn("XMP: not XML; the rest was not read");
        case XmlPiece::Kind::kEnd:
          if (!roles_.empty()) out_.warn("XMP: it ends inside an element");
          return;
      }
    }
  }

 private:
  struct Prefix {
    std::string name, canonical;
    size_t depth;  // of the element that declares it
  };

  Role role() const { return roles_.empty() ? Role::kOther : roles_.back(); }

  // False where a limit is met: nothing is read after it.
  bool open(const XmlPiece& piece) {
    if (roles_.size() >= kMaxXmpDepth) {
      out_.warn(fmt::format("XMP: nested beyond {} elements; the rest was not read", kMaxXmpDepth));
      return false;
    }
    for (const auto& [name, value] : piece.attributes)
      if (name.substr(0, 6) == "xmlns:" && prefixes_.size() < kMaxXmpPrefixes)
        prefixes_.push_back(
            {std::string(name.substr(6)), canonical_prefix(name.substr(6), value), roles_.size()});
    std::string name = canonical(piece.name);
    roles_.push_back(role_within(role(), name));
    switch (role()) {
      case Role::kDescription:
        for (const auto& [key, value] : piece.attributes) add(canonical(key), value);
        break;
      case Role::kProperty:
        property_ = std::move(name);
        values_.clear();
        text_.clear();
        for (const auto& [key, value] : piece.attributes)
          if (canonical(key) == "rdf:resource") text_ = value;
        break;
      case Role::kItem:
        text_.clear();
        break;
      default:
        break;
    }
    return true;
  }

  void close() {
    if (roles_.empty()) return;
    Role closed = role();
    roles_.pop_back();
    while (!prefixes_.empty() && prefixes_.back().depth >= roles_.size()) prefixes_.pop_back();
    if (closed == Role::kItem) {
      bool is_further_alternative = role() == Role::kAlternatives && !values_.empty();
      if (!is_further_alternative && !is_blank(text_))
        values_ += (values_.empty() ? "" : ", ") + text_;
      text_.clear();
    } else if (closed == Role::kProperty) {
      add(property_, values_.empty() ? text_ : values_);
    }
  }

  static Role role_within(Role parent, std::string_view name) {
    if (name == "rdf:RDF") return Role::kRdf;
    if (parent == Role::kRdf && name == "rdf:Description") return Role::kDescription;
    if (parent == Role::kDescription) return Role::kProperty;
    if (parent == Role::kProperty && name == "rdf:Alt") return Role::kAlternatives;
    if (parent == Role::kProperty && (name == "rdf:Bag" || name == "rdf:Seq")) return Role::kList;
    bool is_in_list = parent == Role::kAlternatives || parent == Role::kList;
    return is_in_list && name == "rdf:li" ? Role::kItem : Role::kOther;
  }

  static std::string canonical_prefix(std::string_view prefix, std::string_view uri) {
    for (const Namespace& known : kNamespaces)
      if (known.uri == uri) return std::string(known.prefix);
    return std::string(prefix);
  }

  std::string canonical(std::string_view name) const {
    size_t colon = name.find(':');
    if (colon != name.npos)
      for (auto known = prefixes_.rbegin(); known != prefixes_.rend(); ++known)
        if (known->name == name.substr(0, colon))
          return known->canonical + std::string(name.substr(colon));
    return std::string(name);
  }

  void add(std::string key, const std::string& value) {
    bool is_syntax = key.find(':') == key.npos || key.substr(0, 4) == "rdf:" ||
                     key.substr(0, 6) == "xmlns:" || key.substr(0, 4) == "xml:";
    if (is_syntax || is_blank(value) || !out_.claim(value.size(), "XMP " + quoted(key))) return;
    out_.add("XMP", std::move(key), value);
  }

  RawFields& out_;
  std::vector<Role> roles_;  // of the open elements
  std::vector<Prefix> prefixes_;
  std::string property_, text_, values_;
};

}  // namespace

void parse_xmp(std::string_view packet, RawFields& out) { XmpWalk(out).walk(packet); }

void read_xmp(ByteSpan packet, RawFields& out) {
  if (!out.claim(packet.size(), "XMP")) return;
  std::string text = decode_utf8_or_latin1(without_trailing_nuls(packet));
  out.add("XMP", "packet", text);
  parse_xmp(text, out);
}

}  // namespace img2prompt
