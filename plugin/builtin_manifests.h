// The manifests of manifests/, compiled in by plugin/CMakeLists.txt so that the library works alone.
#pragma once

#include <span>
#include <string_view>

namespace winnow::plugin {

struct BuiltinManifest {
  std::string_view name;  // "PurgeExecutions.yaml"
  std::string_view text;
};

std::span<const BuiltinManifest> builtin_manifests();

}  // namespace winnow::plugin
