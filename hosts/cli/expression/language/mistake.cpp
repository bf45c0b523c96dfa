#include "hosts/cli/expression/language/mistake.h"

#include <algorithm>

#include "document/utf8.h"

namespace winnow::cli::expression {

tl::unexpected<Failure> mistake(std::string_view source, std::size_t offset,
                                const std::string& message) {
  constexpr std::size_t kLongestQuote = 100;
  const auto before = source.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto shown = source.substr(line_start, source.find('\n', line_start) - line_start);
  return fail(FailureKind::invalid_parameter,
              message + ", at " + (line > 0 ? "line " + std::to_string(line + 1) + ", " : "") +
                  "column " + std::to_string(offset - line_start + 1) + " of \"" +
                  document::shortened(shown, kLongestQuote) + "\"");
}

}  // namespace winnow::cli::expression
