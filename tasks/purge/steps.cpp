#include "tasks/purge/steps.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "outcome/try.h"
#include "tasks/selection/contents.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {
namespace {

using database::Column;
using database::Connection;
using database::Dialect;
using database::Marked;
using database::SqlWriter;
using database::Statement;
using database::Table;
using database::TextList;

// Kestra's key of a queued execution: tenant, namespace, flow and id joined by `_`, a missing
// tenant left out.
std::string composed_key(const BatchRow& row) {
  const std::string key = row.of->name_space + "_" + row.of->flow + "_" + row.key;
  return row.of->tenant ? *row.of->tenant + "_" + key : key;
}

TextList keys_of(const RowStep& step, const std::vector<BatchRow>& batch) {
  TextList keys;
  keys.reserve(batch.size());
  const bool composed = step.step->match.kind == Match::Kind::composed_key;
  for (const auto& row : batch) keys.push_back(composed ? composed_key(row) : row.key);
  return keys;
}

// The conditions that find the dependents; the table stands as `t`.
void write_match(SqlWriter& writer, const RowStep& step, const TextList& keys) {
  const auto& dialect = writer.dialect();
  if (step.only_column != nullptr) {
    dialect.any_of(writer, "t." + dialect.quoted(step.only_column->name), *step.only_column,
                   step.only_values);
    writer.text(" AND ");
  }
  if (step.column != nullptr) {
    dialect.any_key(writer, "t", *step.table, *step.column, keys, step.marked);
    return;
  }
  if (step.table->column("deleted") != nullptr) writer.text("t.deleted IN (false, true) AND ");
  Column text;
  text.type = database::ColumnType::text;
  text.type_name = "text";
  dialect.any_of(writer,
                 dialect.document_text("t." + dialect.quoted("value"), step.step->match.document),
                 text, keys);
}

// Those whose rows may be late.
std::vector<RowStep> late_of(const std::vector<RowStep>& rows) {
  std::vector<RowStep> steps;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(steps), may_be_late);
  return steps;
}

}  // namespace

TextList keys_of(const std::vector<BatchRow>& rows) {
  TextList keys;
  keys.reserve(rows.size());
  for (const auto& row : rows) keys.push_back(row.key);
  return keys;
}

bool may_be_late(const RowStep& step) {
  return step.step->match.kind != Match::Kind::composed_key;
}

Outcome<PurgeSteps> PurgeSteps::resolve(const Manifest& manifest, const PurgeRequest& request,
                                        const database::Schema& schema) {
  PurgeSteps steps;
  steps.parent_ = &manifest.steps.back();
  steps.deletes_parent_ = request.deletes_parent;
  const auto parent = schema.require(manifest.table);
  if (!parent) return fail(parent.error());
  if (steps.deletes_parent_ && !(*parent)->can_delete) {
    return fail(FailureKind::schema, "the database user may not delete from table \"" +
                                         manifest.table + "\"; grant it SELECT, UPDATE and DELETE");
  }
  for (const auto* step : request.steps) {
    if (step->kind == PurgeStep::Kind::files) {
      steps.files_ = step;
      steps.needs_identity_ = true;
    } else {
      WINNOW_CHECK(steps.add_rows(*step, schema));
    }
  }
  return steps;
}

Outcome<void> PurgeSteps::add_rows(const PurgeStep& step, const database::Schema& schema) {
  RowStep row{.step = &step};
  std::optional<Failure> missing;
  const auto found = schema.require(step.table);
  if (!found) {
    missing = found.error();
  } else {
    row.table = *found;
    const auto& match = step.match;
    if (!match.column.empty()) row.column = row.table->column(match.column);
    if (!match.only_column.empty()) row.only_column = row.table->column(match.only_column);
    const bool by_document = match.kind == Match::Kind::document;
    if ((!by_document && row.column == nullptr) ||
        (!match.only_column.empty() && row.only_column == nullptr)) {
      missing = Failure{FailureKind::schema, "table \"" + step.table +
                                                 "\" lacks the column that leads to its execution"};
    } else if (step.optional && !by_document && !index_serves(*row.table, match)) {
      missing = Failure{FailureKind::schema,
                        "table \"" + step.table + "\" has no index that leads to its execution"};
    } else if (!row.table->can_delete) {
      return fail(FailureKind::schema, "the database user may not delete from table \"" +
                                           step.table + "\"; grant it SELECT and DELETE");
    }
  }
  if (missing) {
    if (!step.optional) return fail(*missing);
    left_out_.push_back(missing->message);
    return {};
  }
  if (row.only_column != nullptr) {
    for (const auto& value : step.match.only_values) {
      if (row.only_column->can_hold(value)) row.only_values.push_back(value);
    }
    if (row.only_values.empty()) return {};
  }
  if (step.match.kind == Match::Kind::composed_key) needs_identity_ = true;
  rows_.push_back(std::move(row));
  return {};
}

bool PurgeSteps::looks_again() const {
  return deletes_parent_ && std::any_of(rows_.begin(), rows_.end(), may_be_late);
}

void PurgeSteps::survey(Connection& connection) {
  if (!looks_again()) return;
  std::vector<Question> questions;
  std::vector<RowStep*> asked;
  for (auto& step : rows_) {
    if (!may_be_late(step)) continue;
    if (step.table->estimated_rows <= 0) {
      questions.push_back({.table = step.table});
      asked.push_back(&step);
    }
    if (step.column != nullptr && marks_lead(*step.table, *step.column)) {
      questions.push_back({.table = step.table, .marked_by = step.column});
      asked.push_back(&step);
    }
  }
  const auto answers = ask(connection, questions);
  if (!answers) return;
  for (std::size_t at = 0; at < questions.size(); ++at) {
    if (questions[at].marked_by == nullptr) {
      asked[at]->empty = !(*answers)[at];
    } else {
      asked[at]->marked = (*answers)[at] ? Marked::either : Marked::no;
    }
  }
}

std::vector<RowStep> PurgeSteps::late() const {
  auto steps = late_of(rows_);
  for (auto& step : steps) step.marked = Marked::either;
  return steps;
}

std::vector<RowStep> PurgeSteps::late_now(Connection& connection) const {
  auto steps = late_of(rows_);
  std::vector<Question> questions;
  std::vector<RowStep*> asked;
  for (auto& step : steps) {
    if (step.marked == Marked::either) continue;
    questions.push_back({.table = step.table, .marked_by = step.column});
    asked.push_back(&step);
  }
  const auto answers = ask(connection, questions);
  for (std::size_t at = 0; at < asked.size(); ++at) {
    if (!answers || (*answers)[at]) asked[at]->marked = Marked::either;
  }
  return steps;
}

Statement PurgeSteps::deletion(const Dialect& dialect, const RowStep& step,
                               const std::vector<BatchRow>& batch) const {
  auto keys = keys_of(step, batch);
  if (step.column != nullptr && step.only_column == nullptr) {
    return dialect.delete_by_keys(*step.table, *step.column, std::move(keys), step.marked);
  }
  SqlWriter writer(dialect);
  writer.text("DELETE FROM ").table(*step.table).text(" AS t WHERE ");
  write_match(writer, step, keys);
  return writer.take();
}

Statement PurgeSteps::count(const Dialect& dialect, const RowStep& step,
                            const std::vector<BatchRow>& batch) const {
  SqlWriter writer(dialect);
  writer.text("SELECT count(*) FROM ").table(*step.table).text(" AS t WHERE ");
  write_match(writer, step, keys_of(step, batch));
  return writer.take();
}

}  // namespace winnow::tasks
