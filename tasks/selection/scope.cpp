#include "tasks/selection/scope.h"

#include <algorithm>
#include <iterator>

#include "document/nearest.h"
#include "document/strings.h"
#include "outcome/try.h"
#include "tasks/selection/filter_values.h"

namespace winnow::tasks {
namespace {

using database::Comparison;

Comparison comparison_of(FilterOperator operation) {
  switch (operation) {
    case FilterOperator::at_or_after:
      return Comparison::at_or_after;
    case FilterOperator::after:
      return Comparison::after;
    case FilterOperator::before:
      return Comparison::before;
    default:
      return Comparison::at_or_before;
  }
}

// The other column that the filter compares with these parameters, or nullptr.
const OtherColumn* instead_of(const Filter& filter, const Json& parameters) {
  if (!filter.instead) return nullptr;
  const bool chosen = given_string(parameters, filter.instead->parameter) == filter.instead->value;
  return chosen ? &*filter.instead : nullptr;
}

tl::unexpected<Failure> unknown_value(const std::string& pointer, const std::string& value,
                                      const std::vector<std::string>& known) {
  return fail(FailureKind::invalid_parameter,
              pointer + ": expected one of " + document::joined(known, ", ") + ", found \"" +
                  value + "\"" + document::did_you_mean(value, known),
              pointer);
}

// Those values that a condition of the scope names for this column.
std::vector<std::string> named_values(const Scope& scope, const MissingIn& missing) {
  std::vector<std::string> named;
  for (const auto& condition : scope.conditions) {
    const auto* any = std::get_if<AnyOf>(&condition);
    if (any == nullptr || any->column != missing.column) continue;
    std::copy_if(any->values.begin(), any->values.end(), std::back_inserter(named),
                 [&](const auto& value) {
                   return std::find(missing.values.begin(), missing.values.end(), value) !=
                          missing.values.end();
                 });
  }
  return named;
}

// A string without wildcards: compared as the database compares it, as Kestra's own tasks do.
bool is_plain_name(const Json& value) {
  return value.is_string() &&
         !document::NamePattern::is_pattern(value.get_ref<const std::string&>());
}

// The namespace of `a.b.**`; empty for other patterns.
std::string base_of(const document::NamePattern& pattern) {
  auto base = pattern.prefix();
  return pattern.text() == base + ".**" ? base : std::string();
}

// Reads the filters of one task.
class ScopeReader {
 public:
  ScopeReader(const Manifest& manifest, const Json& parameters, const Policy& policy)
      : manifest_(manifest), parameters_(parameters), policy_(policy) {}

  Outcome<Scope> read() {
    WINNOW_TRY(scope_.tenant, allowed_tenant(policy_, given_string(parameters_, "tenant")));
    scope_.table = manifest_.table;
    scope_.tenant_column = manifest_.tenant_column;
    scope_.namespace_column = manifest_.namespace_column;
    // As Kestra's own purge takes them (kestra-io/kestra#3961).
    scope_.with_deleted = manifest_.removes;
    scope_.allow = policy_.allow;
    if (manifest_.removes) scope_.protect = policy_.protect;
    for (const auto& parameter : manifest_.parameters) {
      if (!parameter.filter) continue;
      const auto* value = given(parameters_, parameter.name);
      if (value != nullptr) {
        WINNOW_CHECK(add(parameter.name, *parameter.filter, *value));
      } else if (!parameter.filter->when_absent.empty()) {
        scope_.conditions.emplace_back(
            AnyOf{parameter.filter->column, parameter.filter->when_absent});
      }
    }
    return std::move(scope_);
  }

 private:
  Outcome<void> add(const std::string& name, const Filter& filter, const Json& value) {
    auto& conditions = scope_.conditions;
    switch (filter.operation) {
      case FilterOperator::equals:
        conditions.emplace_back(Equals{filter.column, value.get<std::string>()});
        return {};
      case FilterOperator::any_of:
        conditions.emplace_back(AnyOf{filter.column, value.get<std::vector<std::string>>()});
        return {};
      case FilterOperator::one_of:
        return add_one_of(name, filter, value, Wildcards::none);
      case FilterOperator::names:
        if (is_plain_name(value) && filter.document.empty()) {
          WINNOW_CHECK(check_name(value.get<std::string>(), "/" + name));
          conditions.emplace_back(Equals{filter.column, value.get<std::string>()});
          return {};
        }
        return add_one_of(name, filter, value, Wildcards::read);
      case FilterOperator::labels: {
        WINNOW_TRY(auto labels, read_labels(value, "/" + name));
        std::move(labels.begin(), labels.end(), std::back_inserter(conditions));
        return {};
      }
      case FilterOperator::name_space:
        if (is_plain_name(value)) return add_namespace(name, filter, value.get<std::string>());
        return add_namespaces(name, filter, value);
      case FilterOperator::at_or_after:
      case FilterOperator::at_or_before:
      case FilterOperator::after:
      case FilterOperator::before:
        return add_bound(name, filter);
      case FilterOperator::include_deleted:
        scope_.with_deleted = value.get<bool>();
        return {};
      case FilterOperator::present_if:
      case FilterOperator::missing_if:
        if (value.get<bool>()) return {};
        conditions.emplace_back(
            Presence{filter.column, filter.operation == FilterOperator::missing_if});
        return {};
    }
    return {};
  }

