#include "tests/tasks/selection/filter_world.h"

#include <algorithm>
#include <optional>

namespace winnow::tests {
namespace {

using Strings = std::vector<std::string>;

std::size_t pick(std::mt19937_64& random, std::size_t below) {
  return static_cast<std::size_t>(random() % below);
}

template <class T>
const T& one_of(std::mt19937_64& random, const std::vector<T>& choices) {
  return choices[pick(random, choices.size())];
}

const Strings& label_keys() {
  static const Strings all{"env", "Env", "te\"am", "it's", "x.y"};
  return all;
}

const Strings& label_values() {
  static const Strings all{"prod", "Prod",  "pr%d", "o'ne\"s\\", "\u00e9",
                           "e",    "prod ", "5",    "true"};
  return all;
}

const Strings& triggers() {
  static const Strings all{"daily", "Daily", "d'aily", "dai_ly", "dai%ly", "a.b"};
  return all;
}

const Strings& patterns() {
  static const Strings all{"**",        "*",       "company.**", "company.*", "company.te*",
                           "*.team.**", "**.team", "da*ly",      "dai_*",     "*%*",
                           "o'*.**",    "*ail*",   "load_*",     "COMPANY.**"};
  return all;
}

const Strings& kinds() {
  static const Strings all{"NORMAL", "TEST", "PLAYGROUND", "LOOP"};
  return all;
}

// A value, a list, or {not: ...} of either.
template <class Value>
Json in_some_form(std::mt19937_64& random, const Value& value) {
  Json made = value();
  if (pick(random, 2) == 0) {
    made = Json::array({made});
    for (auto more = pick(random, 3); more > 0; --more) made.push_back(value());
  }
  if (pick(random, 3) == 0) made = {{"not", made}};
  return made;
}

Strings all_of(const Json& value) {
  if (value.is_object()) return all_of(value["not"]);
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array()) return {value.dump()};
  Strings all;
  for (const auto& each : value)
    all.push_back(each.is_string() ? each.get<std::string>() : each.dump());
  return all;
}

template <class Fits>
bool any(const Json& value, const Fits& fits) {
  const auto all = all_of(value);
  return std::any_of(all.begin(), all.end(), fits) != value.is_object();
}

bool labels_fit(const Json& document, const Json& labels) {
  return std::all_of(labels.items().begin(), labels.items().end(), [&](const auto& wanted) {
    return any(wanted.value(), [&](const std::string& value) {
      const auto has = document.value("labels", Json::array());
      return std::any_of(has.begin(), has.end(), [&](const Json& label) {
        return label["key"] == wanted.key() && label["value"] == value;
      });
    });
  });
}

bool trigger_fits(const Json& document, const char* member, const Json& wanted) {
  return any(wanted, [&](const std::string& value) {
    const auto& trigger = document.value("trigger", Json::object());
    return trigger.contains(member) && pattern_fits(value, trigger[member].get<std::string>());
  });
}

bool namespace_fits(const Json& document, const Json& wanted, bool exact) {
  const auto name_space = document["namespace"].get<std::string>();
  return any(wanted, [&](const std::string& value) {
    const bool below = !exact && is_plain(value) && name_space.starts_with(value + ".");
    return below || pattern_fits(value, name_space);
  });
}

}  // namespace

bool pattern_fits(std::string_view pattern, std::string_view name) {
  if (pattern == "**") return true;
  if (pattern.starts_with("**.")) {
    if (pattern_fits(pattern.substr(3), name)) return true;
    const auto dot = name.find('.');
    return dot != name.npos && pattern_fits(pattern, name.substr(dot + 1));
  }
  if (pattern == ".**") return name.empty() || name.front() == '.';
  if (pattern.starts_with(".**.")) {
    if (pattern_fits(pattern.substr(3), name)) return true;
    if (name.empty() || name.front() != '.') return false;
    const auto dot = name.find('.', 1);
    return dot != name.npos && pattern_fits(pattern, name.substr(dot));
  }
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    return pattern_fits(pattern.substr(1), name) ||
           (!name.empty() && name.front() != '.' && pattern_fits(pattern, name.substr(1)));
  }
  return !name.empty() && pattern.front() == name.front() &&
         pattern_fits(pattern.substr(1), name.substr(1));
}

