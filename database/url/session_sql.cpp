#include "database/url/session_sql.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

using document::lower;

// Set by winnow in every transaction, or of no effect on what it sends and reads.
constexpr std::array<std::string_view, 11> kOwn = {"timezone",
                                                   "lock_timeout",
                                                   "row_security",
                                                   "client_encoding",
                                                   "application_name",
                                                   "datestyle",
                                                   "intervalstyle",
                                                   "jit",
                                                   "transaction_isolation",
                                                   "default_transaction_isolation",
                                                   "enable_seqscan"};
constexpr std::array<std::string_view, 2> kRefused = {"session_replication_role",
                                                      "session_authorization"};

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_setting_name(std::string_view name) {
  return !name.empty() && !document::is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return document::is_letter(c) || document::is_digit(c) || c == '_' || c == '.';
         });
}

struct Token {
  enum class Kind { word, quoted_name, string, symbol };
  Kind kind = Kind::symbol;
  std::string text;  // a word as written, a name or string without its quotes

  bool is(std::string_view word) const { return kind == Kind::word && lower(text) == word; }
  bool is_symbol(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
  bool is_value() const { return kind != Kind::symbol; }
};
using Tokens = std::vector<Token>;

bool in_word(char c) {
  return document::is_letter(c) || document::is_digit(c) || c == '_' || c == '.' || c == '$' ||
         c == '@' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

// The statements of an SQL text as tokens; nothing where a quote or comment never ends.
class Lexer {
 public:
  Lexer(std::string_view sql, Engine engine) : rest_(sql), engine_(engine) {}

  std::optional<std::vector<Tokens>> run() {
    std::vector<Tokens> statements(1);
    while (true) {
      if (!skip_space()) return std::nullopt;
      if (rest_.empty()) break;
      if (rest_.front() == ';') {
        rest_.remove_prefix(1);
        statements.emplace_back();
        continue;
      }
      auto token = next();
      if (!token) return std::nullopt;
      statements.back().push_back(std::move(*token));
    }
    std::erase_if(statements, [](const Tokens& tokens) { return tokens.empty(); });
    return statements;
  }

 private:
  // White space and comments; false where a comment never ends.
  bool skip_space() {
    while (true) {
      const auto begin = rest_.find_first_not_of(" \t\r\n\f\v");
      rest_.remove_prefix(std::min(begin, rest_.size()));
      const bool line = rest_.starts_with("--") || (mysql() && rest_.starts_with('#'));
      if (!line && !rest_.starts_with("/*")) return true;
      const auto end = rest_.find(line ? "\n" : "*/");
      if (end == std::string_view::npos && !line) return false;
      rest_.remove_prefix(
          std::min(end == std::string_view::npos ? end : end + (line ? 1 : 2), rest_.size()));
    }
  }

  std::optional<Token> next() {
    const char first = rest_.front();
    if (first == '\'') return quoted('\'', Token::Kind::string);
    if (first == '"') return quoted('"', mysql() ? Token::Kind::string : Token::Kind::quoted_name);
    if (first == '`' && mysql()) return quoted('`', Token::Kind::quoted_name);
    if (!in_word(first) || first == '$') {
      Token symbol{.kind = Token::Kind::symbol, .text = std::string(1, first)};
      rest_.remove_prefix(1);
      return symbol;
    }
    const auto* end = std::find_if_not(rest_.begin(), rest_.end(), in_word);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    Token word{.kind = Token::Kind::word, .text = std::string(rest_.substr(0, size))};
    rest_.remove_prefix(size);
    return word;
  }

  // A quote inside is doubled; MySQL also takes a backslash before it.
  std::optional<Token> quoted(char quote, Token::Kind kind) {
    Token token{.kind = kind, .text = {}};
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      const bool escaped = mysql() && rest_[at] == '\\' && at + 1 < rest_.size();
      if (escaped || (rest_[at] == quote && rest_.substr(at + 1, 1) == std::string(1, quote))) {
        token.text += rest_[++at];
      } else if (rest_[at] == quote) {
        rest_.remove_prefix(at + 1);
        return token;
      } else {
        token.text += rest_[at];
      }
    }
    return std::nullopt;
  }

  bool mysql() const { return engine_ == Engine::mysql; }

  std::string_view rest_;
  Engine engine_;
};

// Reads one statement from its first token to its last.
class Statement {
 public:
  explicit Statement(const Tokens& tokens) : tokens_(tokens) {}

