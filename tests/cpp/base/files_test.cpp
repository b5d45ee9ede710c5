#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/file_window.h"
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

TEST_CASE("Parts of a mapped file that are copied or released read as before") {
  std::string path = std::string(I2P_BINARY_DIR) + "/released_test.bin";
  std::string content(200000, 'x');
  {
    TemporaryFile file(path);
    file.write(ByteSpan(std::string_view(content)));
    file.commit();
  }
  auto file = MappedFile::open(path);
  file->release(file->bytes());
  file->release(file->bytes().sub(5, 100000));
  CHECK(file->bytes().text() == content);
  char copied[5] = "";
  file->copy(content.size() - 4, 4, copied);
  CHECK(std::string(copied) == "xxxx");
  std::string other(1 << 20, 'y');
  file->release(ByteSpan(std::string_view(other)));
  file->release({file->bytes().begin(), content.size() + 1});
  CHECK(other == std::string(1 << 20, 'y'));
  std::remove(path.c_str());
}

TEST_CASE("A window reads any part of a file, and what is beyond its end is not there") {
  std::string content;
  for (int i = 0; i < 100000; ++i) content += static_cast<char>(i * 7 + i / 256);
  std::string path = std::string(I2P_BINARY_DIR) + "/window_test.bin";
  {
    TemporaryFile file(path);
    file.write(ByteSpan(content));
    file.commit();
  }
  FileWindow from_file(path);
  FileWindow from_memory{ByteSpan(content)};
  for (FileWindow* window : {&from_file, &from_memory}) {
    CHECK(window->size() == content.size());
    for (size_t offset : {size_t{0}, size_t{3}, size_t{2040}, size_t{2048}, size_t{50000},
                          size_t{1}, size_t{99990}, size_t{100000}, size_t{1} << 40})
      for (size_t count : {size_t{0}, size_t{8}, size_t{600}, size_t{70000}, SIZE_MAX}) {
        ByteSpan expected = ByteSpan(content).sub(offset, count);
        CHECK(window->view(offset, count).text() == expected.text());
      }
    CHECK(window->all().text() == content);
  }
  std::remove(path.c_str());
}

TEST_CASE("A window on a folder or a missing file is refused by name") {
  CHECK_THROWS_WITH_AS(FileWindow(std::string(I2P_BINARY_DIR)), doctest::Contains("a directory"),
                       Error);
  CHECK_THROWS_WITH_AS(FileWindow(std::string("nope.png")), doctest::Contains("nope.png"), Error);
}
