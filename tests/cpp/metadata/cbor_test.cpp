#include "metadata/cbor.h"

#include <doctest/doctest.h>

#include "build_c2pa.h"

using namespace img2prompt;
using namespace img2prompt::testing;
using namespace std::string_literals;

namespace {

Json parse(const std::string& bytes) {
  Json out;
  return parse_cbor(ByteSpan(bytes), out) ? out : Json("(refused)");
}

}  // namespace

TEST_CASE("CBOR: the examples of RFC 8949, appendix A") {
  CHECK(parse("\x17") == 23);
  CHECK(parse("\x18\x64") == 100);
  CHECK(parse("\x1A\x00\x0F\x42\x40"s) == 1000000);
  CHECK(parse("\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF") == UINT64_MAX);
  CHECK(parse("\x29") == -10);
  CHECK(parse("\x39\x03\xE7") == -1000);
  CHECK(parse("\xF9\x3C\x00"s) == 1.0);
  CHECK(parse("\xF9\x00\x01"s) == 5.960464477539063e-8);
  CHECK(parse("\xF9\xC4\x00"s) == -4.0);
  CHECK(parse("\xFA\x47\xC3\x50\x00"s) == 100000.0);
  CHECK(parse("\xFB\x3F\xF1\x99\x99\x99\x99\x99\x9A") == 1.1);
  CHECK(parse("\xF4") == false);
  CHECK(parse("\xF5") == true);
  CHECK(parse("\xF6").is_null());
  CHECK(parse("\xC1\x1A\x51\x4B\x67\xB0") == 1363896240);
  CHECK(parse("\x64IETF") == "IETF");
  CHECK(parse("\x83\x01\x82\x02\x03\x82\x04\x05") == Json::parse("[1,[2,3],[4,5]]"));
  CHECK(parse("\xA2\x61"
              "a\x01\x61"
              "b\x82\x02\x03") == Json::parse(R"({"a":1,"b":[2,3]})"));
  CHECK(parse("\xA1\x18\x21\x01") == Json::parse(R"({"33":1})"));
  CHECK(parse("\x7F\x65strea\x64ming\xFF") == "streaming");
  CHECK(parse("\x9F\x01\x82\x02\x03\x9F\x04\x05\xFF\xFF") == Json::parse("[1,[2,3],[4,5]]"));
  CHECK(parse("\xBF\x63"
              "Fun\xF5\x63"
              "Amt\x21\xFF") == Json::parse(R"({"Fun":true,"Amt":-2})"));
  CHECK(parse("\x43\x01\x02\x03").get_binary().size() == 3);
  CHECK(parse("\x5F\x42\x01\x02\x43\x03\x04\x05\xFF").get_binary().size() == 5);
}

TEST_CASE("CBOR: ill-formed text is repaired") {
  CHECK(parse("\x62"
              "a\xFF") == "a\uFFFD");
}

TEST_CASE("CBOR: what is cut or malformed is refused") {
  for (const std::string& bytes : {""s, "\x18"s,
                                   "\x62"
                                   "a"s,
                                   "\x81"s, "\xA1\x01"s,
                                   "\x7F\x61"
                                   "a"s,
                                   "\x7F\x41"
                                   "a\xFF"s,
                                   "\x1C"s, "\xFF"s, "\xA1\x81\x01\x02"s, "\x9F\x01"s, "\x1F"s,
                                   "\xDF\x01"s, "\x3B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s}) {
    INFO(bytes);
    CHECK(parse(bytes) == "(refused)");
  }
  CHECK(parse("\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01") == "(refused)");
  CHECK(parse("\x5B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01") == "(refused)");
}

TEST_CASE("CBOR: depth and the number of values are bounded") {
  CHECK(parse(std::string(1000000, '\x81')) == "(refused)");
  CHECK(parse(std::string(1000000, '\xC1')) == "(refused)");
  CborLimits limits;
  limits.max_values = 4;
  Json out;
  CHECK(parse_cbor(ByteSpan("\x83\x01\x02\x03"sv), out, limits));
  CHECK(!parse_cbor(ByteSpan("\x84\x01\x02\x03\x04"sv), out, limits));
}