void add_facts(std::mt19937_64& random, Json& document) {
  if (pick(random, 4) != 0) {
    document["labels"] = Json::array();
    for (auto count = pick(random, 4); count > 0; --count) {
      document["labels"].push_back(
          {{"key", one_of(random, label_keys())}, {"value", one_of(random, label_values())}});
    }
  }
  if (pick(random, 2) == 0) document["kind"] = one_of(random, kinds());
  if (pick(random, 2) == 0) {
    document["trigger"] = {{"id", one_of(random, triggers())},
                           {"type", one_of<std::string>(random, {"core.Schedule", "core.Flow"})}};
  }
}

void add_filters(std::mt19937_64& random, const std::vector<Json>& documents, Json& parameters) {
  const auto maybe = [&random] { return pick(random, 6) == 0; };
  const auto of = [&](const char* member) {
    return [&random, &documents, member] {
      const bool pattern = pick(random, 3) == 0 || documents.empty();
      return pattern ? Json(one_of(random, patterns())) : one_of(random, documents)[member];
    };
  };
  if (maybe()) parameters["namespace"] = in_some_form(random, of("namespace"));
  if (maybe()) parameters["flowId"] = in_some_form(random, of("flowId"));
  if (maybe() && !documents.empty()) {
    parameters["executionId"] =
        in_some_form(random, [&] { return one_of(random, documents)["id"]; });
  }
  if (maybe()) {
    for (auto count = 1 + pick(random, 2); count > 0; --count) {
      parameters["labels"][one_of(random, label_keys())] = in_some_form(random, [&] {
        const auto& value = one_of(random, label_values());
        return value == "5" && pick(random, 2) == 0 ? Json(5) : Json(value);
      });
    }
  }
  if (maybe()) {
    parameters["kind"] = in_some_form(random, [&] { return Json(one_of(random, kinds())); });
  }
  const auto trigger = [&] {
    return Json(pick(random, 3) == 0 ? one_of(random, patterns()) : one_of(random, triggers()));
  };
  if (maybe()) parameters["triggerId"] = in_some_form(random, trigger);
  if (maybe()) {
    parameters["triggerType"] = in_some_form(random, [&] {
      return Json(one_of<std::string>(random, {"**.Schedule", "core.Flow", "core.*"}));
    });
  }
}

bool is_plain(const Json& value) {
  return value.is_string() && value.get<std::string>().find('*') == std::string::npos;
}

bool fits_filters(const Json& document, const Json& parameters) {
  const auto given = [&](const char* name) { return parameters.contains(name); };
  if (given("namespace") && !is_plain(parameters["namespace"]) &&
      !namespace_fits(document, parameters["namespace"], given("flowId"))) {
    return false;
  }
  const auto is = [&](const char* member, const Json& wanted) {
    return any(wanted, [&](const std::string& value) { return document[member] == value; });
  };
  if (given("flowId") && !is_plain(parameters["flowId"]) &&
      !any(parameters["flowId"], [&](const std::string& value) {
        return pattern_fits(value, document["flowId"].get<std::string>());
      })) {
    return false;
  }
  if (given("executionId") && !is("id", parameters["executionId"])) return false;
  if (given("labels") && !labels_fit(document, parameters["labels"])) return false;
  if (given("kind") && !any(parameters["kind"], [&](const std::string& value) {
        return document.value("kind", "NORMAL") == value;
      })) {
    return false;
  }
  return (!given("triggerId") || trigger_fits(document, "id", parameters["triggerId"])) &&
         (!given("triggerType") || trigger_fits(document, "type", parameters["triggerType"]));
}

}  // namespace winnow::tests
