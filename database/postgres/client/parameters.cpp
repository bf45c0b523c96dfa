#include "database/postgres/client/parameters.h"

#include <algorithm>
#include <chrono>

namespace winnow::database {
namespace {

using std::chrono::year;

// PostgreSQL has no year 0 and spells those before it in its own way; both lie beyond all that a
// table holds.
std::string instant_text(Instant instant) {
  constexpr Instant kFirst{std::chrono::sys_days{year{1} / 1 / 1}};
  constexpr Instant kLast{std::chrono::sys_days{year{9999} / 12 / 31}};
  if (instant < kFirst) return "-infinity";
  if (instant >= kLast) return "infinity";
  return document::to_text(instant);
}

struct Encoder {
  std::optional<std::string> operator()(std::monostate /*null*/) const { return std::nullopt; }
  std::optional<std::string> operator()(bool value) const { return value ? "true" : "false"; }
  std::optional<std::string> operator()(std::int64_t value) const { return std::to_string(value); }
  std::optional<std::string> operator()(const std::string& value) const { return value; }
  std::optional<std::string> operator()(Instant value) const { return instant_text(value); }
  std::optional<std::string> operator()(const TextList& value) const {
    return postgres_array(value);
  }
};

}  // namespace

// Made in place: a hundred thousand keys are some megabytes, and a sweep of late rows has them for
// each connection.
std::string postgres_array(const TextList& list) {
  constexpr std::size_t kQuotesAndComma = 3;
  std::size_t length = 2;
  for (const auto& text : list) length += text.size() + kQuotesAndComma;
  std::string result = "{";
  result.reserve(length);
  for (const auto& text : list) {
    if (result.size() > 1) result += ',';
    // Always quoted: NULL, an empty text and every separator are then plain text.
    result += '"';
    for (const char character : text) {
      if (character == '"' || character == '\\') result += '\\';
      result += character;
    }
    result += '"';
  }
  result += '}';
  return result;
}

Outcome<PostgresParameters> PostgresParameters::make(const std::vector<Parameter>& values) {
  PostgresParameters parameters;
  parameters.texts_.reserve(values.size());
  for (const auto& value : values) {
    auto text = std::visit(Encoder{}, value);
    if (text && text->find('\0') != std::string::npos) {
      return fail(FailureKind::invalid_parameter,
                  "a text holds a NUL character, which PostgreSQL can't store or compare");
    }
    parameters.texts_.push_back(std::move(text));
  }
  return parameters;
}

std::vector<const char*> PostgresParameters::pointers() const {
  std::vector<const char*> result(texts_.size());
  std::ranges::transform(texts_, result.begin(),
                         [](const auto& text) { return text ? text->c_str() : nullptr; });
  return result;
}

}  // namespace winnow::database
