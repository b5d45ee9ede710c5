#include "bindings/tokenizers.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>

#include "base/normalization.h"
#include "base/utf8.h"
#include "bindings/text.h"
#include "tokenizers/clip_bpe.h"
#include "tokenizers/clip_text.h"
#include "tokenizers/text_repair.h"
#include "tokenizers/wordpiece.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

// pybind11 holds objects by pointers to non-const; the tokenizers are const, so they are wrapped.
struct ClipTokenizer {
  std::shared_ptr<const ClipBpe> bpe;
};
struct WordPieceTokenizer {
  std::shared_ptr<const WordPiece> wordpiece;
};

py::array_t<int64_t> tokenize(const ClipTokenizer& self, const py::sequence& texts,
                              int context_length) {
  std::vector<std::string> utf8;
  for (py::handle text : texts) utf8.push_back(utf8_from_python(text));
  std::vector<int64_t> ids;
  {
    py::gil_scoped_release unlocked;
    for (const std::string& text : utf8) {
      std::vector<int32_t> row = self.bpe->tokenize(text, context_length);
      ids.insert(ids.end(), row.begin(), row.end());
    }
  }
  py::array_t<int64_t> out({utf8.size(), static_cast<size_t>(context_length)});
  std::copy(ids.begin(), ids.end(), out.mutable_data());
  return out;
}

}  // namespace

void register_tokenizers(py::module_& m) {
  py::class_<ClipTokenizer>(m, "ClipTokenizer")
      .def(py::init([](const std::string& merges_path) {
             return ClipTokenizer{ClipBpe::load(merges_path)};
           }),
           py::arg("merges_path"))
      .def("encode", [](const ClipTokenizer& self,
                        const py::str& text) { return self.bpe->encode(utf8_from_python(text)); })
      .def("tokenize", &tokenize, py::arg("texts"), py::arg("context_length") = 77)
      .def_property_readonly("start_id", [](const ClipTokenizer& t) { return t.bpe->start_id(); })
      .def_property_readonly("end_id", [](const ClipTokenizer& t) { return t.bpe->end_id(); });
  py::class_<WordPieceTokenizer>(m, "WordPieceTokenizer")
      .def(py::init(
               [](const std::string& path) { return WordPieceTokenizer{WordPiece::load(path)}; }),
           py::arg("path"))
      .def("encode",
           [](const WordPieceTokenizer& self, const py::str& text) {
             return self.wordpiece->encode(utf8_from_python(text));
           })
      .def(
          "decode",
          [](const WordPieceTokenizer& self, const std::vector<int32_t>& ids, bool skip_special) {
            return self.wordpiece->decode(ids, skip_special);
          },
          py::arg("ids"), py::arg("skip_special") = true)
      .def("id", [](const WordPieceTokenizer& self,
                    const std::string& token) { return self.wordpiece->id(token); })
      .def("__len__", [](const WordPieceTokenizer& self) { return self.wordpiece->size(); });

  // The steps before the ids, for the tests that compare each with its reference.
  m.def("_clean_clip_text",
        [](const py::str& text) { return clean_clip_text(utf8_from_python(text)); });
  m.def("_repair_text", [](const py::str& text) {
    return utf32_to_utf8(repair_text(utf8_to_utf32(utf8_from_python(text))));
  });
  m.def("_normalize", [](const std::string& form, const py::str& text) {
    std::u32string wide = utf8_to_utf32(utf8_from_python(text));
    return utf32_to_utf8(form == "NFC" ? to_nfc(wide) : to_nfd(wide));
  });
}

}  // namespace img2prompt
