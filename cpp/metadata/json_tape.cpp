#include "metadata/json_tape.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "metadata/infotext_scanner.h"
#include "metadata/limits.h"

namespace img2prompt {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Of a number that read_number() took, to the last few bits of a double; independent of the locale.
double to_double(std::string_view text) {
  double value = 0;
  int exponent = 0, stated = 0;
  size_t i = text[0] == '-' ? 1 : 0;
  bool is_fraction = false;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      is_fraction = true;
      continue;
    }
    value = value * 10 + (text[i] - '0');
    if (is_fraction) --exponent;
  }
  bool is_negative_exponent = i + 1 < text.size() && text[i + 1] == '-';
  for (++i; i < text.size(); ++i)
    if (is_digit(text[i]) && stated < 10000) stated = stated * 10 + (text[i] - '0');
  exponent += is_negative_exponent ? -stated : stated;
  value = exponent < 0 ? value / std::pow(10.0, -exponent) : value * std::pow(10.0, exponent);
  return text[0] == '-' ? -value : value;
}

}  // namespace

JsonTape::End JsonTape::parse(std::string_view text) {
  text_ = text;
  entries_.clear();
  open_.clear();
  unescaped_.clear();
  end_ = End::kNotJson;
  if (text.size() > std::numeric_limits<uint32_t>::max()) return end_ = End::kTooMany;
  size_t position = 0;
  bool more = true;
  while (more) {
    if (!read_value(position)) return end_;
    // Only a container that was just opened, and is not empty, has its first value next.
    bool is_open = !open_.empty() && open_.back() + 1 == entries_.size();
    bool is_keyed = !open_.empty() && entries_[open_.back()].kind == Kind::kObject;
    if (is_open) {
      skip_space(position);
      char closing = is_keyed ? '}' : ']';
      if (position < text_.size() && text_[position] == closing) {
        if (!close_values(position)) return end_;
        more = !open_.empty();
      } else if (is_keyed && !read_key(position)) {
        return end_;
      }
    } else {
      if (!close_values(position)) return end_;
      more = !open_.empty();
    }
  }
  skip_space(position);
  if (position == text_.size()) end_ = End::kWhole;
  return end_;
}

JsonValue JsonTape::root() const { return end_ == End::kWhole ? JsonValue(this, 0) : JsonValue(); }

// Behind a value: closes what ends here, or passes the comma (and the key behind it) before the
// next value. False where neither stands.
bool JsonTape::close_values(size_t& position) {
  while (!open_.empty()) {
    Entry& container = entries_[open_.back()];
    bool is_keyed = container.kind == Kind::kObject;
    skip_space(position);
    if (position >= text_.size()) return false;
    char c = text_[position++];
    if (c == ',') return !is_keyed || read_key(position);
    if (c != (is_keyed ? '}' : ']')) return false;
    container.next = static_cast<uint32_t>(entries_.size());
    open_.pop_back();
  }
  return true;
}

bool JsonTape::read_key(size_t& position) {
  skip_space(position);
  if (position >= text_.size() || text_[position] != '"' || !read_string(position)) return false;
  skip_space(position);
  return position < text_.size() && text_[position++] == ':';
}

bool JsonTape::read_value(size_t& position) {
  skip_space(position);
  if (position >= text_.size()) return false;
  switch (text_[position]) {
    case '{':
      return open(Kind::kObject, position);
    case '[':
      return open(Kind::kArray, position);
    case '"':
      return read_string(position);
    case 'n':
      return read_word("null", Kind::kNull, position);
    case 't':
      return read_word("true", Kind::kTrue, position);
    case 'f':
      return read_word("false", Kind::kFalse, position);
    case 'N':
      return read_word("NaN", Kind::kNumber, position);
    case 'I':
      return read_word("Infinity", Kind::kNumber, position);
    default:
      return text_.substr(position, 2) == "-I" ? read_word("-Infinity", Kind::kNumber, position)
                                               : read_number(position);
  }
}

bool JsonTape::open(Kind kind, size_t& position) {
  if (open_.size() >= size_t{kMaxGraphJsonDepth}) {
    end_ = End::kTooDeep;
    return false;
  }
  if (!push(kind, position, 0)) return false;
  open_.push_back(static_cast<uint32_t>(entries_.size() - 1));
  ++position;
  return true;
}

