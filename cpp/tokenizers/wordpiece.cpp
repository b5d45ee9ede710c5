#include "tokenizers/wordpiece.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/bert_text.h"

namespace img2prompt {
namespace {

constexpr size_t kMaxVocabularyBytes = 16 << 20, kMaxTokens = 1 << 20, kMaxTokenBytes = 1024;
constexpr size_t kMaxWordLength = 100;  // longer words are [UNK]
constexpr std::string_view kContinues = "##";
constexpr const char* kUnknown = "[UNK]";

// In transformers' order, in which tokens that the vocabulary lacks are numbered.
struct SpecialAttribute {
  const char* name;
  const char* standard;  // null = none unless the settings name one
};
constexpr SpecialAttribute kSpecialAttributes[] = {
    {"bos_token", nullptr},   {"eos_token", nullptr}, {"unk_token", kUnknown},
    {"sep_token", "[SEP]"},   {"pad_token", "[PAD]"}, {"cls_token", "[CLS]"},
    {"mask_token", "[MASK]"},
};

constexpr struct {
  std::string_view from, to;
} kCleanups[] = {{" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
                 {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::string out;
  size_t at = 0;
  for (size_t found; (found = text.find(from, at)) != std::string::npos; at = found + from.size())
    out.append(text, at, found - at).append(to);
  text = out.append(text, at, std::string::npos);
}

std::string strip(const std::string& text) {
  std::u32string wide = utf8_to_utf32(text);
  size_t start = 0, end = wide.size();
  while (start < end && is_space(wide[start])) ++start;
  while (end > start && is_space(wide[end - 1])) --end;
  return utf32_to_utf8(std::u32string_view(wide).substr(start, end - start));
}

std::string join_pieces(const std::vector<std::string>& tokens) {
  std::string text;
  for (size_t i = 0; i < tokens.size(); ++i) text.append(i ? " " : "").append(tokens[i]);
  replace_all(text, " ##", "");
  return strip(text);
}

std::filesystem::path native_path(const std::string& path) {
#ifdef _WIN32
  return utf8_to_wide(path);
#else
  return path;
#endif
}

// An object; empty when there is no such file.
Json read_json(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(native_path(path), ignored)) return Json::object();
  std::vector<uint8_t> bytes = read_file(path, kMaxVocabularyBytes);
  Json json = parse_json(ByteSpan(bytes).text(), path);
  if (!json.is_object()) throw_error<InvalidArgument>("{}: not a JSON object", path);
  return json;
}

// A token is written as a string or as an object with its content; "" for anything else.
std::string token_content(const Json& token) {
  if (token.is_string()) return token.get<std::string>();
  if (!token.is_object()) return "";
  auto content = token.find("content");
  return content != token.end() && content->is_string() ? content->get<std::string>() : "";
}

}  // namespace

std::shared_ptr<const WordPiece> WordPiece::load(const std::string& path) {
  std::shared_ptr<WordPiece> loaded(new WordPiece());
  std::error_code ignored;
  if (std::filesystem::is_directory(native_path(path), ignored)) {
    loaded->read_vocabulary(path + "/vocab.txt");
    loaded->read_settings(path);
  } else {
    loaded->read_vocabulary(path);
    for (const SpecialAttribute& attribute : kSpecialAttributes)
      if (attribute.standard) loaded->add_special(attribute.standard);
  }
  for (const auto& [token, id] : loaded->added_ids_) loaded->added_by_length_.push_back(token);
  std::sort(loaded->added_by_length_.begin(), loaded->added_by_length_.end(),
            [](const std::string& a, const std::string& b) {
              return a.size() != b.size() ? a.size() > b.size() : a < b;
            });
  return loaded;
}

void WordPiece::read_vocabulary(const std::string& path) {
  std::vector<uint8_t> bytes = read_file(path, kMaxVocabularyBytes);
  std::string_view text = ByteSpan(bytes).text();
  if (!is_valid_utf8(text)) throw_error<InvalidArgument>("{}: not UTF-8 text", path);
  size_t line = 0;
  for (size_t at = 0; at < text.size(); ++line) {
    size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    if (end - at > kMaxTokenBytes)
      throw_error<InvalidArgument>("{}: line {} is too long for a token", path, line + 1);
    if (line >= kMaxTokens)
      throw_error<InvalidArgument>("{}: more than {} tokens", path, kMaxTokens);
    ids_[std::string(text.substr(at, end - at))] = static_cast<int32_t>(line);
    at = text.substr(end, 2) == "\r\n" ? end + 2 : end + 1;
  }
  if (ids_.empty()) throw_error<InvalidArgument>("{}: holds no tokens", path);
  for (const auto& [token, id] : ids_) tokens_[id] = token;
}

void WordPiece::read_settings(const std::string& directory) {
  const std::string config_path = directory + "/tokenizer_config.json";
  Json config = read_json(config_path);
  Json map = config;
  if (config.value("do_lower_case", Json(true)) != Json(true))
    throw_error<InvalidArgument>("{}: do_lower_case is off; only uncased vocabularies are known",
                                 config_path);
  auto decoder = config.find("added_tokens_decoder");
  if (decoder != config.end() && decoder->is_object()) {
    for (const auto& [number, token] : decoder->items()) {
      bool digits = !number.empty() && number.size() < 8 &&
                    number.find_first_not_of("0123456789") == std::string::npos;
      if (digits) add_token(token_content(token), std::stoi(number));
    }
  } else {
    map.update(read_json(directory + "/special_tokens_map.json"));
    Json added = read_json(directory + "/added_tokens.json");
    for (const auto& [token, number] : added.items())
      if (number.is_number_unsigned() && number.get<uint64_t>() < kMaxTokens)
        add_token(token, number.get<int32_t>());
  }
  for (const SpecialAttribute& attribute : kSpecialAttributes) {
    std::string token = map.contains(attribute.name) ? token_content(map[attribute.name]) : "";
    if (token.empty() && attribute.standard) token = attribute.standard;
    if (!token.empty()) add_special(token);
  }
  auto more = map.find("additional_special_tokens");
  if (more != map.end() && more->is_array())
    for (const Json& token : *more)
      if (std::string content = token_content(token); !content.empty()) add_special(content);
}

void WordPiece::add_token(const std::string& token, int32_t id) {
  if (token.empty()) return;
  added_ids_[token] = id;
  added_tokens_[id] = token;
}

void WordPiece::add_special(const std::string& token) {
  if (!added_ids_.count(token)) {
    auto known = ids_.find(token);
    add_token(token, known != ids_.end() ? known->second : size());
  }
  specials_.insert(token);
  special_ids_.insert(added_ids_[token]);
  if (token == kUnknown) unknown_id_ = added_ids_[token];
}

std::optional<int32_t> WordPiece::id(std::string_view token) const {
  std::string key(token);
  if (auto added = added_ids_.find(key); added != added_ids_.end()) return added->second;
  if (auto known = ids_.find(key); known != ids_.end()) return known->second;
  return std::nullopt;
}

int32_t WordPiece::size() const {
  auto is_new = [this](const auto& added) { return ids_.count(added.first) == 0; };
  return static_cast<int32_t>(ids_.size()) +
         static_cast<int32_t>(std::count_if(added_ids_.begin(), added_ids_.end(), is_new));
}

const std::string& WordPiece::token_of(int32_t id) const {
  static const std::string kUnknownToken = kUnknown;
  if (auto added = added_tokens_.find(id); added != added_tokens_.end()) return added->second;
  auto known = tokens_.find(id);
  return known != tokens_.end() ? known->second : kUnknownToken;
}

// Length of the added token that the text starts with, or 0.
size_t WordPiece::match_added(std::string_view text) const {
  for (const std::string& token : added_by_length_)
    if (text.substr(0, token.size()) == token) return token.size();
  return 0;
}

std::vector<int32_t> WordPiece::encode(std::string_view text) const {
  std::vector<int32_t> ids;
  size_t done = 0;
  for (size_t at = 0; at < text.size();) {
    size_t size = match_added(text.substr(at));
    if (size == 0) {
      ++at;
      continue;
    }
    encode_segment(text.substr(done, at - done), ids);
    ids.push_back(added_ids_.at(std::string(text.substr(at, size))));
    at += size;
    done = at;
  }
  encode_segment(text.substr(done), ids);
  return ids;
}

void WordPiece::encode_segment(std::string_view text, std::vector<int32_t>& ids) const {
  // Letter by letter, as the reference does: a capital sigma never becomes a final one.
  std::u32string lower;
  for (size_t at = 0; at < text.size();) append_lower(next_code_point(text, at), lower);
  for (const std::u32string& word : split_bert_words(lower)) encode_word(word, ids);
}

// The longest known piece first; a word with a part that no piece begins is unknown as a whole.
void WordPiece::encode_word(std::u32string_view word, std::vector<int32_t>& ids) const {
  if (word.size() > kMaxWordLength) {
    ids.push_back(unknown_id_);
    return;
  }
  const size_t first = ids.size();
  for (size_t start = 0; start < word.size();) {
    std::string piece(start > 0 ? kContinues : "");
    std::vector<size_t> sizes;  // of the piece, up to each character
    for (char32_t c : word.substr(start)) {
      append_utf8(c, piece);
      sizes.push_back(piece.size());
    }
    auto found = ids_.end();
    size_t length = sizes.size();
    for (; length > 0 && found == ids_.end(); --length) {
      piece.resize(sizes[length - 1]);
      found = ids_.find(piece);
    }
    if (found == ids_.end()) {
      ids.resize(first);
      ids.push_back(unknown_id_);
      return;
    }
    ids.push_back(found->second);
    start += length + 1;
  }
}

std::string WordPiece::decode(const std::vector<int32_t>& ids, bool skip_special) const {
  std::vector<std::string> parts, pieces;
  for (int32_t id : ids) {
    const std::string& token = token_of(id);
    if (skip_special && (special_ids_.count(id) || specials_.count(token))) continue;
    if (added_ids_.count(token) && !specials_.count(token)) {  // stands apart from the pieces
      std::string joined = join_pieces(pieces);
      if (!joined.empty()) parts.push_back(joined);
      pieces.clear();
      parts.push_back(token);
    } else {
      pieces.push_back(token);
    }
  }
  if (!pieces.empty()) parts.push_back(join_pieces(pieces));
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) text.append(i ? " " : "").append(parts[i]);
  for (const auto& cleanup : kCleanups) replace_all(text, cleanup.from, cleanup.to);
  return text;
}

}  // namespace img2prompt
