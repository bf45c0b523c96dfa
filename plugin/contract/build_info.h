// Describes this build of the library, for winnow_build_info.
#pragma once

namespace winnow::plugin {

// Static JSON, made at the first call; never fails and uses no heap memory.
const char* build_info() noexcept;

}  // namespace winnow::plugin