bool JsonTape::read_string(size_t& position) {
  size_t start = ++position;
  while (position < text_.size() && text_[position] != '"' && text_[position] != '\\') ++position;
  if (position < text_.size() && text_[position] == '"')
    return push(Kind::kString, start, position++ - start);
  size_t unescaped_start = unescaped_.size();
  unescaped_.append(text_, start, position - start);
  while (position < text_.size()) {
    char c = text_[position++];
    if (c == '"')
      return push(Kind::kString, unescaped_start, unescaped_.size() - unescaped_start, true);
    if (c != '\\')
      unescaped_ += c;
    else if (!read_json_escape(text_, position, unescaped_))
      return false;
  }
  return false;
}

bool JsonTape::read_number(size_t& position) {
  size_t start = position;
  auto skip_digits = [&] {
    size_t first = position;
    while (position < text_.size() && is_digit(text_[position])) ++position;
    return position > first;
  };
  auto skip_one_of = [&](std::string_view set) {
    bool found = position < text_.size() && set.find(text_[position]) != std::string_view::npos;
    if (found) ++position;
    return found;
  };
  skip_one_of("-");
  if (!skip_digits()) return false;
  if (skip_one_of(".") && !skip_digits()) return false;
  if (skip_one_of("eE")) {
    skip_one_of("+-");
    if (!skip_digits()) return false;
  }
  return push(Kind::kNumber, start, position - start);
}

bool JsonTape::read_word(std::string_view word, Kind kind, size_t& position) {
  if (text_.substr(position, word.size()) != word) return false;
  position += word.size();
  return push(kind, position - word.size(), word.size());
}

bool JsonTape::push(Kind kind, size_t start, size_t length, bool is_unescaped) {
  if (entries_.size() >= kMaxGraphValues) {
    end_ = End::kTooMany;
    return false;
  }
  auto next = static_cast<uint32_t>(entries_.size() + 1);
  entries_.push_back(
      {static_cast<uint32_t>(start), static_cast<uint32_t>(length), next, kind, is_unescaped});
  return true;
}

void JsonTape::skip_space(size_t& position) const {
  while (position < text_.size() && (text_[position] == ' ' || text_[position] == '\n' ||
                                     text_[position] == '\r' || text_[position] == '\t'))
    ++position;
}

std::string_view JsonTape::text_of(const Entry& entry) const {
  std::string_view from = entry.is_unescaped ? std::string_view(unescaped_) : text_;
  return from.substr(entry.start, entry.length);
}

JsonValue::Kind JsonValue::kind() const {
  return tape_ ? tape_->entries_[index_].kind : Kind::kMissing;
}

std::string_view JsonValue::text() const {
  Kind own = kind();
  bool has_text = own == Kind::kString || own == Kind::kNumber || is_bool();
  return has_text ? tape_->text_of(tape_->entries_[index_]) : std::string_view();
}

std::optional<double> JsonValue::number() const {
  std::string_view digits = text();
  if (!is_number() || !is_digit(digits.back())) return std::nullopt;  // NaN and its kin
  double value = to_double(digits);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<int64_t> JsonValue::integer() const {
  std::optional<double> value = number();
  constexpr double kBound = 9.2e18;  // below 2^63
  if (!value || std::trunc(*value) != *value || std::abs(*value) > kBound) return std::nullopt;
  return static_cast<int64_t>(*value);
}

JsonValue JsonValue::operator[](std::string_view key) const {
  JsonValue found;
  if (!is_object()) return found;
  for (Iterator it = begin(); it != end(); ++it)
    if (it.key() == key) found = *it;
  return found;
}

JsonValue::Iterator JsonValue::begin() const {
  bool is_keyed = is_object();
  if (!is_keyed && !is_array()) return Iterator(nullptr, 0, false);
  return Iterator(tape_, index_ + 1, is_keyed);
}

JsonValue::Iterator JsonValue::end() const {
  if (!is_object() && !is_array()) return Iterator(nullptr, 0, false);
  return Iterator(tape_, tape_->entries_[index_].next, is_object());
}

bool JsonValue::empty() const { return begin() == end(); }

JsonValue JsonValue::Iterator::operator*() const {
  return JsonValue(tape_, is_object_ ? index_ + 1 : index_);
}

std::string_view JsonValue::Iterator::key() const {
  return is_object_ ? tape_->text_of(tape_->entries_[index_]) : std::string_view();
}

JsonValue::Iterator& JsonValue::Iterator::operator++() {
  index_ = tape_->entries_[is_object_ ? index_ + 1 : index_].next;
  return *this;
}

}  // namespace img2prompt
