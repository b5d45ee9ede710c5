# Finds the PyTorch that the building interpreter uses, without importing it and without torch's own
# CMake package, which stops on CUDA wheels where no CUDA toolkit is installed.
#
# Input:   Python_EXECUTABLE; PYTORCH_DIR (cache, optional) overrides the torch package directory.
# Output:  PyTorch_FOUND, PyTorch_DIR_FOUND, PyTorch_VERSION, PyTorch_CXX11_ABI (0|1),
#          PyTorch_CXX_STANDARD (17|20), PyTorch_LIBRARY_DIR
# Targets: PyTorch::headers  include directories only
#          PyTorch::libs     torch, torch_cpu, c10 and the headers

set(PYTORCH_DIR "" CACHE PATH "Directory of the torch package; empty = ask the interpreter")

if(PYTORCH_DIR)
  set(_pytorch_dir "${PYTORCH_DIR}")
else()
  # An isolated pip build hides site-packages from find_spec; purelib still names the place.
  execute_process(
    COMMAND "${Python_EXECUTABLE}" -c
      "import importlib.util as u, os, sys, sysconfig\nspec = u.find_spec('torch')\nplaces = [os.path.dirname(spec.origin)] if spec and spec.origin else []\nplaces += [os.path.join(sysconfig.get_path(k), 'torch') for k in ('purelib', 'platlib')]\nprint(next((p for p in places if os.path.isfile(os.path.join(p, 'version.py'))), ''), end='')"
    OUTPUT_VARIABLE _pytorch_dir RESULT_VARIABLE _pytorch_rc)
endif()

if(_pytorch_dir AND EXISTS "${_pytorch_dir}/version.py")
  file(STRINGS "${_pytorch_dir}/version.py" _pytorch_line REGEX "^__version__ *= *")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+[^'\" ]*" PyTorch_VERSION "${_pytorch_line}")
  set(PyTorch_CXX11_ABI 1)
  set(_pytorch_config "${_pytorch_dir}/share/cmake/Torch/TorchConfig.cmake")
  if(EXISTS "${_pytorch_config}")
    file(STRINGS "${_pytorch_config}" _pytorch_line REGEX "_GLIBCXX_USE_CXX11_ABI=[01]")
    if(_pytorch_line MATCHES "_GLIBCXX_USE_CXX11_ABI=([01])")
      set(PyTorch_CXX11_ABI ${CMAKE_MATCH_1})
    endif()
  endif()
  set(PyTorch_CXX_STANDARD 17)
  string(REGEX MATCH "^[0-9]+\\.[0-9]+" _pytorch_minor "${PyTorch_VERSION}")
  if(NOT _pytorch_minor VERSION_LESS 2.14)  # torch 2.14's headers use C++20.
    set(PyTorch_CXX_STANDARD 20)
  endif()
  set(PyTorch_LIBRARY_DIR "${_pytorch_dir}/lib")
  foreach(_lib torch torch_cpu c10)
    find_library(PyTorch_${_lib}_LIBRARY ${_lib} PATHS "${PyTorch_LIBRARY_DIR}" NO_DEFAULT_PATH)
  endforeach()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PyTorch
  REQUIRED_VARS _pytorch_dir PyTorch_torch_cpu_LIBRARY PyTorch_c10_LIBRARY
  VERSION_VAR PyTorch_VERSION
  REASON_FAILURE_MESSAGE
    "No torch in ${Python_EXECUTABLE}. Install the torch you will run with first (for example: pip install torch), then build again.")

if(PyTorch_FOUND AND NOT TARGET PyTorch::libs)
  set(PyTorch_DIR_FOUND "${_pytorch_dir}")
  add_library(PyTorch::headers INTERFACE IMPORTED)
  target_include_directories(PyTorch::headers SYSTEM INTERFACE
    "${_pytorch_dir}/include" "${_pytorch_dir}/include/torch/csrc/api/include")
  add_library(PyTorch::libs INTERFACE IMPORTED)
  target_link_libraries(PyTorch::libs INTERFACE PyTorch::headers
    ${PyTorch_torch_LIBRARY} ${PyTorch_torch_cpu_LIBRARY} ${PyTorch_c10_LIBRARY})
endif()
