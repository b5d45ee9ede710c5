#include "engine/interrogator.h"

#include <algorithm>
#include <functional>
#include <mutex>

#include "base/error.h"
#include "base/file_stamp.h"

namespace img2prompt {
namespace {

constexpr char kTrendings[] = "trendings";
constexpr int64_t kMostPhrases = 1'000'000;
constexpr size_t kPicturesTogether = 16;  // of many: in memory at a time

// What the modes use first, in this order; other tables follow by name.
constexpr const char* kUsualTables[] = {"mediums",  "artists", "movements",
                                        kTrendings, "flavors", "negative"};

// What the weights alone do not tell of the text tower.
std::string text_tower(const ClipCard& card) {
  return fmt::format("context {}, heads {}, {}", card.text.context_length, card.text.heads,
                     card.activation == Activation::kQuickGelu ? "quick gelu" : "gelu");
}

ModelIdentity with_text_tower(ModelIdentity model, const Clip& clip) {
  model.text_config = text_tower(clip.card());
  return model;
}

void check_size(const char* name, int64_t value, int64_t least, int64_t most) {
  if (value < least || value > most)
    throw_error<InvalidArgument>("{} is {}; {} to {} is accepted", name, value, least, most);
}

void check_options(const InterrogateOptions& options) {
  check_size("min_flavors", options.min_flavors, 0, kMostPhrases);
  check_size("max_flavors", options.max_flavors, 0, kMostPhrases);
  check_size("chain_beams", options.chain_beams, 1, kMostBeams);
  check_size("dict_limit", options.native.dict_limit, 0, kMostPhrases);
}

std::vector<LabelSource> without_files(const std::vector<LabelSource>& labels) {
  std::vector<LabelSource> lists;
  for (const LabelSource& source : labels)
    if (source.path.empty()) lists.push_back(source);
  return lists;
}

// What tells the features of one precision from another's in the cache.
std::string precision_name(at::ScalarType dtype) {
  return dtype == at::kFloat ? "" : c10::toString(dtype);
}

CaptionOptions native_caption(const NativeOptions& options) {
  CaptionOptions caption;
  caption.prompt = kNativePrompt;
  caption.num_beams = options.num_beams;
  caption.min_length = options.min_length;
  caption.max_length = options.max_length;
  return caption;
}

// Texts compared with the picture: the prompt, and its phrases unless they are matches already.
void add_parts(const Prompt& prompt, bool has_matches, TextScorer& scorer, const Progress& progress,
               Interrogation& result) {
  result.prompt = prompt.text();
  std::vector<std::string> texts = {result.prompt};
  for (const Phrase& phrase : prompt.phrases())
    if (has_matches) {
      if (phrase.match) result.parts.push_back(*phrase.match);
    } else if (!phrase.text.empty()) {
      texts.push_back(phrase.text);
    }
  std::vector<float> similarities = scorer.similarities(texts, progress.silent());
  result.score = similarities[0];
  for (size_t i = 1; i < texts.size(); ++i) result.parts.push_back({texts[i], similarities[i]});
}

}  // namespace

constexpr int64_t kMostPaddedLabels = 4096;

// The loaded model as the search sees it.
class Interrogator::ClipTextEncoder : public TextEncoder {
 public:
  ClipTextEncoder(Clip& clip, Selection selection) : clip_(clip), selection_(selection) {}
  std::vector<int32_t> tokenize(std::string_view text) override { return clip_.tokenize(text); }
  at::Tensor encode_text(const std::vector<std::string>& texts, const Progress& progress) override {
    TextEncodingOptions options;
    options.prefix = &prefix_;
    return clip_.encode_text(texts, progress, options);
  }
  at::Tensor encode_roughly(const std::vector<std::string>& texts,
                            const Progress& progress) override {
    TextEncodingOptions options;
    options.prefix = &rough_prefix_;
    return rough()->encode_text(texts, progress, options);
  }
  void forget() override { prefix_ = rough_prefix_ = {}; }

  // What encode_roughly() computes in.
  void set_rough_dtype(at::ScalarType dtype, const std::shared_ptr<Residency>& residency,
                       const Progress& progress) {
    const std::shared_ptr<Clip> now = rough();
    if (now && now->dtype() == dtype) return;
    std::shared_ptr<Clip> made = clip_.in_dtype(dtype);
    if (residency) made->join(residency, progress);
    std::lock_guard<std::mutex> lock(rough_mutex_);
    rough_ = std::move(made);
  }
  // Null = none was asked for. From any thread.
  std::shared_ptr<Clip> rough() const {
    std::lock_guard<std::mutex> lock(rough_mutex_);
    return rough_;
  }
  // The reference ranks by float16 features, in which a difference in the last bit of float32 can
  // swap two labels. Its selection is asked for to get its prompts, so small tables are computed
  // with its bits; large ones would take hours.
  at::Tensor encode_labels(const std::vector<std::string>& labels, int64_t table_size,
                           const Progress& progress) override {
    TextEncodingOptions options;
    options.padded = selection_ == Selection::kClipInterrogator && table_size <= kMostPaddedLabels;
    return clip_.encode_text(labels, progress, options);
  }

