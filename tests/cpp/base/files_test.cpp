#include <doctest/doctest.h>

#include <filesystem>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/temporary_file.h"

using namespace img2prompt;
namespace fs = std::filesystem;

TEST_CASE("A committed file is whole, an abandoned one leaves the old content and no part") {
  fs::path folder = fs::temp_directory_path() / "img2prompt_files_test";
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::string path = (folder / "out.txt").string();
  {
    TemporaryFile file(path);
    file.write(ByteSpan(std::string_view("first")));
    file.commit();
  }
  {
    TemporaryFile file(path);
    file.write(ByteSpan(std::string_view("second")));
  }
  CHECK(MappedFile::open(path)->bytes().text() == "first");
  CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);
  CHECK_THROWS_AS(read_file(path, 3), Error);
  fs::remove_all(folder);
}

TEST_CASE("Missing files and folders are refused with the path") {
  CHECK_THROWS_AS(MappedFile::open("/no/such/file"), Error);
  CHECK_THROWS_AS(MappedFile::open(fs::temp_directory_path().string()), Error);
}
