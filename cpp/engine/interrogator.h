// From a picture to its prompt: CLIP, label tables, modes and an optional caption model together.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/turn.h"
#include "engine/captioner.h"
#include "engine/clip.h"
#include "engine/picture_source.h"
#include "image/image.h"
#include "interrogate/category_tables.h"
#include "interrogate/modes.h"
#include "interrogate/native.h"

namespace img2prompt {

struct InterrogatorOptions {
  std::vector<LabelSource> labels;
  std::string labels_hint;      // ends the message about a missing list: where it was looked for
  std::string category_folder;  // of mode native; "" = those `labels` that have no file
  std::string cache_folder;     // of label embeddings; "" = none
  ModelIdentity model;          // what those embeddings depend on
  int64_t pool_size = 2048;     // phrases that a chain chooses from
  int64_t chunk_size = 2048;    // of Selection::kClipInterrogator
  Selection selection = Selection::kExact;
  std::shared_ptr<Residency> residency;  // that the models join; null = they stay as they are
};

struct InterrogateOptions {
  std::string mode = "best";
  std::optional<std::string> caption;  // none = the caption model's
  int min_flavors = 8;                 // steps a chain takes even where the similarity falls
  int max_flavors = 32;                // phrases at most
  NativeOptions native;
  bool lazy_search = false;  // a chain scores again only what may win, see ChainOptions
  // What a chain scores many phrases in before it scores the best of them exactly; none = nothing.
  std::optional<at::ScalarType> first_pass;
  int chain_beams = 1;  // prompts that a chain keeps of a step, 1 to kMostBeams
};

constexpr int kMostBeams = 64;

struct Interrogation {
  std::string prompt;
  std::string caption;  // that the prompt starts from; "" in a mode without one
  std::string mode;
  float score = 0;  // cosine similarity of prompt and picture
  // The prompt's phrases in order, each with its own similarity. In mode native the labels without
  // the caption, each with its probability in its category.
  std::vector<Match> parts;
  int64_t evaluations = 0;  // texts that were compared with the picture
};

// Calls may come from several threads; they take turns. A call from its own progress or cancel
// callback throws InvalidArgument. After any error, Cancelled included, the object is as usable as
// before.
class Interrogator {
 public:
  // captioner: null = captions are given by the caller. Throws InvalidArgument for sizes below 1.
  Interrogator(std::shared_ptr<Clip> clip, std::shared_ptr<Captioner> captioner,
               InterrogatorOptions options, const Progress& progress = {});
  ~Interrogator();

  // Throws InvalidArgument (unknown mode, a caption is needed, a list is missing), Cancelled, and
  // what the models throw. Tables are loaded when a mode first needs them.
  Interrogation interrogate(const Image& image, const InterrogateOptions& options,
                            const Progress& progress);

  // The same for each of `count` pictures, which share the loading, and whose captions and features
  // are computed some at a time. Progress of several ends with the stage "pictures".
  std::vector<Interrogation> interrogate(const PictureSource& pictures, size_t count,
                                         const InterrogateOptions& options,
                                         const Progress& progress);

  // The `top` most similar labels of every table but "negative".
  std::vector<std::pair<std::string, std::vector<Match>>> analyze(const Image& image, int64_t top,
                                                                  const Progress& progress);
  std::vector<Match> rank(const Image& image, const std::string& table, int64_t top,
                          const Progress& progress);

  // [N] float32, the cosine similarity of each text.
  std::vector<float> similarity(const Image& image, const std::vector<std::string>& texts,
                                const Progress& progress);

  // Frees tables and models; the next call loads them again.
  void unload(const Progress& progress = {});

  // Its models share a device budget with others from now on.
  void join(const std::shared_ptr<Residency>& residency, const Progress& progress = {});

  // What models and tables hold.
  std::vector<HeldMemory> memory() const;

 private:
  class ClipTextEncoder;
  struct LoadedTable {
    LabelTable table;
    std::string stamp;  // of the file it was read from
  };

  Turn::Lock take_turn(const Progress& progress);
  const LabelSource* find_source(const std::string& table) const;
  void require_tables(const std::string& subject, const std::vector<std::string>& names) const;
  const LabelTable& load_table(const std::string& name, const Progress& progress);
  std::vector<std::string> table_names() const;
  at::Tensor picture(const Image& image, const Progress& progress);
  std::vector<std::string> captions(const std::vector<Image>& images, const Mode& mode,
                                    const InterrogateOptions& options, const Progress& progress);
  Interrogation answer(const at::Tensor& features, const std::string& caption, const Mode& mode,
                       const InterrogateOptions& options, const Progress& progress);
  void require_categories() const;
  void count_tables();

  std::shared_ptr<Clip> clip_;
  std::shared_ptr<Captioner> captioner_;
  InterrogatorOptions options_;
  std::unique_ptr<ClipTextEncoder> encoder_;
  EmbeddingCache cache_;
  std::map<std::string, LoadedTable> tables_;
  CategoryTables categories_;
  std::atomic<int64_t> table_bytes_{0};   // what tables_ and categories_ hold
  std::shared_ptr<Residency> residency_;  // that the models joined; null = none
  Turn turn_;
};

}  // namespace img2prompt
