#include "metadata/cbor.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "base/utf8.h"

namespace img2prompt {
namespace {

enum Major { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kOther };
constexpr int kIndefinite = 31;  // in place of a length
constexpr uint64_t kNoLength = UINT64_MAX;

double half(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double size = exponent == 0    ? std::ldexp(fraction, -24)
                : exponent == 31 ? fraction == 0 ? std::numeric_limits<double>::infinity()
                                                 : std::numeric_limits<double>::quiet_NaN()
                                 : std::ldexp(1024 + fraction, exponent - 25);
  return bits & 0x8000 ? -size : size;
}

template <typename Float, typename Bits>
double as_float(Bits bits) {
  Float value;
  std::memcpy(&value, &bits, sizeof value);
  return static_cast<double>(value);
}

class CborParser {
 public:
  CborParser(ByteSpan bytes, const CborLimits& limits) : reader_(bytes), limits_(limits) {}

  bool value(Json& out, int depth) {
    Head head;
    if (depth > limits_.max_depth || ++values_ > limits_.max_values || !take(head)) return false;
    switch (head.major) {
      case kUnsigned:
        out = head.argument;
        return !head.is_indefinite;
      case kNegative:
        if (head.argument > static_cast<uint64_t>(INT64_MAX)) return false;
        out = -1 - static_cast<int64_t>(head.argument);
        return !head.is_indefinite;
      case kBytes:
      case kText: {
        std::string text;
        if (!string(head, text)) return false;
        if (head.major == kText)
          out = repair_utf8(text);
        else
          out = Json::binary(std::vector<uint8_t>(text.begin(), text.end()));
        return true;
      }
      case kArray:
        out = Json::array();
        return items(head, [&] {
          Json item;
          bool is_read = value(item, depth + 1);
          out.push_back(std::move(item));
          return is_read;
        });
      case kMap:
        out = Json::object();
        return items(head, [&] { return member(out, depth); });
      case kTag:
        return !head.is_indefinite && value(out, depth + 1);
      default:
        return other(head, out);
    }
  }

 private:
  struct Head {
    int major = 0, info = 0;
    uint64_t argument = 0;
    bool is_indefinite = false;
  };

  bool take(Head& head) {
    uint8_t first = reader_.u8();
    head.major = first >> 5;
    head.info = first & 31;
    switch (head.info) {
      case 24:
        head.argument = reader_.u8();
        break;
      case 25:
        head.argument = reader_.u16_be();
        break;
      case 26:
        head.argument = reader_.u32_be();
        break;
      case 27:
        head.argument = reader_.u64_be();
        break;
      case kIndefinite:
        head.is_indefinite = true;
        head.argument = kNoLength;
        break;
      default:
        if (head.info > 27) return false;
        head.argument = static_cast<uint64_t>(head.info);
    }
    return !reader_.failed();
  }

  // The parts of a string of indefinite length, or the one of another.
  bool string(const Head& head, std::string& out) {
    if (!head.is_indefinite) return part(head, out);
    for (Head next; take(next);) {
      if (is_break(next)) return true;
      if (next.major != head.major || next.is_indefinite || ++values_ > limits_.max_values ||
          !part(next, out))
        return false;
    }
    return false;
  }

  bool part(const Head& head, std::string& out) {
    if (head.argument > reader_.remaining()) return false;
    out += reader_.take(static_cast<size_t>(head.argument)).text();
    return true;
  }

  // Calls `take_one` for each item or pair.
  template <typename TakeOne>
  bool items(const Head& head, TakeOne take_one) {
    for (uint64_t left = head.argument; left > 0; --left) {
      if (head.is_indefinite && next_is_break()) return true;
      if (!take_one()) return false;
    }
    return true;
  }

  bool member(Json& owner, int depth) {
    Json key, held;
    if (!value(key, depth + 1) || !value(held, depth + 1)) return false;
    if (!key.is_string() && !key.is_number_integer()) return false;
    std::string name = key.is_string() ? key.get<std::string>() : key.dump();
    // Not by owner[name], which looks through all members each time.
    std::vector<Json::object_t::value_type>& members = owner.get_ref<Json::object_t&>();
    members.emplace_back(std::move(name), std::move(held));
    return true;
  }

  bool next_is_break() {
    if (reader_.remaining() == 0) return false;
    ByteReader ahead = reader_;
    if (ahead.u8() != 0xFF) return false;
    reader_ = ahead;
    return true;
  }

  static bool is_break(const Head& head) { return head.major == kOther && head.is_indefinite; }

  bool other(const Head& head, Json& out) {
    switch (head.info) {
      case 20:
      case 21:
        out = head.info == 21;
        return true;
      case 25:
        out = half(static_cast<uint16_t>(head.argument));
        return true;
      case 26:
        out = as_float<float>(static_cast<uint32_t>(head.argument));
        return true;
      case 27:
        out = as_float<double>(head.argument);
        return true;
      default:
        out = nullptr;
        return !head.is_indefinite;
    }
  }

  ByteReader reader_;
  CborLimits limits_;
  size_t values_ = 0;
};

}  // namespace

bool parse_cbor(ByteSpan bytes, Json& out, const CborLimits& limits) {
  return CborParser(bytes, limits).value(out, 1);
}

}  // namespace img2prompt
