# img2prompt_room(NAME SOURCES a.cpp b.cpp [LINKS room_or_library...])
# One static library per folder of cpp/, named i2p_NAME, with cpp/ as its include root.
function(img2prompt_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS" ${ARGN})
  add_library(i2p_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(i2p_${name} PUBLIC "${PROJECT_SOURCE_DIR}/cpp")
  target_link_libraries(i2p_${name} PUBLIC i2p_flags ${ROOM_LINKS})
endfunction()

# img2prompt_room_test(NAME [LINKS ...]): every tests/cpp/NAME/*_test.cpp as one doctest program.
function(img2prompt_room_test name)
  cmake_parse_arguments(ROOM "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/cpp/${name}/*_test.cpp")
  add_executable(test_${name} "${PROJECT_SOURCE_DIR}/tests/cpp/main.cpp" ${sources})
  target_link_libraries(test_${name} PRIVATE i2p_${name} i2p_doctest ${ROOM_LINKS})
  target_compile_definitions(test_${name} PRIVATE
    I2P_SOURCE_DIR="${PROJECT_SOURCE_DIR}" I2P_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND test_${name})
endfunction()