 private:
  Clip& clip_;
  Selection selection_;
  mutable std::mutex rough_mutex_;
  std::shared_ptr<Clip> rough_;
  TextPrefix rough_prefix_;
  TextPrefix prefix_;  // of the search's last step: the next one's prompts begin with it
};

Interrogator::Interrogator(std::shared_ptr<Clip> clip, std::shared_ptr<Captioner> captioner,
                           InterrogatorOptions options, const Progress& progress)
    : clip_(std::move(clip)),
      captioner_(std::move(captioner)),
      options_(std::move(options)),
      encoder_(std::make_unique<ClipTextEncoder>(*clip_, options_.selection)),
      cache_(options_.cache_folder, with_text_tower(options_.model, *clip_)),
      categories_(options_.category_folder, without_files(options_.labels),
                  precision_name(clip_->dtype())) {
  check_size("pool_size", options_.pool_size, 1, kMostPhrases);
  check_size("chunk_size", options_.chunk_size, 1, kMostPhrases);
  if (options_.residency) join(options_.residency, progress);
}

Interrogator::~Interrogator() = default;

Interrogation Interrogator::interrogate(const Image& image, const InterrogateOptions& options,
                                        const Progress& progress) {
  return interrogate([&](size_t) { return image; }, 1, options, progress).at(0);
}

std::vector<Interrogation> Interrogator::interrogate(const PictureSource& pictures, size_t count,
                                                     const InterrogateOptions& options,
                                                     const Progress& progress) {
  const Mode& mode = find_mode(options.mode);
  check_options(options);
  if (mode.needs_caption && !options.caption && !captioner_)
    throw_error<InvalidArgument>(
        "mode '{}' starts from a caption, and there is no caption model: pass captioner= when the "
        "Interrogator is made, or caption=",
        mode.name);
  require_tables(fmt::format("mode '{}'", mode.name), mode.tables);
  if (mode.uses_categories) require_categories();

  auto turn = take_turn(progress);
  encoder_->forget();  // the weights may be other ones by now
  if (options.first_pass) encoder_->set_rough_dtype(*options.first_pass, residency_, progress);
  std::vector<Interrogation> results;
  for (size_t first = 0; first < count; first += kPicturesTogether) {
    std::vector<Image> images;
    for (size_t i = first; i < std::min(count, first + kPicturesTogether); ++i) {
      progress.check();
      images.push_back(pictures(i));
    }
    const std::vector<std::string> texts = captions(images, mode, options, progress);
    const at::Tensor features = clip_->encode_images(images, progress);
    for (const std::string& name : mode.tables) load_table(name, progress);
    for (size_t i = 0; i < images.size(); ++i) {
      if (count > 1)
        progress.report("pictures", static_cast<int64_t>(first + i), static_cast<int64_t>(count));
      results.push_back(answer(features.narrow(0, static_cast<int64_t>(i), 1), texts[i], mode,
                               options, progress));
    }
  }
  if (count > 1)
    progress.report("pictures", static_cast<int64_t>(count), static_cast<int64_t>(count));
  return results;
}

// What a mode says of a picture. The tables that it names are loaded.
Interrogation Interrogator::answer(const at::Tensor& features, const std::string& caption,
                                   const Mode& mode, const InterrogateOptions& options,
                                   const Progress& progress) {
  Interrogation result;
  result.mode = mode.name;
  result.caption = caption;
  Ranker ranker(features, options_.selection, options_.chunk_size);
  TextScorer scorer(*encoder_, features);
  ModeContext context{
      result.caption,
      options.min_flavors,
      options.max_flavors,
      options_.pool_size,
      options_.selection == Selection::kClipInterrogator,
      [&](const std::string& name) -> const LabelTable& { return tables_.at(name).table; },
      ranker,
      scorer,
      progress};
  context.lazy_search = options.lazy_search;
  context.chain_beams = options.chain_beams;
  context.rough_first = options.first_pass.has_value();
  if (mode.uses_categories) {
    context.categories = categories_.load(options.native.dict_limit, options.native.skip_categories,
                                          *encoder_, cache_, progress);
    count_tables();
    context.return_ranks = options.native.return_ranks;
  }
  add_parts(mode.run(context), mode.uses_categories, scorer, progress, result);
  result.evaluations = scorer.evaluations();
  return result;
}

std::vector<std::string> Interrogator::captions(const std::vector<Image>& images, const Mode& mode,
                                                const InterrogateOptions& options,
                                                const Progress& progress) {
  if (!mode.needs_caption) return std::vector<std::string>(images.size());
  if (options.caption) return std::vector<std::string>(images.size(), *options.caption);
  const CaptionOptions asked =
      mode.uses_categories ? native_caption(options.native) : CaptionOptions();
  std::vector<std::string> texts =
      captioner_->caption([&](size_t i) { return images[i]; }, images.size(), asked, progress);
  if (mode.uses_categories)
    for (std::string& text : texts) text = without_native_prompt(text);
  return texts;
}

std::vector<std::pair<std::string, std::vector<Match>>> Interrogator::analyze(
    const Image& image, int64_t top, const Progress& progress) {
  check_size("top", top, 1, kMostPhrases);
  std::vector<std::string> names = table_names();
  names.erase(std::remove(names.begin(), names.end(), "negative"), names.end());
  // The generated table alone would be an odd answer where no list was found.
  if (names.size() == 1) require_tables("analyze", {"flavors"});

  auto turn = take_turn(progress);
  Ranker ranker(picture(image, progress), options_.selection, options_.chunk_size);
  std::vector<std::pair<std::string, std::vector<Match>>> result;
  for (const std::string& name : names) {
    const LabelTable& table = load_table(name, progress);
    result.emplace_back(name, ranker.rank({&table}, top, Direction::kMostSimilar, progress));
  }
  return result;
}

std::vector<Match> Interrogator::rank(const Image& image, const std::string& table, int64_t top,
                                      const Progress& progress) {
  check_size("top", top, 1, kMostPhrases);
  require_tables("rank", {table});
  auto turn = take_turn(progress);
  Ranker ranker(picture(image, progress), options_.selection, options_.chunk_size);
  return ranker.rank({&load_table(table, progress)}, top, Direction::kMostSimilar, progress);
}

std::vector<float> Interrogator::similarity(const Image& image,
                                            const std::vector<std::string>& texts,
                                            const Progress& progress) {
  auto turn = take_turn(progress);
  TextScorer scorer(*encoder_, picture(image, progress));
  return scorer.similarities(texts, progress);
}

void Interrogator::unload(const Progress& progress) {
  auto turn = take_turn(progress);
  tables_.clear();
  categories_.clear();
  count_tables();
  encoder_->forget();
  if (const auto rough = encoder_->rough()) rough->unload(progress);
  clip_->unload(progress);
  if (captioner_) captioner_->unload(progress);
}

void Interrogator::join(const std::shared_ptr<Residency>& residency, const Progress& progress) {
  residency_ = residency;
  if (const auto rough = encoder_->rough()) rough->join(residency, progress);
  clip_->join(residency, progress);
  if (captioner_) captioner_->join(residency, progress);
}

std::vector<HeldMemory> Interrogator::memory() const {
  std::vector<HeldMemory> all;
  if (captioner_) all = captioner_->memory();
  for (HeldMemory& tower : clip_->memory()) all.push_back(std::move(tower));
  if (const auto rough = encoder_->rough()) {
    HeldMemory text = rough->memory().front();
    text.name += ", first pass";
    all.push_back(std::move(text));
  }
  const int64_t bytes = table_bytes_.load();
  all.push_back({"label tables", "cpu", bytes, bytes, 0});
  return all;
}

void Interrogator::count_tables() {
  int64_t bytes = categories_.bytes();
  for (const auto& entry : tables_) bytes += entry.second.table.bytes();
  table_bytes_.store(bytes);
}

Turn::Lock Interrogator::take_turn(const Progress& progress) {
  return turn_.take(progress, "the interrogator");
}

at::Tensor Interrogator::picture(const Image& image, const Progress& progress) {
  return clip_->encode_images({image}, progress);
}

const LabelSource* Interrogator::find_source(const std::string& table) const {
  for (const LabelSource& source : options_.labels)
    if (source.name == table) return &source;
  return nullptr;
}

void Interrogator::require_tables(const std::string& subject,
                                  const std::vector<std::string>& names) const {
  for (const std::string& name : names)
    if (name != kTrendings && !find_source(name))
      throw_error<InvalidArgument>("{} needs the label list {}.txt: {}", subject, name,
                                   options_.labels_hint);
}

void Interrogator::require_categories() const {
  if (options_.category_folder.empty() && without_files(options_.labels).empty())
    throw_error<InvalidArgument>("mode 'native' needs a folder of label lists: {}",
                                 options_.labels_hint);
}

std::vector<std::string> Interrogator::table_names() const {
  std::vector<std::string> names;
  for (const char* name : kUsualTables)
    if (std::string(name) == kTrendings || find_source(name)) names.push_back(name);
  for (const LabelSource& source : options_.labels)
    if (std::find(names.begin(), names.end(), source.name) == names.end())
      names.push_back(source.name);
  return names;
}

const LabelTable& Interrogator::load_table(const std::string& name, const Progress& progress) {
  const LabelSource* source = find_source(name);
  std::string stamp = source && !source->path.empty() ? file_stamp(source->path) : "";
  auto loaded = tables_.find(name);
  if (loaded != tables_.end() && loaded->second.stamp == stamp) return loaded->second.table;
  LabelList list = trending_labels();
  if (source)
    list = make_label_list(name,
                           source->path.empty() ? source->lines : read_label_lines(source->path));
  LabelTable table = load_label_table(list, *encoder_, cache_, progress);
  LoadedTable& kept = tables_[name] = {std::move(table), stamp};
  count_tables();
  return kept.table;
}

}  // namespace img2prompt
