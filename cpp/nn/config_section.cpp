#include "nn/config_section.h"

#include "base/error.h"

namespace img2prompt {

ConfigSection::ConfigSection(const Json& root, const char* name, std::string source)
    : place_(std::move(source) + ": " + name) {
  if (!root.contains(name) || root[name].is_null()) return;
  if (!root[name].is_object()) throw_error<ModelError>("{} is not an object", place_);
  json_ = &root[name];
}

const Json* ConfigSection::find(const char* key) const {
  if (!json_ || !json_->contains(key) || (*json_)[key].is_null()) return nullptr;
  return &(*json_)[key];
}

std::string ConfigSection::shown(const Json& value) { return first_line(value.dump(), 40); }

int64_t ConfigSection::whole(const std::string& key, const Json& value, int64_t low,
                             int64_t high) const {
  if (!value.is_number_integer() || value.get<double>() < static_cast<double>(low) ||
      value.get<double>() > static_cast<double>(high))
    throw_error<ModelError>("{}.{} is {}, a whole number from {} to {} is accepted", place_, key,
                            shown(value), low, high);
  return value.get<int64_t>();
}

void ConfigSection::read(const char* key, int64_t& value, int64_t low, int64_t high) const {
  if (const Json* found = find(key)) value = whole(key, *found, low, high);
}

void ConfigSection::read(const char* key, double& value, double low, double high) const {
  const Json* found = find(key);
  if (!found) return;
  if (!found->is_number() || !(found->get<double>() >= low && found->get<double>() <= high))
    throw_error<ModelError>("{}.{} is {}, a number from {} to {} is accepted", place_, key,
                            shown(*found), low, high);
  value = found->get<double>();
}

void ConfigSection::read(const char* key, bool& value) const {
  const Json* found = find(key);
  if (!found) return;
  if (!found->is_boolean())
    throw_error<ModelError>("{}.{} is {}, true or false is accepted", place_, key, shown(*found));
  value = found->get<bool>();
}

void ConfigSection::read(const char* key, Activation& value) const {
  const Json* found = find(key);
  if (!found) return;
  if (*found == "gelu")
    value = Activation::kGelu;
  else if (*found == "quick_gelu")
    value = Activation::kQuickGelu;
  else
    throw_error<ModelError>("{}.{} is {}, \"gelu\" or \"quick_gelu\" is accepted", place_, key,
                            shown(*found));
}

void ConfigSection::read(const char* key, std::vector<int64_t>& values, int64_t low, int64_t high,
                         size_t count) const {
  const Json* found = find(key);
  if (!found) return;
  const bool fits = found->is_array() && !found->empty() && found->size() <= kMaxItems &&
                    (count == 0 || found->size() == count);
  if (!fits)
    throw_error<ModelError>("{}.{} is {}, a list of {} whole numbers is accepted", place_, key,
                            shown(*found),
                            count ? std::to_string(count) : "1 to " + std::to_string(kMaxItems));
  values.clear();
  for (size_t i = 0; i < found->size(); ++i)
    values.push_back(whole(key + ("[" + std::to_string(i) + "]"), (*found)[i], low, high));
}

void ConfigSection::require(const char* key, const char* only) const {
  const Json* found = find(key);
  if (found && *found != only)
    throw_error<ModelError>("{}.{} is {}, \"{}\" is accepted", place_, key, shown(*found), only);
}

}  // namespace img2prompt
