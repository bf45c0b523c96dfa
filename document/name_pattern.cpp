#include "document/name_pattern.h"

#include <algorithm>
#include <cctype>

#include "document/strings.h"

namespace winnow::document {
namespace {

constexpr std::string_view kAnyWords = "**";

std::vector<std::string> words_of(std::string_view name) {
  const auto words = split(name, '.');
  return {words.begin(), words.end()};
}

// Whether the sequence fits the pattern, of which some members stand for any number of the
// sequence's. Of those that went by, only the last is taken up again: time is bounded by the
// product of both sizes.
template <class Pattern, class Sequence, class IsWild, class Fits>
bool fits_in_order(const Pattern& pattern, const Sequence& sequence, IsWild is_wild, Fits fits) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::optional<std::size_t> wild;
  std::size_t resume = 0;
  while (at < sequence.size()) {
    if (in < pattern.size() && is_wild(pattern[in])) {
      wild = in++;
      resume = at;
    } else if (in < pattern.size() && fits(pattern[in], sequence[at])) {
      ++in;
      ++at;
    } else if (wild) {
      in = *wild + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && is_wild(pattern[in])) ++in;
  return in == pattern.size();
}

bool word_fits(const std::string& pattern, const std::string& word) {
  return fits_in_order(
      pattern, word, [](char letter) { return letter == '*'; },
      [](char wanted, char letter) { return wanted == letter; });
}

std::string regex_of_word(const std::string& word) {
  std::string regex;
  for (const char letter : word) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '*') {
      regex += "[^.]*";
      continue;
    }
    if (code < 0x80 && std::isalnum(code) == 0) regex += '\\';
    regex += letter;
  }
  return regex;
}

}  // namespace

std::optional<std::string> NamePattern::mistake(std::string_view text) {
  // Taken as names, these would let go what somebody meant to keep.
  if (text.starts_with('!')) {
    return "`!` excludes nothing: what is not meant is written {not: " +
           std::string(text.substr(1)) + "}";
  }
  if (is_expression(text)) {
    return "an expression is evaluated in a flow's value alone, by Kestra or `winnow run`";
  }
  if (text.find(',') != std::string_view::npos) {
    return "several names are a list: [a, b]";
  }
  for (const auto& word : words_of(text)) {
    if (word != kAnyWords && word.find(kAnyWords) != std::string::npos) {
      return "`**` stands for whole words, alone between dots: a.** and not a**";
    }
  }
  return std::nullopt;
}

NamePattern::NamePattern(std::string_view text) : text_(text), words_(words_of(text)) {
  const auto repeats = [](const auto& left, const auto& right) {
    return left == kAnyWords && right == kAnyWords;
  };
  words_.erase(std::unique(words_.begin(), words_.end(), repeats), words_.end());
}

bool NamePattern::matches(std::string_view name) const {
  return fits_in_order(
      words_, words_of(name), [](const std::string& word) { return word == kAnyWords; }, word_fits);
}

// A wildcard of the other stands for anything, so that only a wildcard takes it.
bool NamePattern::covers(const NamePattern& other) const {
  return fits_in_order(
      words_, other.words_, [](const std::string& word) { return word == kAnyWords; },
      [](const std::string& wanted, const std::string& word) {
        return word != kAnyWords && word_fits(wanted, word);
      });
}

std::string NamePattern::prefix() const {
  auto prefix = text_.substr(0, text_.find('*'));
  const bool before_words = text_.compare(prefix.size(), kAnyWords.size(), kAnyWords) == 0;
  if (before_words && !prefix.empty()) prefix.pop_back();
  return prefix;
}

std::string NamePattern::regex() const {
  if (words_.size() == 1 && words_.front() == kAnyWords) return "[^.]*(\\.[^.]*)*";
  std::string regex;
  bool first = true;
  for (const auto& word : words_) {
    if (word == kAnyWords) {
      // With the dot that joins it to its neighbour.
      regex += first ? "([^.]*\\.)*" : "(\\.[^.]*)*";
      continue;
    }
    if (!first) regex += "\\.";
    regex += regex_of_word(word);
    first = false;
  }
  return regex;
}

}  // namespace winnow::document
