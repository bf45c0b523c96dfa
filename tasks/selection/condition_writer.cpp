#include "tasks/selection/condition_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace winnow::tasks {

using database::Column;
using database::SqlWriter;
using database::TextList;

namespace {

void write_pattern(SqlWriter& writer, const std::string& column, const NamespacePattern& pattern) {
  switch (pattern.reach) {
    case NamespacePattern::Reach::everything:
      if (pattern.base.empty()) {
        writer.text("1 = 1");
        return;
      }
      write_itself_or_below(writer, column, pattern.base);
      return;
    case NamespacePattern::Reach::itself:
      writer.text(column + " = ").bind(pattern.base);
      return;
    case NamespacePattern::Reach::one_level:
      break;
  }
  // One level below: what follows `base.` has no dot of its own.
  const std::string rest =
      "substr(" + column + ", " + std::to_string(pattern.base.size() + 2) + ")";
  writer.text("(");
  writer.dialect().starts_with(writer, column, pattern.base + ".");
  writer.text(" AND replace(" + rest + ", '.', '') = " + rest + ")");
}

}  // namespace

void write_itself_or_below(SqlWriter& writer, const std::string& column, const std::string& base) {
  writer.text("(" + column + " = ").bind(base).text(" OR ");
  writer.dialect().starts_with(writer, column, base + ".");
  writer.text(")");
}

void write_values(SqlWriter& writer, const OneOf& one, const std::string& expression,
                  const Column& column) {
  TextList known;
  std::copy_if(one.values.begin(), one.values.end(), std::back_inserter(known),
               [&](const auto& value) { return column.can_hold(value); });
  const bool missing_too =
      !one.when_missing.empty() &&
      std::find(one.values.begin(), one.values.end(), one.when_missing) != one.values.end();
  const char* separator = one.negated ? "(" : "";
  const auto separate = [&] { writer.text(std::exchange(separator, " OR ")); };
  if (!known.empty()) {
    separate();
    writer.dialect().exactly_any_of(writer, expression, column, std::move(known));
  }
  for (const auto& pattern : one.patterns) {
    separate();
    writer.dialect().fits(writer, expression, pattern);
  }
  if (missing_too) {
    separate();
    writer.text(expression + " IS NULL");
  }
  if (separator != std::string_view(" OR ")) {
    separate();
    writer.text("1 = 0");
  }
  if (one.negated) writer.text(") IS NOT TRUE");
}

void ConditionWriter::write_scope(std::optional<bool> deleted) {
  // `deleted` leads Kestra's indexes: every statement names it where the table has it
  // (kestra-io/kestra#12181).
  if (deleted) {
    writer_.text(name("deleted") + (*deleted ? " = true" : " = false"));
  } else {
    writer_.text("1 = 1");
  }
  const auto& scope = scope_;
  if (scope.tenant_column.empty()) return;
  writer_.text(" AND " + name(scope.tenant_column));
  if (scope.tenant) {
    writer_.text(" = ").bind(*scope.tenant);
  } else {
    writer_.text(" IS NULL");
  }
}

void ConditionWriter::write_conditions(std::string_view column,
                                       const std::optional<FoundNamespaces>& found) {
  for (std::size_t at = 0; at < scope_.conditions.size(); ++at) {
    const auto& condition = scope_.conditions[at];
    const auto& on = column_of(condition);
    if (!column.empty() && column != on) continue;
    if (!found || found->condition != at) {
      std::visit(*this, condition);
      continue;
    }
    writer_.text(" AND ");
    writer_.dialect().any_of(writer_, name(on), this->column(on), found->names);
  }
}

void ConditionWriter::write_policy() {
  const auto& scope = scope_;
  const auto of = name(scope.namespace_column);
  const char* separator = " AND (";
  for (const auto& pattern : scope.allow) {
    writer_.text(std::exchange(separator, " OR "));
    write_pattern(writer_, of, NamespacePattern(pattern));
  }
  if (!scope.allow.empty()) writer_.text(")");
  for (const auto& pattern : scope.protect) {
    writer_.text(" AND NOT ");
    write_itself_or_below(writer_, of, NamespacePattern(pattern).base);
  }
}

