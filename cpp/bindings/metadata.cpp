#include "bindings/metadata.h"

#include <pybind11/stl.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/utf8.h"
#include "metadata/edit.h"
#include "metadata/infotext.h"
#include "metadata/read.h"
#include "metadata/read_many.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

py::dict settings_dict(const Settings& settings) {
  py::dict out;
  for (const auto& [key, value] : settings) out[py::str(key)] = value;
  return out;
}

py::object text_or_none(const std::string& text) {
  if (text.empty()) return py::none();
  return py::str(text);
}

py::object provenance_dict(const std::optional<Provenance>& provenance) {
  if (!provenance) return py::none();
  py::dict out;
  out["source"] = provenance->source;
  out["claim_generator"] = text_or_none(provenance->claim_generator);
  out["title"] = text_or_none(provenance->title);
  out["actions"] = provenance->actions;
  out["software_agents"] = provenance->software_agents;
  out["digital_source_type"] = text_or_none(provenance->digital_source_type);
  out["ai_generated"] = provenance->ai_generated;
  out["signed_by"] = text_or_none(provenance->signed_by);
  out["verified"] = false;
  return out;
}

// In the order of img2prompt.metadata.Metadata's attributes.
py::tuple metadata_tuple(const Metadata& metadata) {
  const RawFields& raw = metadata.raw;
  const GenerationInfo& info = metadata.info;
  py::object generator = py::none(), infotext = py::none();
  if (!info.generator.empty()) generator = py::str(info.generator);
  if (info.infotext) infotext = py::str(*info.infotext);
  py::list fields;
  for (const RawField& field : raw.fields)
    fields.append(py::make_tuple(field.source, field.key, field.value));
  return py::make_tuple(container_name(raw.container), raw.width, raw.height, generator,
                        info.prompt, info.negative_prompt, settings_dict(info.settings), infotext,
                        fields, raw.warnings, provenance_dict(metadata.provenance));
}

ReadOptions read_options(const std::string& hidden) {
  ReadOptions options;
  if (hidden == "always")
    options.hidden = HiddenSearch::kAlways;
  else if (hidden == "never")
    options.hidden = HiddenSearch::kNever;
  else if (hidden != "auto")
    throw_error<InvalidArgument>("hidden={}: 'auto', 'always' or 'never'", hidden);
  return options;
}

py::tuple read_file_metadata(const std::string& path, const std::string& hidden) {
  const ReadOptions options = read_options(hidden);
  Metadata metadata;
  {
    py::gil_scoped_release release;
    metadata = read_metadata(path, options);
  }
  return metadata_tuple(metadata);
}

py::tuple read_bytes_metadata(const py::bytes& bytes, const std::string& name,
                              const std::string& hidden) {
  const ReadOptions options = read_options(hidden);
  std::string_view view = bytes;
  Metadata metadata;
  {
    py::gil_scoped_release release;
    metadata = parse_metadata(ByteSpan(view), name, options);
  }
  return metadata_tuple(metadata);
}

// A tuple for each path, None where the file cannot be read; read_file_metadata() says why.
py::list read_files_metadata(const std::vector<std::string>& paths, const std::string& hidden,
                             unsigned threads) {
  const ReadOptions options = read_options(hidden);
  std::vector<std::optional<Metadata>> found;
  {
    py::gil_scoped_release release;
    found = read_metadata_many(paths, options, threads);
  }
  py::list out;
  for (const std::optional<Metadata>& metadata : found)
    out.append(metadata ? py::object(metadata_tuple(*metadata)) : py::none());
  return out;
}

// Seconds that the core takes for each file, without Python's part.
std::vector<double> time_files_metadata(const std::vector<std::string>& paths,
                                        const std::string& hidden) {
  const ReadOptions options = read_options(hidden);
  py::gil_scoped_release release;
  std::vector<double> out;
  out.reserve(paths.size());
  for (const std::string& path : paths) {
    const auto start = std::chrono::steady_clock::now();
    read_metadata(path, options);
    out.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return out;
}

py::dict parse_infotext_dict(const std::string& text, bool exact) {
  Infotext infotext;
  {
    py::gil_scoped_release release;
    infotext = parse_infotext(text, exact ? InfotextRules::kExact : InfotextRules::kBalanced);
  }
  py::dict out;
  out["Prompt"] = infotext.prompt;
  out["Negative prompt"] = infotext.negative_prompt;
  for (const auto& [key, value] : infotext.settings) out[py::str(key)] = value;
  return out;
}

// A copy of the file with the infotext, or without any record where that is none.
py::bytes edited_bytes(const py::bytes& bytes, const std::string& name,
                       const std::optional<std::string>& infotext) {
  std::string_view view = bytes;
  std::string out;
  {
    py::gil_scoped_release release;
    ByteSpan file(view);
    out = infotext ? write_infotext(file, *infotext, name) : strip_metadata(file, name);
  }
  return out;
}

py::bytes edited_file(const std::string& path, const std::optional<std::string>& infotext) {
  std::string out;
  {
    py::gil_scoped_release release;
    std::shared_ptr<const MappedFile> file = MappedFile::open(path);
    std::string name = repair_utf8(path);
    out = infotext ? write_infotext(file->bytes(), *infotext, name)
                   : strip_metadata(file->bytes(), name);
  }
  return out;
}

}  // namespace

void register_metadata(py::module_& m) {
  m.def("read_file_metadata", &read_file_metadata, py::arg("path"), py::arg("hidden"));
  m.def("read_bytes_metadata", &read_bytes_metadata, py::arg("bytes"), py::arg("name"),
        py::arg("hidden"));
  m.def("read_files_metadata", &read_files_metadata, py::arg("paths"), py::arg("hidden"),
        py::arg("threads"));
  m.def("edited_file", &edited_file, py::arg("path"), py::arg("infotext"));
  m.def("edited_bytes", &edited_bytes, py::arg("bytes"), py::arg("name"), py::arg("infotext"));
  m.def("time_files_metadata", &time_files_metadata, py::arg("paths"), py::arg("hidden"),
        "For benchmarks");
  m.def("parse_infotext", &parse_infotext_dict, py::arg("text"), py::arg("exact"));
  m.def("format_infotext", &format_infotext, py::arg("prompt"), py::arg("negative_prompt"),
        py::arg("settings"));
}

}  // namespace img2prompt
