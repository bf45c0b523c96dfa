#include "hosts/cli/expression/language/lexer.h"

#include <array>

#include "document/strings.h"
#include "hosts/cli/expression/language/mistake.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

using document::is_digit;

constexpr std::size_t kMostTokens = 5000;
constexpr std::array<std::string_view, 7> kLongSymbols = {
    "???", "??", "==", "!=", ">=", "<=", ".."};
constexpr std::string_view kSymbols = "()[]{}?:.,|=<>+-*/%~";
constexpr std::string_view kOpening = "([{";
constexpr std::string_view kClosing = ")]}";

// A byte of a character beyond ASCII belongs to a name.
bool starts_name(char c) {
  return document::is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

class Lexer {
 public:
  Lexer(std::string_view source, std::size_t start) : source_(source), start_(start), at_(start) {}

  Outcome<Tokens> run() {
    while (at_ < source_.size()) {
      if (document::kWhiteSpace.find(source_[at_]) != std::string_view::npos) {
        ++at_;
        continue;
      }
      if (open_.empty() && (rest().starts_with("}}") || rest().starts_with("-}}"))) return finish();
      if (tokens_.list.size() >= kMostTokens) return refuse(at_, "the expression is too long");
      WINNOW_CHECK(next());
    }
    return refuse(start_ - 2, "the expression that begins here has no end, '}}' is missing");
  }

 private:
  std::string_view rest() const { return source_.substr(at_); }

  tl::unexpected<Failure> refuse(std::size_t at, const std::string& message) const {
    return mistake(source_, at, message);
  }

  Tokens finish() {
    tokens_.trim = source_[at_] == '-';
    push(TokenKind::end, "");
    tokens_.after = at_ + (tokens_.trim ? 3 : 2);
    return std::move(tokens_);
  }

  void push(TokenKind kind, std::string_view text) {
    tokens_.list.push_back(Token{kind, std::string(text), at_});
    at_ += text.size();
  }

  Outcome<void> next() {
    const char c = source_[at_];
    if (c == '\'' || c == '"') return string(c);
    if (starts_name(c)) {
      push(TokenKind::name, run_of([](char n) { return starts_name(n) || is_digit(n); }));
      return {};
    }
    if (!is_digit(c)) return symbol();
    number();
    return {};
  }

  template <class Belongs>
  std::string_view run_of(Belongs belongs, std::size_t from = 0) const {
    auto end = at_ + from;
    while (end < source_.size() && belongs(source_[end])) ++end;
    return source_.substr(at_, end - at_);
  }

  void number() {
    auto digits = run_of(is_digit);
    const auto behind = rest().substr(digits.size());
    const bool fraction = behind.size() > 1 && behind[0] == '.' && is_digit(behind[1]);
    push(TokenKind::number, fraction ? run_of(is_digit, digits.size() + 1) : digits);
    if (!fraction && behind.starts_with('L')) ++at_;  // Pebble's long
  }

  // A backslash takes the meaning from a quote and from itself; before anything else it stands for
  // itself.
  Outcome<void> string(char quote) {
    Token token{TokenKind::string, {}, at_};
    for (std::size_t i = at_ + 1; i < source_.size(); ++i) {
      const char c = source_[i];
      if (c == quote) {
        tokens_.list.push_back(std::move(token));
        at_ = i + 1;
        return {};
      }
      const char after = i + 1 < source_.size() ? source_[i + 1] : '\0';
      if (quote == '"' && c == '#' && after == '{') {
        return refuse(i, "'#{...}' inside a string is not supported, join the parts by ~");
      }
      const bool escapes = c == '\\' && (after == quote || after == '\\');
      token.text += escapes ? source_[++i] : c;
    }
    return refuse(at_, "the string that begins here has no end, its closing quote is missing");
  }

  Outcome<void> symbol() {
    for (const auto candidate : kLongSymbols) {
      if (!rest().starts_with(candidate)) continue;
      push(TokenKind::symbol, candidate);
      return {};
    }
    const char c = source_[at_];
    if (kSymbols.find(c) == std::string_view::npos) {
      return refuse(at_, std::string("the character '") + c + "' has no meaning here");
    }
    WINNOW_CHECK(bracket(c));
    push(TokenKind::symbol, source_.substr(at_, 1));
    return {};
  }

  // Keeps count of what is open, so that the `}}` of a map in a map is not taken for the end.
  Outcome<void> bracket(char c) {
    const auto opening = kOpening.find(c);
    if (opening != std::string_view::npos) open_ += kClosing[opening];
    if (kClosing.find(c) == std::string_view::npos) return {};
    if (open_.empty()) return refuse(at_, std::string("this '") + c + "' closes nothing");
    if (open_.back() != c) {
      return refuse(at_, std::string("expected '") + open_.back() + "', found '" + c + "'");
    }
    open_.pop_back();
    return {};
  }

  std::string_view source_;
  std::size_t start_;
  std::size_t at_;
  std::string open_;  // the closing brackets that are due, innermost last
  Tokens tokens_;
};

}  // namespace

Outcome<Tokens> tokenize(std::string_view source, std::size_t start) {
  return Lexer(source, start).run();
}

}  // namespace winnow::cli::expression
