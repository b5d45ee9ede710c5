// NovelAI: PNG texts Software ("NovelAI"), Description (the prompt), Source (model and hash) and
// Comment, a JSON object. The same texts stand as members of one JSON object in the pixels, and in
// EXIF's UserComment in a WebP, whose Software is the source. From V4 on the prompt stands there in
// parts: a caption for the picture and one for each character. Reference: NovelAI's own
// novelai-image-metadata.
#include <algorithm>

#include "metadata/dialects.h"
#include "metadata/json_record.h"
#include "metadata/limits.h"

namespace img2prompt {
namespace {

constexpr std::string_view kName = "NovelAI";

bool names_novelai(const std::string* text) {
  return text && text->compare(0, kName.size(), kName) == 0;
}

struct Texts {
  std::string description, source;
  Json comment;  // an object, or null
};

// The comment, which may be an object, that object as a string, or again one with a Comment.
void take_comment(const Json* comment, Texts& out) {
  Json unwrapped;
  for (int i = 0; comment && i <= kMaxWrappings; ++i) {
    if (comment->is_string()) {
      std::string text = comment->get<std::string>();
      if (!parse_record(&text, "{", unwrapped)) return;
      comment = &unwrapped;
    }
    if (const Json* inner = find_member(*comment, "Comment")) {
      Json copy = *inner;
      unwrapped = std::move(copy);
      comment = &unwrapped;
    } else {
      if (comment->is_object()) out.comment = *comment;
      return;
    }
  }
}

bool find_texts(const RawFields& fields, Texts& out) {
  if (names_novelai(fields.png_text("Software")) &&
      (fields.png_text("Description") || fields.png_text("Comment"))) {
    if (const std::string* text = fields.png_text("Description")) out.description = *text;
    if (const std::string* text = fields.png_text("Source")) out.source = *text;
    if (const std::string* text = fields.png_text("Comment")) {
      Json comment = *text;
      take_comment(&comment, out);
    }
    return true;
  }
  Json record;
  if (find_record(fields, "Comment", "\"Comment\"", record)) {
    std::string software = member_string(record, "Software");
    out.source = member_string(record, "Source");
    if (!names_novelai(&software) && !names_novelai(&out.source)) return false;
    out.description = member_string(record, "Description");
    take_comment(&record, out);
    return true;
  }
  const std::string* software = fields.find("EXIF", "Software");
  if (!names_novelai(software)) return false;
  out.source = *software;
  if (const std::string* text = fields.find("EXIF", "ImageDescription")) out.description = *text;
  if (find_record(fields, "Comment", "{", record)) take_comment(&record, out);
  return !out.description.empty() || out.comment.is_object();
}

// The object under `key` of a V4 prompt, {"caption": {"base_caption", "char_captions": [...]}}.
const Json* find_caption(const Json& comment, std::string_view key) {
  const Json* prompt = find_member(comment, key);
  return prompt ? find_member(*prompt, "caption") : nullptr;
}

const Json* find_characters(const Json& caption) {
  const Json* characters = find_member(caption, "char_captions");
  return characters && characters->is_array() ? characters : nullptr;
}

// The captions of a V4 prompt, the picture's and then each character's, a line each.
std::string v4_captions(const Json& comment, std::string_view key) {
  std::string out;
  auto add = [&](const std::string& text) {
    if (text.empty()) return;
    if (!out.empty()) out += '\n';
    out += text;
  };
  const Json* caption = find_caption(comment, key);
  if (!caption) return out;
  add(member_string(*caption, "base_caption"));
  if (const Json* characters = find_characters(*caption))
    for (const Json& character : *characters) add(member_string(character, "char_caption"));
  return out;
}

// Where each character stands, "0.5, 0.3" of width and height, if that was asked for.
void add_positions(const Json& comment, Settings& settings) {
  const Json* prompt = find_member(comment, "v4_prompt");
  const Json* caption = find_caption(comment, "v4_prompt");
  const Json* characters = caption ? find_characters(*caption) : nullptr;
  if (!characters || member_text(*prompt, "use_coords") != "True") return;
  for (size_t i = 0; i < characters->size() && i < kMaxListItems; ++i) {
    const Json* centers = find_member((*characters)[i], "centers");
    if (!centers || !centers->is_array() || centers->empty()) continue;
    std::string x = member_text((*centers)[0], "x"), y = member_text((*centers)[0], "y");
    if (!x.empty() && !y.empty())
      set_setting(settings, fmt::format("Character {} position", i + 1), x + ", " + y);
  }
}

// "NovelAI Diffusion V4.5 4BDE2A90": a name, then 8 hexadecimal digits.
void add_model(const std::string& source, Settings& settings) {
  constexpr size_t kHashDigits = 8;
  size_t space = source.rfind(' ');
  std::string hash = space == std::string::npos ? "" : source.substr(space + 1);
  bool is_hash = hash.size() == kHashDigits && std::all_of(hash.begin(), hash.end(), [](char c) {
                   return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
                 });
  set_setting(settings, "Model", is_hash ? source.substr(0, space) : source);
  if (is_hash) set_setting(settings, "Model hash", hash);
}

GenerationInfo read_comment(const Json& comment) {
  // "strength" is written without a picture to start from, too: it is no denoising strength. The
  // pictures that are left out stand there whole, in base64.
  GenerationInfo info = read_record(comment, {"prompt",
                                              "uc",
                                              "width",
                                              "height",
                                              {{"steps", "Steps"},
                                               {"sampler", "Sampler"},
                                               {"noise_schedule", "Schedule type"},
                                               {"scale", "CFG scale"},
                                               {"seed", "Seed"},
                                               {"v4_prompt", ""},
                                               {"v4_negative_prompt", ""},
                                               {"image", ""},
                                               {"mask", ""},
                                               {"reference_image", ""},
                                               {"reference_image_multiple", ""},
                                               {"director_reference_images", ""},
                                               {"signed_hash", ""}}});
  if (std::string v4 = v4_captions(comment, "v4_prompt"); !v4.empty()) info.prompt = v4;
  if (std::string v4 = v4_captions(comment, "v4_negative_prompt"); !v4.empty())
    info.negative_prompt = v4;
  add_positions(comment, info.settings);
  return info;
}

}  // namespace

bool is_novelai(const RawFields& fields) {
  Texts texts;
  return find_texts(fields, texts);
}

GenerationInfo parse_novelai(const RawFields& fields) {
  Texts texts;
  find_texts(fields, texts);
  GenerationInfo info;
  if (texts.comment.is_object()) info = read_comment(texts.comment);
  if (info.prompt.empty()) {
    std::string& text = texts.description;
    text.erase(0, std::min(text.find_first_not_of('\0'), text.size()));  // WebP's begin with some
    info.prompt = text;
  }
  if (find_setting(info.settings, "Size").empty() && fields.width > 0 && fields.height > 0)
    set_setting(info.settings, "Size", fmt::format("{}x{}", fields.width, fields.height));
  add_model(texts.source, info.settings);
  return finish_record(std::move(info));
}

}  // namespace img2prompt