  bool at_end() const { return at_ == tokens_.size(); }
  bool take(std::string_view word) {
    if (at_end() || !tokens_[at_].is(word)) return false;
    ++at_;
    return true;
  }
  bool take_symbol(std::string_view symbol) {
    if (at_end() || !tokens_[at_].is_symbol(symbol)) return false;
    ++at_;
    return true;
  }
  const Token* take_value() {
    if (at_end() || !tokens_[at_].is_value()) return nullptr;
    return &tokens_[at_++];
  }

 private:
  const Tokens& tokens_;
  std::size_t at_ = 0;
};

// The schemas of `SET search_path TO a, "B", 'c'` as a value of search_path.
std::optional<std::string> search_path(Statement& statement) {
  std::string path;
  do {
    const auto* name = statement.take_value();
    if (name == nullptr || name->is("default")) return std::nullopt;
    const auto schema = name->kind == Token::Kind::word ? lower(name->text) : name->text;
    path += (path.empty() ? "" : ", ") + search_path_of(schema);
  } while (statement.take_symbol(","));
  return statement.at_end() ? std::optional(path) : std::nullopt;
}

// False for a statement that can't be honoured.
Outcome<bool> honour_set_config(Settings& settings, Statement& statement) {
  const auto* name = statement.take_symbol("(") ? statement.take_value() : nullptr;
  const auto* value = statement.take_symbol(",") ? statement.take_value() : nullptr;
  if (name == nullptr || value == nullptr || !statement.take_symbol(",")) return false;
  const bool is_local = statement.take("true");
  if (!is_local && !statement.take("false")) return false;
  if (!statement.take_symbol(")") || !statement.at_end()) return false;
  if (is_local) return true;  // gone with the transaction that it was made in
  WINNOW_CHECK(add_session_setting(settings, name->text, value->text));
  return true;
}

Outcome<bool> honour_select(Settings& settings, Statement& statement) {
  if (statement.take("set_config") || statement.take("pg_catalog.set_config")) {
    return honour_set_config(settings, statement);
  }
  const auto* value = statement.take_value();
  const bool constant = value != nullptr && (value->kind == Token::Kind::string ||
                                             document::is_digit(value->text.front()));
  return constant && statement.at_end();
}

Outcome<bool> honour_postgres_set(Settings& settings, Statement& statement) {
  if (statement.take("local")) return true;  // gone with the transaction that it was made in
  const bool session = statement.take("session");
  if (session && (statement.take("characteristics"))) return true;  // winnow names its own
  if (statement.take("authorization")) return false;
  if (statement.take("time") || statement.take("names") || statement.take("transaction")) {
    return true;
  }
  if (statement.take("schema")) {
    const auto* schema = statement.take_value();
    if (schema == nullptr || !statement.at_end()) return false;
    settings.search_path = search_path_of(schema->text);
    return true;
  }
  const bool role = statement.take("role");
  const auto* name = role ? nullptr : statement.take_value();
  if (!role && (name == nullptr || !(statement.take("to") || statement.take_symbol("=")))) {
    return false;
  }
  if (!role && contains(kOwn, lower(name->text))) return true;
  if (!role && lower(name->text) == "search_path") {
    auto path = search_path(statement);
    if (path) settings.search_path = std::move(*path);
    return path.has_value();
  }
  const auto* value = statement.take_value();
  if (value == nullptr || !statement.at_end()) return false;
  if (value->is("default") || (role && value->is("none"))) return true;
  WINNOW_CHECK(add_session_setting(settings, role ? "role" : name->text, value->text));
  return true;
}

Outcome<bool> honour(Settings& settings, const Tokens& tokens) {
  Statement statement(tokens);
  if (statement.take("select")) return honour_select(settings, statement);
  if (settings.engine == Engine::postgresql) {
    return statement.take("set") ? honour_postgres_set(settings, statement) : false;
  }
  if (statement.take("use")) {
    const auto* database = statement.take_value();
    if (database == nullptr || !statement.at_end()) return false;
    settings.database = database->text;
    return true;
  }
  return statement.take("set") && !statement.take("role") && !statement.take("password") &&
         !statement.take("default");
}

// The words that a statement begins with, without a value.
std::string beginning(const Tokens& tokens) {
  std::string words;
  constexpr std::size_t kWords = 2;
  for (std::size_t at = 0; at < std::min(kWords, tokens.size()); ++at) {
    if (tokens[at].kind != Token::Kind::word) break;
    words += (words.empty() ? "" : " ") + tokens[at].text;
  }
  return words + (words.empty() ? "..." : " ...");
}

// The words of an option string, as PostgreSQL splits them.
std::vector<std::string> words_of(std::string_view options) {
  std::vector<std::string> words;
  bool inside = false;
  for (std::size_t at = 0; at < options.size(); ++at) {
    const bool space = document::kWhiteSpace.find(options[at]) != std::string_view::npos;
    if (!space && !inside) words.emplace_back();
    inside = !space;
    if (space) continue;
    if (options[at] == '\\' && at + 1 < options.size()) ++at;
    words.back() += options[at];
  }
  return words;
}

}  // namespace

