#include "bindings/interrogator.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "base/error.h"
#include "bindings/image_source.h"
#include "bindings/progress.h"
#include "bindings/residency.h"
#include "bindings/text.h"
#include "engine/interrogator.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

std::vector<std::string> texts_from_python(const py::sequence& texts) {
  std::vector<std::string> utf8;
  for (py::handle text : texts) utf8.push_back(utf8_from_python(text));
  return utf8;
}

Selection parse_selection(const std::string& name) {
  if (name == "exact") return Selection::kExact;
  if (name == "clip-interrogator") return Selection::kClipInterrogator;
  throw_error<InvalidArgument>("selection '{}'; accepted are exact and clip-interrogator", name);
}

// labels: (table, path or None, lines)
std::shared_ptr<Interrogator> make(std::shared_ptr<Clip> clip, std::shared_ptr<Captioner> captioner,
                                   const py::sequence& labels, const std::string& labels_hint,
                                   const std::string& category_folder,
                                   const std::string& cache_folder, const std::string& model,
                                   bool is_published, std::vector<std::string> weights_files,
                                   int64_t pool_size, int64_t chunk_size,
                                   const std::string& selection,
                                   std::shared_ptr<Residency> residency) {
  InterrogatorOptions options;
  for (py::handle item : labels) {
    auto source = item.cast<py::tuple>();
    options.labels.push_back({utf8_from_python(source[0]),
                              source[1].is_none() ? "" : utf8_from_python(source[1]),
                              texts_from_python(source[2])});
  }
  options.labels_hint = labels_hint;
  options.category_folder = category_folder;
  options.cache_folder = cache_folder;
  options.model = {model, is_published, std::move(weights_files), ""};
  options.pool_size = pool_size;
  options.chunk_size = chunk_size;
  options.selection = parse_selection(selection);
  options.residency = std::move(residency);
  const Progress watch = signals_only();
  py::gil_scoped_release release;
  return std::make_shared<Interrogator>(std::move(clip), std::move(captioner), std::move(options),
                                        watch);
}

py::list matches_to_python(const std::vector<Match>& matches) {
  py::list list;
  for (const Match& match : matches) list.append(py::make_tuple(match.label, match.similarity));
  return list;
}

bool parse_search(const std::string& name) {
  if (name == "exact") return false;
  if (name == "lazy") return true;
  throw_error<InvalidArgument>("search '{}'; accepted are exact and lazy", name);
}

std::optional<at::ScalarType> parse_first_pass(const py::object& name) {
  if (name.is_none()) return std::nullopt;
  const std::string text = utf8_from_python(name);
  if (text == "bfloat16") return at::kBFloat16;
  throw_error<InvalidArgument>("first_pass '{}'; accepted are None and bfloat16", text);
}

py::dict interrogation_to_python(const Interrogation& result) {
  py::dict answer;
  answer["prompt"] = result.prompt;
  answer["caption"] = result.caption;
  answer["score"] = result.score;
  answer["mode"] = result.mode;
  answer["parts"] = matches_to_python(result.parts);
  answer["evaluations"] = result.evaluations;
  return answer;
}

// picture(index) gives what image_from_python() takes, for each of `count`.
py::list interrogate(Interrogator& engine, const py::function& picture, size_t count,
                     const std::string& mode, const py::object& caption, int min_flavors,
                     int max_flavors, const std::string& search, int chain_beams,
                     const py::object& first_pass, const NativeOptions& native,
                     const py::object& progress, const py::object& cancel,
                     const py::object& found) {
  InterrogateOptions options{mode,
                             std::nullopt,
                             min_flavors,
                             max_flavors,
                             native,
                             parse_search(search),
                             parse_first_pass(first_pass),
                             chain_beams};
  if (!caption.is_none()) options.caption = utf8_from_python(caption);
  const PictureSource pictures = pictures_of(picture);
  Progress watch = progress_from_python(progress, cancel, found);
  std::vector<Interrogation> results;
  {
    py::gil_scoped_release release;
    results = engine.interrogate(pictures, count, options, watch);
  }
  py::list answers;
  for (const Interrogation& result : results) answers.append(interrogation_to_python(result));
  return answers;
}

