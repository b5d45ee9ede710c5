#include "checkpoints/pickle_attacks.h"

#include <algorithm>
#include <iterator>

namespace img2prompt {
namespace {

constexpr std::string_view kAttackModules[] = {
    "os",        "posix", "nt",         "subprocess", "sys",    "pty", "runpy", "socket",
    "importlib", "pip",   "webbrowser", "ctypes",     "shutil", "pdb", "bdb",   "timeit"};
constexpr std::string_view kAttackBuiltins[] = {"eval",       "exec",  "compile",    "open",
                                                "__import__", "input", "breakpoint", "execfile",
                                                "globals",    "vars"};

}  // namespace

bool names_attack(std::string_view module, std::string_view name) {
  auto holds = [](const auto& list, std::string_view text) {
    return std::find(std::begin(list), std::end(list), text) != std::end(list);
  };
  if (holds(kAttackModules, module.substr(0, module.find('.')))) return true;
  return (module == "builtins" || module == "__builtin__") && holds(kAttackBuiltins, name);
}

}  // namespace img2prompt
