#include "base/sha256.h"

#include <doctest/doctest.h>

using namespace img2prompt;

// The examples of FIPS 180-4's companion document (NIST, "SHA256.pdf") and of RFC 6234.
TEST_CASE("SHA-256 answers the published examples") {
  CHECK(sha256_hex(ByteSpan(std::string_view(""))) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex(ByteSpan(std::string_view("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(ByteSpan(
            std::string_view("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(ByteSpan(std::string(1000000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of a text does not depend on how it is cut") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
  for (size_t length : {0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 300}) {
    std::string part = text.substr(0, length);
    Sha256 bytewise;
    for (const char& c : part) bytewise.update(ByteSpan(std::string_view(&c, 1)));
    Sha256 halves;
    halves.update(ByteSpan(std::string_view(part).substr(0, length / 3)));
    halves.update(ByteSpan(std::string_view(part).substr(length / 3)));
    CHECK(bytewise.hex_digest() == sha256_hex(ByteSpan(part)));
    CHECK(halves.hex_digest() == sha256_hex(ByteSpan(part)));
  }
}
