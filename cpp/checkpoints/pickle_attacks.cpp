#include "checkpoints/pickle_attacks.h"

#include <algorithm>
#include <iterator>

namespace img2prompt {
namespace {

// "commands" is what Python writes for subprocess into protocol 2.
constexpr std::string_view kAttackModules[] = {
    "os",  "posix",      "nt",     "subprocess", "sys", "pty", "runpy",  "socket",  "importlib",
    "pip", "webbrowser", "ctypes", "shutil",     "pdb", "bdb", "timeit", "commands"};
constexpr std::string_view kBuiltins[] = {"builtins", "__builtin__", "io", "_io"};
constexpr std::string_view kAttackBuiltins[] = {"eval",       "exec",  "compile",    "open",
                                                "__import__", "input", "breakpoint", "execfile",
                                                "globals",    "vars"};

}  // namespace

bool names_attack(std::string_view module, std::string_view name) {
  auto holds = [](const auto& list, std::string_view text) {
    return std::find(std::begin(list), std::end(list), text) != std::end(list);
  };
  if (holds(kAttackModules, module.substr(0, module.find('.')))) return true;
  return holds(kBuiltins, module) && holds(kAttackBuiltins, name);
}

}  // namespace img2prompt
