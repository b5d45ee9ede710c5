# Libraries from the system; where one is missing, the message names the package to install.
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
find_package(Threads REQUIRED)
pkg_check_modules(BROTLI IMPORTED_TARGET libbrotlidec)  # for compressed boxes of JPEG XL alone
if(NOT WIN32)
  find_package(Iconv)  # tables of Japanese codes; without it such comments are told, not read
endif()

find_path(STB_INCLUDE_DIR stb_image.h PATH_SUFFIXES stb)
find_path(FMT_INCLUDE_DIR fmt/format.h)
find_path(SPDLOG_INCLUDE_DIR spdlog/spdlog.h)
find_path(NLOHMANN_JSON_INCLUDE_DIR nlohmann/json.hpp)
foreach(dep STB FMT SPDLOG NLOHMANN_JSON)
  if(NOT ${dep}_INCLUDE_DIR)
    message(FATAL_ERROR "The headers of ${dep} are missing; scripts/dev/bootstrap.sh installs them.")
  endif()
endforeach()

# fmt is header-only everywhere: compiled Debian copies have the wrong ABI beside torch <= 2.5, and
# torch ships headers of its own fmt, which may come first on the include path.
add_library(i2p_fmt INTERFACE)
target_compile_definitions(i2p_fmt INTERFACE FMT_HEADER_ONLY)
target_include_directories(i2p_fmt SYSTEM INTERFACE "${FMT_INCLUDE_DIR}")

add_library(i2p_json INTERFACE)
target_include_directories(i2p_json SYSTEM INTERFACE "${NLOHMANN_JSON_INCLUDE_DIR}")

add_library(i2p_stb INTERFACE)
target_include_directories(i2p_stb SYSTEM INTERFACE "${STB_INCLUDE_DIR}")

add_library(i2p_spdlog INTERFACE)  # linked by base/log.cpp's room alone
target_compile_definitions(i2p_spdlog INTERFACE SPDLOG_HEADER_ONLY SPDLOG_FMT_EXTERNAL)
target_include_directories(i2p_spdlog SYSTEM INTERFACE "${SPDLOG_INCLUDE_DIR}")
target_link_libraries(i2p_spdlog INTERFACE i2p_fmt)

add_library(i2p_doctest INTERFACE)
if(IMG2PROMPT_BUILD_TESTS OR IMG2PROMPT_FUZZ)
  find_path(DOCTEST_INCLUDE_DIR doctest/doctest.h)
  if(NOT DOCTEST_INCLUDE_DIR)
    message(FATAL_ERROR "doctest is missing; scripts/dev/bootstrap.sh installs it.")
  endif()
  target_include_directories(i2p_doctest SYSTEM INTERFACE "${DOCTEST_INCLUDE_DIR}")
endif()
