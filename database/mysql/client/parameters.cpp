#include "database/mysql/client/parameters.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include "document/utf8.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// DATETIME's own range; what lies beyond it lies beyond all that a table holds.
constexpr Instant kFirst{std::chrono::sys_days{std::chrono::year{1000} / 1 / 1}};
constexpr Instant kLast{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};

MYSQL_TIME time_of(Instant instant) {
  const auto bounded = std::clamp(instant, kFirst, kLast);
  const auto day = std::chrono::floor<std::chrono::days>(bounded);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(bounded - day);
  MYSQL_TIME result{};
  result.year = static_cast<unsigned int>(static_cast<int>(date.year()));
  result.month = static_cast<unsigned int>(date.month());
  result.day = static_cast<unsigned int>(date.day());
  result.hour = static_cast<unsigned int>(time.hours().count());
  result.minute = static_cast<unsigned int>(time.minutes().count());
  result.second = static_cast<unsigned int>(time.seconds().count());
  result.second_part = static_cast<unsigned long>(time.subseconds().count());
  result.time_type = MYSQL_TIMESTAMP_DATETIME;
  return result;
}

bool is_utf8_throughout(const Parameter& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return document::is_utf8(*text);
  const auto* list = std::get_if<TextList>(&value);
  return list == nullptr || std::all_of(list->begin(), list->end(), document::is_utf8);
}

}  // namespace

struct MysqlParameters::Adder {
  MysqlParameters& to;

  void operator()(std::monostate /*null*/) { add(MYSQL_TYPE_NULL, nullptr, 0); }
  void operator()(bool value) { (*this)(std::int64_t{value}); }
  void operator()(std::int64_t value) {
    add(MYSQL_TYPE_LONGLONG, &to.numbers_.emplace_back(value), sizeof(long long));
  }
  void operator()(Instant value) {
    add(MYSQL_TYPE_DATETIME, &to.times_.emplace_back(time_of(value)), sizeof(MYSQL_TIME));
  }
  void operator()(const std::string& value) {
    auto& text = to.texts_.emplace_back(value);
    add(MYSQL_TYPE_STRING, text.data(), text.size());
  }
  void operator()(const TextList& value) { (*this)(nlohmann::json(value).dump()); }

  void add(enum_field_types type, void* data, std::size_t size) {
    MYSQL_BIND bind{};
    bind.buffer_type = type;
    bind.buffer = data;
    bind.buffer_length = static_cast<unsigned long>(size);
    to.binds_.push_back(bind);  // `length` stays unset: the connector takes buffer_length
  }
};

Outcome<void> check_texts(const std::vector<Parameter>& values) {
  if (std::all_of(values.begin(), values.end(), is_utf8_throughout)) return {};
  return fail(FailureKind::invalid_parameter,
              "a text is not UTF-8, which MySQL can't store or compare");
}

Outcome<MysqlParameters> MysqlParameters::make(const std::vector<Parameter>& values) {
  WINNOW_CHECK(check_texts(values));
  MysqlParameters parameters;
  parameters.binds_.reserve(values.size());
  Adder adder{parameters};
  for (const auto& value : values) std::visit(adder, value);
  return parameters;
}

}  // namespace winnow::database