  Outcome<void> add_one_of(const std::string& name, const Filter& filter, const Json& value,
                           Wildcards wildcards) {
    const OneOf empty{
        .column = filter.column, .document = filter.document, .when_missing = filter.when_missing};
    WINNOW_TRY(auto one, read_one_of(empty, value, "/" + name, wildcards));
    const auto& known = filter.known_values;
    for (const auto& each : one.values) {
      // Several in one text would exclude nobody.
      if (one.negated && known.empty()) WINNOW_CHECK(check_name(each, "/" + name));
      if (known.empty() || std::find(known.begin(), known.end(), each) != known.end()) continue;
      return unknown_value("/" + name, each, known);
    }
    scope_.conditions.emplace_back(std::move(one));
    return {};
  }

  bool is_exact(const Filter& filter) const {
    return !filter.exact_with.empty() && given(parameters_, filter.exact_with) != nullptr;
  }

  // Each name means all below it too, as a single one does. The policy narrows the rows whatever a
  // pattern means; a name that it keeps from the task is refused.
  Outcome<void> add_namespaces(const std::string& name, const Filter& filter, const Json& value) {
    WINNOW_TRY(auto one,
               read_one_of({.column = filter.column}, value, "/" + name, Wildcards::read));
    auto named = one.values;
    for (const auto& pattern : one.patterns) {
      const auto base = base_of(pattern);
      if (!base.empty()) named.push_back(base);
    }
    for (const auto& each : named) {
      if (one.negated) break;
      WINNOW_CHECK(check_named(name, each));
    }
    if (!is_exact(filter)) {
      for (const auto& each : one.values) one.patterns.emplace_back(each + ".**");
      one.values.clear();
    }
    scope_.conditions.emplace_back(std::move(one));
    return {};
  }

  Outcome<void> check_named(const std::string& name, const std::string& name_space) {
    auto checked = check_namespace(policy_, name_space, manifest_.removes);
    if (!checked) checked.error().pointer = "/" + name;
    return checked;
  }

  Outcome<void> add_namespace(const std::string& name, const Filter& filter,
                              std::string name_space) {
    WINNOW_CHECK(check_name(name_space, "/" + name));
    WINNOW_CHECK(check_named(name, name_space));
    scope_.conditions.emplace_back(
        InNamespace{filter.column, std::move(name_space), is_exact(filter)});
    return {};
  }

  Outcome<void> add_bound(const std::string& name, const Filter& filter) {
    WINNOW_TRY(const auto instant, given_instant(parameters_, name));
    InstantBound bound{.column = filter.column,
                       .document = filter.document,
                       .comparison = comparison_of(filter.operation),
                       .instant = *instant,
                       .implies = filter.implies};
    if (const auto* other = instead_of(filter, parameters_)) {
      bound.column = other->column;
      bound.document = other->document;
      bound.implies.clear();
    }
    scope_.conditions.emplace_back(std::move(bound));
    return {};
  }

  const Manifest& manifest_;
  const Json& parameters_;
  const Policy& policy_;
  Scope scope_;
};

}  // namespace

const InstantBound* looking_back(const Condition& condition, const std::string& column) {
  const auto* bound = std::get_if<InstantBound>(&condition);
  const bool looks_back =
      bound != nullptr && bound->column == column && database::looks_back(bound->comparison);
  return looks_back ? bound : nullptr;
}

const InstantBound* looking_back(const Conjunction& conditions, const std::string& column) {
  for (const auto& condition : conditions) {
    if (const auto* bound = looking_back(condition, column)) return bound;
  }
  return nullptr;
}

const std::string& column_of(const Condition& condition) {
  return std::visit([](const auto& each) -> const std::string& { return each.column; }, condition);
}

Outcome<Scope> read_scope(const Manifest& manifest, const Json& parameters, const Policy& policy) {
  return ScopeReader(manifest, parameters, policy).read();
}

std::vector<std::string> notes_on(const Manifest& manifest, const Json& parameters,
                                  const Scope& scope) {
  std::vector<std::string> notes;
  for (const auto& parameter : manifest.parameters) {
    if (!parameter.filter || given(parameters, parameter.name) == nullptr) continue;
    const auto& filter = *parameter.filter;
    if (!filter.missing_in || instead_of(filter, parameters) != nullptr) continue;
    const auto values = named_values(scope, *filter.missing_in);
    if (values.empty()) continue;
    auto note = document::joined(values, ", ") + ": no row in this state has a value in " +
                filter.column + ", so that " + parameter.name + " selects none of them";
    if (filter.instead) {
      note += "; with " + filter.instead->parameter + ": " + filter.instead->value +
              " it compares " + filter.instead->column;
    }
    notes.push_back(std::move(note));
  }
  return notes;
}

const Json* given(const Json& parameters, std::string_view name) {
  const auto found = parameters.find(std::string(name));
  return found == parameters.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> given_string(const Json& parameters, std::string_view name) {
  const auto* value = given(parameters, name);
  if (value == nullptr) return std::nullopt;
  return value->get<std::string>();
}

Outcome<std::optional<document::Instant>> given_instant(const Json& parameters,
                                                        const std::string& name) {
  const auto text = given_string(parameters, name);
  if (!text) return std::optional<document::Instant>();
  auto instant = document::parse_instant(*text);
  if (!instant) {
    return fail(FailureKind::invalid_parameter, instant.error().message, "/" + name);
  }
  return std::optional(*instant);
}

}  // namespace winnow::tasks
