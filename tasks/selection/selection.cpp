#include "tasks/selection/selection.h"

#include <algorithm>
#include <utility>

#include "document/instant.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {
namespace {

using database::Column;
using database::SqlWriter;
using database::TextList;

const Json* given(const Json& parameters, std::string_view name) {
  const auto found = parameters.find(std::string(name));
  return found == parameters.end() || found->is_null() ? nullptr : &*found;
}

bool is_instant(FilterOperator operation) {
  return operation == FilterOperator::at_or_after || operation == FilterOperator::at_or_before ||
         operation == FilterOperator::after || operation == FilterOperator::before;
}

database::Comparison comparison_of(FilterOperator operation) {
  switch (operation) {
    case FilterOperator::at_or_after:
      return database::Comparison::at_or_after;
    case FilterOperator::after:
      return database::Comparison::after;
    case FilterOperator::before:
      return database::Comparison::before;
    default:
      return database::Comparison::at_or_before;
  }
}

// By how much the clocks of the machines that wrote the two dates of a row may differ. Kestra ends
// a server whose heartbeats are a minute off (kestra.server.liveness); a day also covers a clock
// that was set to local time and taken for UTC, by then or since.
constexpr std::chrono::hours kClockSkew{24};

// True when the namespace is `base` or lies below it.
bool within(std::string_view name_space, std::string_view base) {
  return name_space == base || (name_space.size() > base.size() && name_space.starts_with(base) &&
                                name_space[base.size()] == '.');
}

// A policy's pattern: `a` is that namespace alone, `a.*` one level below it, `a.**` it and all
// below.
struct Pattern {
  enum class Reach { itself, one_level, everything };
  std::string base;
  Reach reach = Reach::itself;

  explicit Pattern(std::string_view text) : base(text) {
    if (text.ends_with(".**")) {
      reach = Reach::everything;
      base = text.substr(0, text.size() - 3);
    } else if (text.ends_with(".*")) {
      reach = Reach::one_level;
      base = text.substr(0, text.size() - 2);
    } else if (text == "**") {
      reach = Reach::everything;
      base.clear();
    }
  }

  bool matches(std::string_view name_space) const {
    if (reach == Reach::everything) return base.empty() || within(name_space, base);
    if (reach == Reach::itself) return name_space == base;
    return within(name_space, base) && name_space != base &&
           name_space.find('.', base.size() + 1) == std::string_view::npos;
  }
};

std::string column_of(SqlWriter& writer, std::string_view alias, std::string_view column) {
  return std::string(alias) + "." + writer.dialect().quoted(column);
}

void write_itself_or_below(SqlWriter& writer, const std::string& column, const std::string& base) {
  writer.text("(" + column + " = ").bind(base).text(" OR ");
  writer.dialect().starts_with(writer, column, base + ".");
  writer.text(")");
}

void write_pattern(SqlWriter& writer, const std::string& column, const Pattern& pattern) {
  switch (pattern.reach) {
    case Pattern::Reach::everything:
      if (pattern.base.empty()) {
        writer.text("1 = 1");
        return;
      }
      write_itself_or_below(writer, column, pattern.base);
      return;
    case Pattern::Reach::itself:
      writer.text(column + " = ").bind(pattern.base);
      return;
    case Pattern::Reach::one_level:
      break;
  }
  // One level below: what follows `base.` has no dot of its own.
  const std::string rest =
      "substr(" + column + ", " + std::to_string(pattern.base.size() + 2) + ")";
  writer.text("(");
  writer.dialect().starts_with(writer, column, pattern.base + ".");
  writer.text(" AND replace(" + rest + ", '.', '') = " + rest + ")");
}

TextList known_values(const Column& column, const Json& values) {
  TextList known;
  for (const auto& value : values) {
    const auto text = value.get<std::string>();
    if (column.can_hold(text)) known.push_back(text);
  }
  return known;
}

Outcome<void> check_namespace(const std::string& parameter, const std::string& name_space,
                              const Manifest& manifest, const Policy& policy) {
  const auto matches = [&](const std::string& pattern) {
    return Pattern(pattern).matches(name_space);
  };
  if (!policy.allow.empty() && std::none_of(policy.allow.begin(), policy.allow.end(), matches)) {
    return fail(FailureKind::denied,
                "the policy does not allow the namespace \"" + name_space +
                    "\": it is not among `policy.allow` of the configuration",
                "/" + parameter);
  }
  if (!manifest.removes) return {};
  for (const auto& pattern : policy.protect) {
    if (!within(name_space, Pattern(pattern).base)) continue;
    return fail(FailureKind::denied,
                std::string("the policy protects the namespace \"")
                    .append(name_space)
                    .append("\" (`policy.protect`: ")
                    .append(pattern)
                    .append("); nothing of it can be purged"),
                "/" + parameter);
  }
  return {};
}

}  // namespace