py::dict analyze(Interrogator& engine, py::handle source, int64_t top, const py::object& progress,
                 const py::object& cancel) {
  Image image = image_from_python(source);
  Progress watch = progress_from_python(progress, cancel);
  std::vector<std::pair<std::string, std::vector<Match>>> tables;
  {
    py::gil_scoped_release release;
    tables = engine.analyze(image, top, watch);
  }
  py::dict answer;
  for (const auto& [name, matches] : tables) answer[py::str(name)] = matches_to_python(matches);
  return answer;
}

py::list rank(Interrogator& engine, py::handle source, const std::string& table, int64_t top,
              const py::object& progress, const py::object& cancel) {
  Image image = image_from_python(source);
  Progress watch = progress_from_python(progress, cancel);
  std::vector<Match> matches;
  {
    py::gil_scoped_release release;
    matches = engine.rank(image, table, top, watch);
  }
  return matches_to_python(matches);
}

py::array_t<float> similarity(Interrogator& engine, py::handle source, const py::sequence& texts,
                              const py::object& progress, const py::object& cancel) {
  Image image = image_from_python(source);
  std::vector<std::string> utf8 = texts_from_python(texts);
  Progress watch = progress_from_python(progress, cancel);
  std::vector<float> values;
  {
    py::gil_scoped_release release;
    values = engine.similarity(image, utf8, watch);
  }
  return py::array_t<float>(static_cast<py::ssize_t>(values.size()), values.data());
}

}  // namespace

void register_interrogator(py::module_& m) {
  m.def(
      "modes",
      [] {
        std::vector<std::pair<std::string, std::string>> rows;
        for (const Mode& mode : modes()) rows.emplace_back(mode.name, mode.description);
        return rows;
      },
      "(name, what it does in one line) of every mode, the default first.");
  py::class_<NativeOptions>(m, "NativeOptions")
      .def(py::init<>())
      .def_readwrite("num_beams", &NativeOptions::num_beams)
      .def_readwrite("min_length", &NativeOptions::min_length)
      .def_readwrite("max_length", &NativeOptions::max_length)
      .def_readwrite("dict_limit", &NativeOptions::dict_limit)
      .def_property(
          "skip_categories", [](const NativeOptions& self) { return self.skip_categories; },
          [](NativeOptions& self, const py::sequence& names) {
            self.skip_categories = texts_from_python(names);
          })
      .def_readwrite("return_ranks", &NativeOptions::return_ranks);
  py::class_<Interrogator, std::shared_ptr<Interrogator>> type(m, "Interrogator");
  add_memory_methods(type);
  type.def(py::init(&make), py::arg("clip"), py::arg("captioner"), py::arg("labels"),
           py::arg("labels_hint"), py::arg("category_folder"), py::arg("cache_folder"),
           py::arg("model"), py::arg("is_published"), py::arg("weights_files"),
           py::arg("pool_size"), py::arg("chunk_size"), py::arg("selection"), py::arg("residency"))
      .def("interrogate", &interrogate, py::arg("picture"), py::arg("count"), py::arg("mode"),
           py::arg("caption"), py::arg("min_flavors"), py::arg("max_flavors"), py::arg("search"),
           py::arg("chain_beams"), py::arg("first_pass"), py::arg("native"), py::arg("progress"),
           py::arg("cancel"), py::arg("found"))
      .def("analyze", &analyze, py::arg("image"), py::arg("top"), py::arg("progress"),
           py::arg("cancel"))
      .def("rank", &rank, py::arg("image"), py::arg("table"), py::arg("top"), py::arg("progress"),
           py::arg("cancel"))
      .def("similarity", &similarity, py::arg("image"), py::arg("texts"), py::arg("progress"),
           py::arg("cancel"));
}

}  // namespace img2prompt
