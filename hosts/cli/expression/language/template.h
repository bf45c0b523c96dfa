// A string that contains `{{ ... }}`.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hosts/cli/expression/language/callable.h"
#include "hosts/cli/expression/language/evaluator.h"
#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

// Failures are of kind invalid_parameter; their messages name the place in the string.
class Template {
 public:
  // `{% %}` blocks are refused.
  static Outcome<Template> parse(std::string text, const Callables& callables);

  // The value in its own type, if the string is a single expression; otherwise the string with
  // every expression's value printed into it. The result is never evaluated again.
  Outcome<Json> value(const Scope& scope) const;

  std::vector<Reference> references() const;

  // A failure about the byte at `offset`, for callers that check references.
  tl::unexpected<Failure> mistake_at(std::size_t offset, const std::string& message) const;

 private:
  Outcome<void> add_expression(std::size_t mark, std::size_t& at, const Callables& callables);
  void add_text(std::string_view text);

  std::string source_;
  std::vector<std::variant<std::string, Node>> parts_;
};

}  // namespace winnow::cli::expression