bool may_remove(const Policy& policy, std::string_view name_space) {
  const auto allows = [&](const std::string& pattern) {
    return Pattern(pattern).matches(name_space);
  };
  const auto protects = [&](const std::string& pattern) {
    return within(name_space, Pattern(pattern).base);
  };
  return (policy.allow.empty() || std::any_of(policy.allow.begin(), policy.allow.end(), allows)) &&
         std::none_of(policy.protect.begin(), policy.protect.end(), protects);
}

Outcome<std::optional<std::string>> chosen_tenant(const Json& parameters, const Policy& policy) {
  const auto* asked = given(parameters, "tenant");
  if (asked == nullptr) {
    if (policy.tenants.empty()) return std::optional<std::string>("main");
    return policy.tenants.front();
  }
  const auto tenant = asked->get<std::string>();
  const bool allowed =
      policy.tenants.empty()
          ? tenant == "main"
          : std::find(policy.tenants.begin(), policy.tenants.end(), tenant) != policy.tenants.end();
  if (!allowed) {
    return fail(FailureKind::denied,
                "the policy does not give the tenant \"" + tenant +
                    "\" to this task: it is not among `policy.tenant` of the configuration",
                "/tenant");
  }
  return std::optional<std::string>(tenant);
}

Outcome<void> check_selection(const Manifest& manifest, const Json& parameters,
                              const Policy& policy) {
  if (const auto tenant = chosen_tenant(parameters, policy); !tenant) return fail(tenant.error());
  for (const auto& parameter : manifest.parameters) {
    const auto* value = given(parameters, parameter.name);
    if (value == nullptr || !parameter.filter) continue;
    if (is_instant(parameter.filter->operation)) {
      if (auto instant = document::parse_instant(value->get<std::string>()); !instant) {
        return fail(FailureKind::invalid_parameter, instant.error().message, "/" + parameter.name);
      }
    }
    if (parameter.filter->operation == FilterOperator::name_space) {
      auto checked = check_namespace(parameter.name, value->get<std::string>(), manifest, policy);
      if (!checked) return checked;
    }
  }
  return {};
}

Outcome<Selection> Selection::make(const Manifest& manifest, const Json& parameters,
                                   const Policy& policy, const database::Schema& schema) {
  const auto table = schema.require(manifest.table);
  if (!table) return fail(table.error());
  const auto tenant = chosen_tenant(parameters, policy);
  if (!tenant) return fail(tenant.error());

  Selection selection;
  selection.manifest_ = &manifest;
  selection.parameters_ = &parameters;
  selection.policy_ = &policy;
  selection.table_ = *table;
  selection.tenant_ = *tenant;

  const auto missing = [&](const std::string& column) {
    return fail(FailureKind::schema, "table \"" + manifest.table + "\" has no column \"" + column +
                                         "\", which the task " + manifest.name + " needs");
  };
  const bool marks_deleted = (*table)->column("deleted") != nullptr;
  bool with_deleted = manifest.removes;  // as Kestra's own purge (issue 3961)
  for (const auto& parameter : manifest.parameters) {
    if (!parameter.filter) continue;
    const auto* value = given(parameters, parameter.name);
    if (parameter.filter->operation == FilterOperator::include_deleted) {
      with_deleted = value != nullptr && value->get<bool>();
      continue;
    }
    const bool used = value != nullptr || !parameter.filter->when_absent.empty();
    if (used && (*table)->column(parameter.filter->column) == nullptr) {
      return missing(parameter.filter->column);
    }
  }
  for (const auto* column : {&manifest.tenant_column, &manifest.namespace_column}) {
    if (!column->empty() && (*table)->column(*column) == nullptr) return missing(*column);
  }
  if (!marks_deleted) {
    selection.deleted_branches_ = {std::nullopt};
  } else if (with_deleted) {
    selection.deleted_branches_ = {false, true};
  } else {
    selection.deleted_branches_ = {false};
  }
  return selection;
}

void Selection::write(SqlWriter& writer, std::string_view alias, std::optional<bool> deleted,
                      Certainty certainty, std::string_view column) const {
  write_scope(writer, alias, deleted);
  for (const auto& parameter : manifest_->parameters) {
    if (!parameter.filter || (!column.empty() && column != parameter.filter->column)) continue;
    write_filter(writer, alias, parameter, certainty);
  }
  const auto& name_space = manifest_->namespace_column;
  if (!name_space.empty() && (column.empty() || column == name_space)) write_policy(writer, alias);
}

bool Selection::has_wide_namespace() const {
  return !policy_->allow.empty() || wide_namespace_filter() != nullptr;
}