// Namespaces that were looked up stand for nothing here: what is left out has to be left out of
// those too that came later.
void ConditionWriter::write_except() {
  // Only what is left out for sure is left out of what is possible.
  const auto inner = certainty_ == Certainty::possible ? Certainty::certain : Certainty::all;
  ConditionWriter conditions(table_, scope_, writer_, alias_, inner);
  for (const auto& conjunction : scope_.except) {
    writer_.text(" AND ((1 = 1");
    for (const auto& condition : conjunction) std::visit(conditions, condition);
    writer_.text(") IS NOT TRUE)");
  }
}

void ConditionWriter::write_part(const std::vector<Part>& parts) {
  ConditionWriter matching(table_, scope_, writer_, alias_, Certainty::all);
  writer_.text("CASE");
  for (const auto& part : parts) {
    writer_.text(" WHEN (1 = 1");
    for (const auto& condition : part.match) std::visit(matching, condition);
    writer_.text(") THEN ");
    if (!part.number) {
      writer_.text("NULL");
      continue;
    }
    writer_.text("CASE WHEN 1 = 1");
    for (const auto& condition : part.terms) std::visit(*this, condition);
    writer_.text(" THEN " + std::to_string(*part.number) + " END");
  }
  writer_.text(" END");
}

void ConditionWriter::operator()(const Equals& equals) {
  if (!column(equals.column).can_hold(equals.value)) {
    writer_.text(" AND 1 = 0");
    return;
  }
  writer_.text(" AND " + name(equals.column) + " = ");
  writer_.bind_as(column(equals.column), equals.value);
}

void ConditionWriter::operator()(const AnyOf& any) {
  TextList known;
  std::copy_if(any.values.begin(), any.values.end(), std::back_inserter(known),
               [&](const auto& value) { return column(any.column).can_hold(value); });
  writer_.text(" AND ");
  writer_.dialect().any_of(writer_, name(any.column), column(any.column), std::move(known));
}

void ConditionWriter::operator()(const OneOf& one) {
  writer_.text(" AND (");
  if (const auto* of = table_.column(one.column)) {
    write_values(writer_, one, name(one.column), *of);
  } else {
    write_values(writer_, one, writer_.dialect().document_text(name("value"), one.document),
                 database::document_string());
  }
  writer_.text(")");
}

void ConditionWriter::operator()(const HasLabel& label) {
  writer_.text(" AND (");
  if (label.negated) writer_.text("(");
  const char* separator = "";
  for (const auto& value : label.values) {
    writer_.text(std::exchange(separator, " OR "));
    writer_.dialect().has_label(writer_, alias_, label.key, value);
  }
  if (label.values.empty()) writer_.text("1 = 0");
  writer_.text(label.negated ? ") IS NOT TRUE)" : ")");
}

// `_` and `%` are themselves, unlike in Kestra to 1.2 (kestra-io/kestra#16757, #16720).
void ConditionWriter::operator()(const InNamespace& within) {
  writer_.text(" AND ");
  if (within.exact) {
    writer_.text(name(within.column) + " = ").bind(within.name_space);
  } else {
    write_itself_or_below(writer_, name(within.column), within.name_space);
  }
}

void ConditionWriter::operator()(const InstantBound& bound) {
  const auto& dialect = writer_.dialect();
  const auto& dated = column(bound.column);
  writer_.text(" AND ");
  if (certainty_ == Certainty::possible) {
    return dialect.likely_instant(writer_, alias_, dated, bound.document, bound.comparison,
                                  bound.instant);
  }
  if (certainty_ != Certainty::all && dialect.opens_documents(dated, bound.document)) {
    if (certainty_ == Certainty::uncertain) writer_.text("NOT ");
    dialect.certain_instant(writer_, alias_, dated, bound.comparison, bound.instant);
    if (certainty_ == Certainty::certain) return;
    writer_.text(" AND ");
  }
  dialect.compare_instant(writer_, alias_, dated, bound.document, bound.comparison, bound.instant);
}

void ConditionWriter::operator()(const Presence& presence) {
  writer_.text(" AND " + name(presence.column) +
               (presence.has_value ? " IS NOT NULL" : " IS NULL"));
}

std::string ConditionWriter::name(std::string_view column) const {
  return std::string(alias_) + "." + writer_.dialect().quoted(column);
}

}  // namespace winnow::tasks
