#include "hosts/cli/expression/language/lexer.h"

#include <array>

namespace winnow::cli::expression {
namespace {

constexpr std::size_t kMostTokens = 5000;
constexpr std::array<std::string_view, 7> kLongSymbols = {
    "???", "??", "==", "!=", ">=", "<=", ".."};
constexpr std::string_view kSymbols = "()[]{}?:.,|=<>+-*/%~";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Cutter {
 public:
  Cutter(std::string_view source, std::size_t start) : source_(source), at_(start) {}

  Result<Tokens> run() {
    const std::size_t start = at_;
    while (at_ < source_.size()) {
      if (is_space(source_[at_])) {
        ++at_;
        continue;
      }
      if (open_.empty() && ends()) return finish();
      if (tokens_.list.size() >= kMostTokens) return problem("the expression is too long", at_);
      if (auto step = next(); !step) return problem(step.error());
    }
    return problem("the expression that begins here has no end, '}}' is missing",
                   start >= 2 ? start - 2 : 0);
  }

 private:
  std::string_view rest() const { return source_.substr(at_); }

  bool ends() const { return rest().starts_with("}}") || rest().starts_with("-}}"); }

  Result<Tokens> finish() {
    tokens_.trim = source_[at_] == '-';
    push(TokenKind::end, "");
    tokens_.after = at_ + (tokens_.trim ? 3 : 2);
    return std::move(tokens_);
  }

  void push(TokenKind kind, std::string text) {
    tokens_.list.push_back(Token{kind, std::move(text), at_});
  }

  Result<void> next() {
    const char c = source_[at_];
    if (starts_name(c)) return name();
    if (is_digit(c)) return number();
    if (c == '\'' || c == '"') return text(c);
    return symbol();
  }

  Result<void> name() {
    std::size_t end = at_;
    while (end < source_.size() && (starts_name(source_[end]) || is_digit(source_[end]))) ++end;
    push(TokenKind::name, std::string(source_.substr(at_, end - at_)));
    at_ = end;
    return {};
  }

  Result<void> number() {
    std::size_t end = digits(at_);
    const bool fraction =
        end + 1 < source_.size() && source_[end] == '.' && is_digit(source_[end + 1]);
    if (fraction) end = digits(end + 1);
    push(TokenKind::number, std::string(source_.substr(at_, end - at_)));
    if (!fraction && end < source_.size() && source_[end] == 'L') ++end;  // Pebble's long
    at_ = end;
    return {};
  }

  std::size_t digits(std::size_t from) const {
    while (from < source_.size() && is_digit(source_[from])) ++from;
    return from;
  }

  // A backslash takes the meaning from a quote and from itself; before anything else it stands for
  // itself.
  Result<void> text(char quote) {
    std::string value;
    for (std::size_t i = at_ + 1; i < source_.size(); ++i) {
      const char c = source_[i];
      if (c == quote) {
        push(TokenKind::text, std::move(value));
        at_ = i + 1;
        return {};
      }
      const bool more = i + 1 < source_.size();
      if (c == '\\' && more && (source_[i + 1] == quote || source_[i + 1] == '\\')) {
        value += source_[++i];
        continue;
      }
      if (quote == '"' && c == '#' && more && source_[i + 1] == '{') {
        return problem("'#{...}' inside a text is not supported, join the parts by ~", i);
      }
      value += c;
    }
    return problem("the text that begins here has no end, its closing quote is missing", at_);
  }

  Result<void> symbol() {
    for (const auto candidate : kLongSymbols) {
      if (!rest().starts_with(candidate)) continue;
      push(TokenKind::symbol, std::string(candidate));
      at_ += candidate.size();
      return {};
    }
    const char c = source_[at_];
    if (kSymbols.find(c) == std::string_view::npos) {
      return problem(std::string("the character '") + c + "' has no meaning here", at_);
    }
    if (auto pair = bracket(c); !pair) return pair;
    push(TokenKind::symbol, std::string(1, c));
    ++at_;
    return {};
  }

  // Keeps count of what is open, so that the `}}` of a map in a map is not taken for the end.
  Result<void> bracket(char c) {
    if (c == '(') open_ += ')';
    if (c == '[') open_ += ']';
    if (c == '{') open_ += '}';
    if (c != ')' && c != ']' && c != '}') return {};
    if (open_.empty()) return problem(std::string("this '") + c + "' closes nothing", at_);
    if (open_.back() != c) {
      return problem(std::string("expected '") + open_.back() + "', found '" + c + "'", at_);
    }
    open_.pop_back();
    return {};
  }

  std::string_view source_;
  std::size_t at_;
  std::string open_;  // the closing brackets that are due, innermost last
  Tokens tokens_;
};

}  // namespace

Result<Tokens> cut(std::string_view source, std::size_t start) {
  return Cutter(source, start).run();
}

}  // namespace winnow::cli::expression