std::vector<std::string> Selection::filter_columns() const {
  std::vector<std::string> columns;
  if (!manifest_->namespace_column.empty() && has_wide_namespace()) {
    columns.push_back(manifest_->namespace_column);
  }
  for (const auto& parameter : manifest_->parameters) {
    if (!parameter.filter || parameter.filter->operation == FilterOperator::include_deleted)
      continue;
    const bool used =
        given(*parameters_, parameter.name) != nullptr || !parameter.filter->when_absent.empty();
    const auto& column = parameter.filter->column;
    if (used && std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  }
  return columns;
}

void Selection::write_implied(SqlWriter& writer, std::string_view alias,
                              const Column& order) const {
  for (const auto& parameter : manifest_->parameters) {
    if (!parameter.filter || parameter.filter->implies != order.name) continue;
    const auto* value = given(*parameters_, parameter.name);
    if (value == nullptr || !is_instant(parameter.filter->operation)) continue;
    const auto comparison = comparison_of(parameter.filter->operation);
    const auto skew = database::looks_back(comparison) ? kClockSkew : -kClockSkew;
    writer.text(" AND ");
    writer.dialect().bound_instant(writer, alias, order, comparison,
                                   *document::parse_instant(value->get<std::string>()) + skew);
  }
}

std::vector<std::string> Selection::scope_columns() const {
  std::vector<std::string> columns;
  if (deleted_branches_.front()) columns.emplace_back("deleted");
  if (!manifest_->tenant_column.empty()) columns.push_back(manifest_->tenant_column);
  return columns;
}

std::vector<std::string> Selection::equal_columns() const {
  std::vector<std::string> columns;
  for (const auto& parameter : manifest_->parameters) {
    if (!parameter.filter || given(*parameters_, parameter.name) == nullptr) continue;
    const auto& filter = *parameter.filter;
    const bool exact = filter.operation == FilterOperator::name_space &&
                       !filter.exact_with.empty() &&
                       given(*parameters_, filter.exact_with) != nullptr;
    if (exact || filter.operation == FilterOperator::equals) columns.push_back(filter.column);
  }
  return columns;
}

void Selection::write_scope(SqlWriter& writer, std::string_view alias,
                            std::optional<bool> deleted) const {
  // `deleted` leads Kestra's indexes: every statement names it where the table has it (PR 12181).
  if (deleted) {
    writer.text(column_of(writer, alias, "deleted") + (*deleted ? " = true" : " = false"));
  } else {
    writer.text("1 = 1");
  }
  if (!manifest_->tenant_column.empty()) {
    const auto column = column_of(writer, alias, manifest_->tenant_column);
    if (tenant_) {
      writer.text(" AND " + column + " = ").bind(*tenant_);
    } else {
      writer.text(" AND " + column + " IS NULL");
    }
  }
}

// The filter that means a namespace and all below it, if it was given.
const ParameterSpec* Selection::wide_namespace_filter() const {
  const auto found = std::find_if(
      manifest_->parameters.begin(), manifest_->parameters.end(), [this](const auto& parameter) {
        if (!parameter.filter || parameter.filter->operation != FilterOperator::name_space) {
          return false;
        }
        const auto& exact_with = parameter.filter->exact_with;
        return given(*parameters_, parameter.name) != nullptr &&
               (exact_with.empty() || given(*parameters_, exact_with) == nullptr);
      });
  return found == manifest_->parameters.end() ? nullptr : &*found;
}

// Steps through the index from one namespace to the next, once for each value of `deleted`, and
// keeps those that the filter means.
database::Statement Selection::distinct_namespaces(const database::Dialect& dialect,
                                                   const ParameterSpec& parameter) const {
  const auto column = dialect.quoted(parameter.filter->column);
  SqlWriter writer(dialect);
  const auto next = [&](std::optional<bool> deleted, std::string_view after) {
    writer.text("(SELECT t." + column + " FROM ").table(*table_).text(" AS t WHERE ");
    write_scope(writer, "t", deleted);
    writer.text(after).text(" ORDER BY t." + column + " LIMIT 1)");
  };
  writer.text("SELECT DISTINCT names.v FROM (");
  const char* separator = "";
  for (const auto& deleted : deleted_branches_) {
    writer.text(std::exchange(separator, " UNION ALL "));
    writer.text("SELECT * FROM (WITH RECURSIVE steps (v) AS (");
    next(deleted, "");
    writer.text(" UNION ALL SELECT ");
    next(deleted, " AND t." + column + " > steps.v");
    writer.text(" FROM steps WHERE steps.v IS NOT NULL) SELECT v FROM steps) AS walked");
  }
  writer.text(") AS names WHERE ");
  write_itself_or_below(writer, "names.v", given(*parameters_, parameter.name)->get<std::string>());
  return writer.take();
}

Outcome<void> Selection::find_namespaces(database::Connection& connection) {
  const auto* parameter = wide_namespace_filter();
  if (parameter == nullptr || connection.dialect().starts_with_is_a_range()) return {};
  const IndexNeed need{
      .table = table_, .scope = scope_columns(), .column = parameter->filter->column};
  if (serving_index(need) == nullptr) return {};
  TextList found;
  const auto asked = connection.query(distinct_namespaces(connection.dialect(), *parameter),
                                      [&found](const database::Row& row) {
                                        found.emplace_back(row.text(0).value_or(""));
                                        return true;
                                      });
  if (!asked) return asked;
  namespaces_ = std::move(found);
  return {};
}

std::vector<Certainty> Selection::countable_parts(const database::Dialect& dialect) const {
  const auto open = std::count_if(
      manifest_->parameters.begin(), manifest_->parameters.end(), [&](const auto& parameter) {
        if (!parameter.filter || !is_instant(parameter.filter->operation)) return false;
        return given(*parameters_, parameter.name) != nullptr &&
               dialect.opens_documents(*table_->column(parameter.filter->column),
                                       parameter.filter->document);
      });
  if (open != 1) return {Certainty::all};
  return {Certainty::certain, Certainty::uncertain};
}

void Selection::write_instant(SqlWriter& writer, std::string_view alias, const Filter& filter,
                              database::Instant instant, Certainty certainty) const {
  const auto& dialect = writer.dialect();
  const Column& column = *table_->column(filter.column);
  const auto comparison = comparison_of(filter.operation);
  if (certainty == Certainty::possible) {
    return dialect.bound_instant(writer, alias, column, comparison, instant);
  }
  if (certainty != Certainty::all && dialect.opens_documents(column, filter.document)) {
    if (certainty == Certainty::uncertain) writer.text("NOT ");
    dialect.certain_instant(writer, alias, column, comparison, instant);
    if (certainty == Certainty::certain) return;
    writer.text(" AND ");
  }
  dialect.compare_instant(writer, alias, column, filter.document, comparison, instant);
}

void Selection::write_filter(SqlWriter& writer, std::string_view alias,
                             const ParameterSpec& parameter, Certainty certainty) const {
  const auto& filter = *parameter.filter;
  const auto* value = given(*parameters_, parameter.name);
  const Column* column = table_->column(filter.column);
  if (column == nullptr || filter.operation == FilterOperator::include_deleted) return;
  const auto name = column_of(writer, alias, filter.column);

  if (value == nullptr) {
    if (filter.when_absent.empty()) return;
    writer.text(" AND ");
    writer.dialect().any_of(writer, name, *column, known_values(*column, filter.when_absent));
    return;
  }
  switch (filter.operation) {
    case FilterOperator::equals:
      writer.text(" AND " + name + " = ").bind_as(*column, value->get<std::string>());
      return;
    case FilterOperator::any_of:
      writer.text(" AND ");
      writer.dialect().any_of(writer, name, *column, known_values(*column, *value));
      return;
    case FilterOperator::name_space:
      // Without a flow: the namespace and all below it (`_` and `%` are themselves, unlike Kestra
      // to 1.2, issue 16757 and PR 16720); with one exactly this namespace.
      writer.text(" AND ");
      if (!filter.exact_with.empty() && given(*parameters_, filter.exact_with) != nullptr) {
        writer.text(name + " = ").bind(value->get<std::string>());
      } else if (namespaces_) {
        writer.dialect().any_of(writer, name, *column, *namespaces_);
      } else {
        write_itself_or_below(writer, name, value->get<std::string>());
      }
      return;
    case FilterOperator::at_or_after:
    case FilterOperator::at_or_before:
    case FilterOperator::after:
    case FilterOperator::before:
      writer.text(" AND ");
      write_instant(writer, alias, filter, *document::parse_instant(value->get<std::string>()),
                    certainty);
      return;
    case FilterOperator::present_if:
      if (!value->get<bool>()) writer.text(" AND " + name + " IS NULL");
      return;
    case FilterOperator::missing_if:
      if (!value->get<bool>()) writer.text(" AND " + name + " IS NOT NULL");
      return;
    case FilterOperator::include_deleted:
      return;
  }
}

void Selection::write_policy(SqlWriter& writer, std::string_view alias) const {
  const auto column = column_of(writer, alias, manifest_->namespace_column);
  if (!policy_->allow.empty()) {
    const char* separator = " AND (";
    for (const auto& pattern : policy_->allow) {
      writer.text(separator);
      write_pattern(writer, column, Pattern(pattern));
      separator = " OR ";
    }
    writer.text(")");
  }
  if (!manifest_->removes) return;
  for (const auto& pattern : policy_->protect) {
    writer.text(" AND NOT ");
    write_itself_or_below(writer, column, Pattern(pattern).base);
  }
}

}  // namespace winnow::tasks
