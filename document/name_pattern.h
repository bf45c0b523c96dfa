// A name with wildcards: `company.*.billing`, `load_*`, `company.team.**`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::document {

// A name is a list of words joined by dots, as Kestra's namespaces are. In a pattern `*` stands for
// any number of letters of one word, none included, and the word `**` for any number of words, none
// included: `a.**` is `a` and all below it. Every other letter stands for itself, upper and lower
// case apart. May be used from several threads at once.
class NamePattern {
 public:
  // Whether there is an expression of a flow in the text, which nobody has evaluated.
  static bool is_expression(std::string_view text) {
    return text.find("{{") != text.npos || text.find("{%") != text.npos;
  }
  // Whether the text has a wildcard. A name of Kestra's never has one of its own.
  static bool is_pattern(std::string_view text) { return text.find('*') != text.npos; }
  // Why the text is no pattern; nothing: it is one. A name without a wildcard is one too; no name
  // of Kestra's begins with `!`, or has a comma or an expression.
  static std::optional<std::string> mistake(std::string_view text);

  // The text has no mistake.
  explicit NamePattern(std::string_view text);

  bool matches(std::string_view name) const;
  // Whether it matches every name that the other matches, as far as one can tell by the words
  // alone.
  bool covers(const NamePattern& other) const;

  const std::string& text() const { return text_; }
  // The letters that every name begins with that matches: those before the first wildcard, without
  // the dot before a `**`. May be empty.
  std::string prefix() const;
  // The same as a regular expression without anchors, in what PostgreSQL and ICU have in common.
  std::string regex() const;

 private:
  std::string text_;
  // No two `**` stand side by side.
  std::vector<std::string> words_;
};

}  // namespace winnow::document
