// A text file that is compiled into the program (cmake/embed.cmake).
#pragma once

#include <string_view>

namespace winnow::document {

struct EmbeddedFile {
  std::string_view name;  // without its folder: "PurgeExecutions.yaml"
  std::string_view text;
};

}  // namespace winnow::document
