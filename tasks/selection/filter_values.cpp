#include "tasks/selection/filter_values.h"

#include "document/explain.h"
#include "document/pointer.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

struct ReadValues {
  std::vector<std::string> values;
  bool negated = false;
};

tl::unexpected<Failure> refused(const std::string& expected, const Json& found,
                                const std::string& pointer) {
  return fail(FailureKind::invalid_parameter,
              pointer + ": expected " + expected + ", found " + document::described_value(found),
              pointer);
}

// {not: ...} of one would mean everything.
Outcome<void> check_evaluated(const std::string& text, const std::string& pointer) {
  if (!document::NamePattern::is_expression(text)) return {};
  return fail(FailureKind::invalid_parameter,
              pointer + ": \"" + text +
                  "\" is an expression, and those are evaluated in a flow's values alone, by "
                  "Kestra or `winnow run`",
              pointer);
}

Outcome<std::string> read_value(const Json& value, const std::string& pointer) {
  if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
    WINNOW_CHECK(check_evaluated(value.get_ref<const std::string&>(), pointer));
    return value.get<std::string>();
  }
  if (value.is_number_integer() || value.is_boolean()) return value.dump();
  if (value.is_number()) return refused("a string: put the number into quotes", value, pointer);
  return refused("a string that is not empty", value, pointer);
}

Outcome<ReadValues> read_values(const Json& value, const std::string& pointer) {
  ReadValues read;
  if (value.is_object()) {
    if (value.size() != 1 || !value.contains("not") || value["not"].is_object()) {
      return refused("a value, a list of values, or {not: ...} with one of the two", value,
                     pointer);
    }
    WINNOW_TRY(read, read_values(value["not"], document::pointer_to(pointer, "not")));
    read.negated = true;
    return read;
  }
  if (!value.is_array()) {
    WINNOW_TRY(auto only, read_value(value, pointer));
    read.values.push_back(std::move(only));
    return read;
  }
  if (value.empty()) return refused("a list with one value at least", value, pointer);
  for (std::size_t at = 0; at < value.size(); ++at) {
    WINNOW_TRY(auto each, read_value(value[at], document::pointer_to(pointer, at)));
    read.values.push_back(std::move(each));
  }
  return read;
}

}  // namespace

Outcome<void> check_name(const std::string& name, const std::string& pointer) {
  const auto mistake = document::NamePattern::mistake(name);
  if (!mistake) return {};
  const std::string what = document::NamePattern::is_pattern(name) ? "pattern" : "name";
  return fail(FailureKind::invalid_parameter,
              pointer + ": the " + what + " \"" + name + "\" is wrong: " + *mistake, pointer);
}

Outcome<OneOf> read_one_of(OneOf one, const Json& value, const std::string& pointer,
                           Wildcards wildcards) {
  WINNOW_TRY(auto read, read_values(value, pointer));
  one.negated = read.negated;
  for (auto& each : read.values) {
    if (wildcards == Wildcards::read) WINNOW_CHECK(check_name(each, pointer));
    if (wildcards == Wildcards::none || !document::NamePattern::is_pattern(each)) {
      one.values.push_back(std::move(each));
      continue;
    }
    one.patterns.emplace_back(each);
  }
  return one;
}

Outcome<Conjunction> read_labels(const Json& labels, const std::string& pointer) {
  if (!labels.is_object() || labels.empty()) {
    return refused("labels as {key: value}, one at least", labels, pointer);
  }
  Conjunction conditions;
  for (const auto& label : labels.items()) {
    const auto place = document::pointer_to(pointer, label.key());
    WINNOW_CHECK(check_evaluated(label.key(), place));
    WINNOW_TRY(auto read, read_values(label.value(), place));
    conditions.emplace_back(
        HasLabel{.key = label.key(), .values = std::move(read.values), .negated = read.negated});
  }
  return conditions;
}

}  // namespace winnow::tasks
