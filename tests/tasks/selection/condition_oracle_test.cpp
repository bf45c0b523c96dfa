// Random rows and random scopes: a selection matches the documents, by a second implementation of
// the rules with exact comparisons on every server.
#include <array>
#include <iostream>
#include <random>

#include <gmock/gmock.h>

#include "tasks/selection/filter_values.h"
#include "tasks/selection/selection.h"
#include "tests/tasks/purge/bed.h"
#include "tests/tasks/selection/filter_world.h"

namespace winnow::tests {
namespace {

using database::Comparison;
using document::NamePattern;
using tasks::Certainty;
using tasks::Condition;
using tasks::Conjunction;
using tasks::HasLabel;
using tasks::InstantBound;
using tasks::OneOf;
using tasks::Presence;
using tasks::Scope;
using tasks::Selection;
using Strings = std::vector<std::string>;

// Names that a server may treat as equal, and names that would end a LIKE, a string or a regular
// expression.
const Strings& names() {
  static const Strings all{
      "company",       "company.team",        "Company.Team",  "company.team.sub",
      "company.team ", "company.te\\m",       "company.te%m",  "company.te_m",
      "company.teXm",  "comp\u00e1ny.team",   "o'neill.\"t\"", "a|b.(c)*d",
      "x.y.z.tmp",     "\u65e5\u672c.\u8a9e", "\u00df.ss",     "team"};
  return all;
}

const Strings& patterns() {
  static const Strings all{"company.**",    "company.*",    "**",        "*",        "**.tmp",
                           "company.te_*",  "company.te%*", "*.team",    "x.**.tmp", "x.**.z.**",
                           "company.te\\*", "o'neill.*",    "a|b.(c)*d", "**.team",  "\u00df.*",
                           "COMPANY.**",    "comp*y.**",    "\u65e5*.**"};
  return all;
}

// The value at the path; nothing if there is none.
std::optional<std::string> value_at(const Json& document, const Strings& path) {
  const Json* at = &document;
  for (const auto& step : path) {
    if (!at->is_object() || !at->contains(step)) return std::nullopt;
    at = &(*at)[step];
  }
  return at->get<std::string>();
}

// A column of a condition and the path of the same value in the document.
struct Field {
  std::string column;
  Strings document;
  Strings values;
  std::string when_missing = {};
};

const std::vector<Field>& fields() {
  static const std::vector<Field> all{
      {"namespace", {"namespace"}, names()},
      {"flow_id", {"flowId"}, names()},
      {"state_current", {"state", "current"}, {"SUCCESS", "FAILED", "RUNNING", "FROZEN", "failed"}},
      {"kind", {"kind"}, {"NORMAL", "TEST", "test", "PLAYGROUND"}, "NORMAL"},
      {"trigger_id", {"trigger", "id"}, {"daily", "Daily", "d'aily", "dai_ly"}},
      {"trigger_type", {"trigger", "type"}, {"Schedule", "schedule", "Flow"}},
      {"key", {"id"}, {"e1", "E1", "e2", "e10", "e33"}}};
  return all;
}

const Strings& label_values() {
  static const Strings all{"prod", "Prod", "pr%d", "o'ne\"s\\", "\u00e9", "e", "prod ", "5", ""};
  return all;
}

const Strings& moments() {
  static const Strings all{"2026-01-31T00:00:00.000000Z", "2026-02-01T00:00:00.000000Z",
                           "2026-02-01T00:00:00.000001Z", "2026-02-01T12:00:00.500000Z"};
  return all;
}

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[pick(choices.size())];
  }

  Json labels() {
    Json labels = Json::array();
    for (auto i = pick(4); i > 0; --i) {
      labels.push_back({{"key", one_of(Strings{"env", "Env", "te\"am", "x"})},
                        {"value", one_of(label_values())}});
    }
    return labels;
  }

  Json execution(int number) {
    Json document{{"id", (pick(2) == 0 ? "e" : "E") + std::to_string(number)},
                  {"tenantId", "main"},
                  {"namespace", one_of(names())},
                  {"flowId", one_of(names())},
                  {"deleted", false}};
    document["state"] = {{"current", one_of(Strings{"SUCCESS", "FAILED", "RUNNING"})},
                         {"duration", 1.5},
                         {"startDate", one_of(moments())}};
    if (document["state"]["current"] != "RUNNING") document["state"]["endDate"] = one_of(moments());
    if (pick(2) == 0) document["kind"] = one_of(Strings{"TEST", "PLAYGROUND", "NORMAL"});
    if (pick(2) == 0) {
      document["trigger"] = {{"id", one_of(Strings{"daily", "Daily", "d'aily", "dai_ly"})},
                             {"type", one_of(Strings{"Schedule", "Flow"})}};
    }
    if (pick(4) != 0) document["labels"] = labels();
    return document;
  }

  Condition condition() {
    switch (pick(8)) {
      case 0:
      case 1:
        return label();
      case 2:
        return InstantBound{
            .column = "end_date",
            .document = {"state", "endDate"},
            .comparison = pick(2) == 0 ? Comparison::at_or_before : Comparison::after,
            .instant = *document::parse_instant(one_of(moments()))};
      case 3:
        return Presence{.column = "end_date", .has_value = pick(2) == 0};
      default:
        return one_of();
    }
  }

