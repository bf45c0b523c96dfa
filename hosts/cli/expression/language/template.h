// A text with `{{ ... }}` in it.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hosts/cli/expression/functions/functions.h"
#include "hosts/cli/expression/language/evaluator.h"
#include "hosts/cli/expression/language/node.h"
#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

class Template {
 public:
  // Refused beside what the grammar refuses: `{% %}` blocks.
  static Result<Template> parse(std::string_view text);

  // Plain text, without any expression.
  bool is_plain() const;

  // One expression and nothing else: its value keeps its type.
  bool is_single() const;

  // The expression's value where it stands alone, else the text with every expression's value
  // printed into it. What comes out is never evaluated again.
  Result<Json> value(const Scope& scope) const;
  Result<std::string> text(const Scope& scope) const;

  std::vector<Reference> references() const;

 private:
  std::vector<std::variant<std::string, NodePointer>> parts_;
};

}  // namespace winnow::cli::expression
