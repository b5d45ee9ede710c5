// The pieces of an XML document, one after the other, without a tree. Time and memory are linear in
// the text; a document type is never read, so there are no entities but XML's own five.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace img2prompt {

struct XmlPiece {
  enum class Kind {
    kOpen,     // a start tag; one that closes itself is followed by its kClose
    kClose,    // an end tag
    kText,     // character data, entities resolved
    kDocType,  // a document type declaration: nothing is read after it
    kDamaged,  // what is no XML: nothing is read after it
    kEnd,      // of the document, also inside a tag
  };
  Kind kind = Kind::kEnd;
  std::string_view name;                                             // of a tag, with its prefix
  std::vector<std::pair<std::string_view, std::string>> attributes;  // values resolved
  std::string text;
};

class XmlScanner {
 public:
  explicit XmlScanner(std::string_view document) : rest_(document) {}
  // The piece is overwritten by the next call.
  const XmlPiece& next();

 private:
  void read_markup();
  void read_tag();
  bool read_attribute(std::string_view& tag);
  bool skip_to_end_of(std::string_view closing);

  std::string_view rest_;
  XmlPiece piece_;
  bool closes_itself_ = false;
};

}  // namespace img2prompt
