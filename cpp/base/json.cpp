#include "base/json.h"

#include <fmt/format.h>

#include <unordered_map>
#include <vector>

#include "base/error.h"

namespace img2prompt {
namespace {

// Builds the tree in time linear in the text. The library's own builder looks through all members
// of an object for each further one.
class TreeBuilder : public Json::json_sax_t {
 public:
  explicit TreeBuilder(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return place(nullptr); }
  bool boolean(bool value) override { return place(value); }
  bool number_integer(number_integer_t value) override { return place(value); }
  bool number_unsigned(number_unsigned_t value) override { return place(value); }
  bool number_float(number_float_t value, const string_t&) override { return place(value); }
  bool string(string_t& value) override { return place(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    member_ = &open_.back().member(std::move(name));
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    if (error_.empty()) error_ = fmt::format("not JSON: {}", first_line(e.what(), 120));
    return false;
  }

  const std::string& error() const { return error_; }
  Json take() { return std::move(root_); }

 private:
  // An object or array whose end has not come yet.
  struct Open {
    Json* value;
    std::unordered_map<std::string, size_t> places;  // filled once looking through them is slow

    Json& member(std::string name) {
      constexpr size_t kFew = 16;
      std::vector<Json::object_t::value_type>& members = value->get_ref<Json::object_t&>();
      if (members.size() < kFew) {
        for (auto& [known, held] : members)
          if (known == name) return held;
      } else {
        for (size_t i = places.size(); i < members.size(); ++i) places.emplace(members[i].first, i);
        auto [place, is_new] = places.emplace(name, members.size());
        if (!is_new) return members[place->second].second;
      }
      members.emplace_back(std::move(name), nullptr);
      return members.back().second;
    }
  };

  template <typename Value>
  bool place(Value&& value) {
    *slot() = std::forward<Value>(value);
    return true;
  }

  // Where the next value goes. Pointers stay good: a container grows only between its elements.
  Json* slot() {
    if (open_.empty()) return &root_;
    Json& owner = *open_.back().value;
    if (owner.is_object()) return member_;
    owner.push_back(nullptr);
    return &owner.back();
  }

  bool open(Json container) {
    if (static_cast<int>(open_.size()) >= max_depth_) {
      error_ = fmt::format("JSON nested deeper than {}", max_depth_);
      return false;
    }
    Json* place = slot();
    *place = std::move(container);
    open_.push_back({place, {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  int max_depth_;
  Json root_;
  std::vector<Open> open_;
  Json* member_ = nullptr;
  std::string error_;
};

// What is wrong, or empty.
std::string build(std::string_view text, const JsonLimits& limits, Json& out) {
  if (text.size() > limits.max_bytes)
    return fmt::format("JSON of {} bytes, {} are allowed", text.size(), limits.max_bytes);
  TreeBuilder builder(limits.max_depth);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return builder.error();
  out = builder.take();
  return {};
}

}  // namespace

Json parse_json(std::string_view text, const std::string& what, const JsonLimits& limits) {
  Json out;
  std::string error = build(text, limits, out);
  if (!error.empty()) throw_error<Error>("{}: {}", what, error);
  return out;
}

bool try_parse_json(std::string_view text, Json& out, const JsonLimits& limits) {
  return build(text, limits, out).empty();
}

}  // namespace img2prompt