std::string search_path_of(std::string_view schema) {
  return document::quoted(schema, '"');
}

Outcome<void> add_session_setting(Settings& settings, const std::string& name,
                                  const std::string& value) {
  const auto known = lower(name);
  if (!is_setting_name(name)) {
    return fail(FailureKind::configuration,
                "a setting of the session has no name that it can have");
  }
  if (contains(kRefused, known)) {
    return fail(FailureKind::configuration,
                "the session's setting `" + known +
                    "` is not taken over: it changes what a deletion does, or who does it");
  }
  if (contains(kOwn, known)) return {};
  if (known == "search_path") {
    settings.search_path = value;
  } else {
    settings.session.emplace_back(known, value);
  }
  return {};
}

Outcome<void> add_command_line_options(Settings& settings, std::string_view options) {
  const auto refused = [](const std::string& why) {
    return fail(FailureKind::configuration, "the database URL's option `options` " + why);
  };
  auto added = settings;
  added.search_path.clear();
  auto words = words_of(options);
  for (std::size_t at = 0; at < words.size(); ++at) {
    std::string setting;
    if (words[at] == "-c" && at + 1 < words.size()) {
      setting = words[++at];
    } else if (words[at].starts_with("-c") && words[at].size() > 2) {
      setting = words[at].substr(2);
    } else if (words[at].starts_with("--")) {
      setting = words[at].substr(2);
      const auto end = std::min(setting.find('='), setting.size());
      std::replace(setting.begin(), setting.begin() + static_cast<std::ptrdiff_t>(end), '-', '_');
    } else {
      return refused("has a switch that is neither -c nor --; winnow honours settings alone");
    }
    const auto equals = setting.find('=');
    if (equals == std::string::npos) return refused("has a setting without `=`");
    auto taken = add_session_setting(added, setting.substr(0, equals), setting.substr(equals + 1));
    if (!taken) return refused("can't be honoured: " + taken.error().message);
  }
  if (!settings.search_path.empty()) added.search_path = settings.search_path;
  settings = std::move(added);
  return {};
}

Outcome<void> add_init_sql(Settings& settings, std::string_view sql) {
  const auto statements = Lexer(sql, settings.engine).run();
  if (!statements) {
    return fail(FailureKind::configuration, "has a quote or a comment that never ends");
  }
  for (const auto& tokens : *statements) {
    WINNOW_TRY(const bool honoured, honour(settings, tokens));
    if (honoured) continue;
    return fail(FailureKind::configuration,
                "has a statement that winnow can't honour in its own sessions: `" +
                    beginning(tokens) + "`");
  }
  return {};
}

}  // namespace winnow::database