  OneOf one_of() {
    const auto& field = one_of(fields());
    OneOf one{.column = field.column,
              .document = field.document,
              .negated = pick(2) == 0,
              .when_missing = field.when_missing};
    for (auto i = pick(4); i > 0; --i) one.values.push_back(one_of(field.values));
    if (pick(20) == 0) {
      for (int i = 0; i < 20; ++i) one.values.push_back(one_of(field.values));
    }
    const bool is_text = field.column != "state_current";
    for (auto i = is_text ? pick(3) : 0; i > 0; --i) one.patterns.emplace_back(one_of(patterns()));
    return one;
  }

  HasLabel label() {
    HasLabel label{
        .key = one_of(Strings{"env", "te\"am", "x"}), .values = {}, .negated = pick(2) == 0};
    for (auto i = pick(3); i > 0; --i) label.values.push_back(one_of(label_values()));
    return label;
  }

  Conjunction conditions(std::size_t most) {
    Conjunction all;
    for (auto i = pick(most + 1); i > 0; --i) all.push_back(condition());
    return all;
  }

 private:
  std::mt19937_64 random_;
};

struct Holds {
  const Json& document;

  bool operator()(const OneOf& one) const {
    const auto value = value_at(document, one.document);
    const auto is_one = [&] {
      const auto has = [&](const std::string& each) {
        return std::find(one.values.begin(), one.values.end(), each) != one.values.end();
      };
      if (!value) return !one.when_missing.empty() && has(one.when_missing);
      return has(*value) ||
             std::any_of(one.patterns.begin(), one.patterns.end(),
                         [&](const auto& pattern) { return pattern_fits(pattern.text(), *value); });
    };
    return is_one() != one.negated;
  }

  bool operator()(const HasLabel& label) const {
    for (const auto& each : document.value("labels", Json::array())) {
      const bool is_one =
          each["key"] == label.key &&
          std::find(label.values.begin(), label.values.end(), each["value"]) != label.values.end();
      if (is_one) return !label.negated;
    }
    return label.negated;
  }

  bool operator()(const InstantBound& bound) const {
    const auto text = value_at(document, bound.document);
    if (!text) return false;
    const auto instant = *document::parse_instant(*text);
    return bound.comparison == Comparison::after ? instant > bound.instant
                                                 : instant <= bound.instant;
  }

  bool operator()(const Presence& presence) const {
    return document["state"].contains("endDate") == presence.has_value;
  }

  template <class Other>
  bool operator()(const Other& /*not made here*/) const {
    return false;
  }
};

bool all_hold(const Conjunction& conditions, const Json& document) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const auto& each) { return std::visit(Holds{document}, each); });
}

bool selected(const Scope& scope, const Json& document) {
  return all_hold(scope.conditions, document) &&
         std::none_of(scope.except.begin(), scope.except.end(),
                      [&](const auto& each) { return all_hold(each, document); });
}

class ConditionOracle : public PurgeBed {
 protected:
  std::set<std::string> keys(const Selection& selection, Certainty certainty) {
    database::SqlWriter writer(connection_->dialect());
    writer.text("SELECT e.").identifier("key").text(" FROM ").table(selection.table());
    writer.text(" AS e WHERE ");
    selection.write(writer, "e", false, certainty);
    const auto statement = writer.take();
    std::set<std::string> keys;
    const auto read = connection_->query(statement, [&](const database::Row& row) {
      keys.emplace(row.text(0).value_or(""));
      return true;
    });
    if (!read) throw std::runtime_error(read.error().message + ": " + statement.sql);
    last_sql_ = statement.sql;
    return keys;
  }

  std::string last_sql_;
};

TEST_P(ConditionOracle, SelectsWhatTheDocumentsSay) {
  const auto* given = std::getenv("WINNOW_ORACLE_SEED");
  const auto seed = given == nullptr ? std::random_device{}() : std::strtoull(given, nullptr, 10);
  std::cout << "seed " << seed << "\n";
  Maker maker(seed);
  std::vector<Json> documents;
  std::vector<database::Statement> insertions;
  for (int i = 0; i < 120; ++i) {
    documents.push_back(maker.execution(i));
    insertions.push_back(rows_.insertion(
        "executions", {{"key", documents.back()["id"]}, {"value", documents.back().dump()}}));
  }
  rows_.execute(insertions);
  const auto schema = require(connection_->probe(std::array{std::string("executions")}));

  for (int i = 0; i < 300; ++i) {
    Scope scope{.table = "executions",
                .tenant_column = "tenant_id",
                .namespace_column = "namespace",
                .tenant = "main",
                .conditions = maker.conditions(3)};
    for (auto rules = maker.pick(4); rules > 0; --rules) {
      scope.except.push_back(maker.conditions(3));
    }
    std::set<std::string> expected;
    for (const auto& document : documents) {
      if (selected(scope, document)) expected.insert(document["id"]);
    }
    auto selection = require(Selection::make(scope, schema));
    if (maker.pick(2) == 0) require(selection.find_namespaces(*connection_));

    ASSERT_EQ(keys(selection, Certainty::all), expected) << "case " << i << ": " << last_sql_;
    const auto possible = keys(selection, Certainty::possible);
    ASSERT_TRUE(std::includes(possible.begin(), possible.end(), expected.begin(), expected.end()))
        << "case " << i << ": " << last_sql_;
    std::size_t counted = 0;
    for (const auto part : selection.countable_parts(connection_->dialect())) {
      counted += keys(selection, part).size();
    }
    ASSERT_EQ(counted, expected.size()) << "case " << i << ": " << last_sql_;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, ConditionOracle, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
