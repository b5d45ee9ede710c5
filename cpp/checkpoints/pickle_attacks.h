// Globals that attacks name and no weights file does.
#pragma once

#include <string_view>

namespace img2prompt {

// Nothing of a pickle is ever run, so this list protects nobody here: it tells a user that the file
// is hostile, and would be dangerous to other programs.
bool names_attack(std::string_view module, std::string_view name);

}  // namespace img2prompt
