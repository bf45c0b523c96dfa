#include "tests/tasks/selection/filter_world.h"

#include <algorithm>
#include <optional>

namespace winnow::tests {
namespace {

using Texts = std::vector<std::string>;

std::size_t roll(std::mt19937_64& random, std::size_t below) {
  return static_cast<std::size_t>(random() % below);
}

template <class T>
const T& any_one(std::mt19937_64& random, const std::vector<T>& choices) {
  return choices[roll(random, choices.size())];
}

const Texts& keys_of_labels() {
  static const Texts all{"env", "Env", "te\"am", "it's", "x.y"};
  return all;
}

const Texts& values_of_labels() {
  static const Texts all{"prod", "Prod", "pr%d", "o'ne\"s\\", "\u00e9", "e", "prod ", "5", "true"};
  return all;
}

const Texts& trigger_ids() {
  static const Texts all{"daily", "Daily", "d'aily", "dai_ly", "dai%ly", "a.b"};
  return all;
}

const Texts& wildcards() {
  static const Texts all{"**",        "*",       "company.**", "company.*", "company.te*",
                         "*.team.**", "**.team", "da*ly",      "dai_*",     "*%*",
                         "o'*.**",    "*ail*",   "load_*",     "COMPANY.**"};
  return all;
}

const Texts& all_kinds() {
  static const Texts all{"NORMAL", "TEST", "PLAYGROUND", "LOOP"};
  return all;
}

// A value, a list, or {not: ...} of either.
template <class Value>
Json in_some_form(std::mt19937_64& random, const Value& value) {
  Json made = value();
  if (roll(random, 2) == 0) {
    made = Json::array({made});
    for (auto more = roll(random, 3); more > 0; --more) made.push_back(value());
  }
  if (roll(random, 3) == 0) made = {{"not", made}};
  return made;
}

Texts values_in(const Json& value) {
  if (value.is_object()) return values_in(value["not"]);
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array()) return {value.dump()};
  Texts all;
  for (const auto& each : value)
    all.push_back(each.is_string() ? each.get<std::string>() : each.dump());
  return all;
}

template <class Fits>
bool any_fits(const Json& value, const Fits& fits) {
  const auto all = values_in(value);
  return std::any_of(all.begin(), all.end(), fits) != value.is_object();
}

bool labels_fit(const Json& document, const Json& labels) {
  return std::all_of(labels.items().begin(), labels.items().end(), [&](const auto& wanted) {
    return any_fits(wanted.value(), [&](const std::string& value) {
      const auto has = document.value("labels", Json::array());
      return std::any_of(has.begin(), has.end(), [&](const Json& label) {
        return label["key"] == wanted.key() && label["value"] == value;
      });
    });
  });
}

bool trigger_fits(const Json& document, const char* member, const Json& wanted) {
  return any_fits(wanted, [&](const std::string& value) {
    const auto& trigger = document.value("trigger", Json::object());
    return trigger.contains(member) && pattern_fits(value, trigger[member].get<std::string>());
  });
}

bool namespaces_fit(const Json& document, const Json& wanted, bool exact) {
  const auto name_space = document["namespace"].get<std::string>();
  return any_fits(wanted, [&](const std::string& value) {
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
  if (roll(random, 4) != 0) {
    document["labels"] = Json::array();
    for (auto count = roll(random, 4); count > 0; --count) {
      document["labels"].push_back({{"key", any_one(random, keys_of_labels())},
                                    {"value", any_one(random, values_of_labels())}});
    }
  }
  if (roll(random, 2) == 0) document["kind"] = any_one(random, all_kinds());
  if (roll(random, 2) == 0) {
    document["trigger"] = {{"id", any_one(random, trigger_ids())},
                           {"type", any_one<std::string>(random, {"core.Schedule", "core.Flow"})}};
  }
}

void add_filters(std::mt19937_64& random, const std::vector<Json>& documents, Json& parameters) {
  const auto maybe = [&random] { return roll(random, 6) == 0; };
  const auto of = [&](const char* member) {
    return [&random, &documents, member] {
      const bool pattern = roll(random, 3) == 0 || documents.empty();
      return pattern ? Json(any_one(random, wildcards())) : any_one(random, documents)[member];
    };
  };
  if (maybe()) parameters["namespace"] = in_some_form(random, of("namespace"));
  if (maybe()) parameters["flowId"] = in_some_form(random, of("flowId"));
  if (maybe() && !documents.empty()) {
    parameters["executionId"] =
        in_some_form(random, [&] { return any_one(random, documents)["id"]; });
  }
  if (maybe()) {
    for (auto count = 1 + roll(random, 2); count > 0; --count) {
      parameters["labels"][any_one(random, keys_of_labels())] = in_some_form(random, [&] {
        const auto& value = any_one(random, values_of_labels());
        return value == "5" && roll(random, 2) == 0 ? Json(5) : Json(value);
      });
    }
  }
  if (maybe()) {
    parameters["kind"] = in_some_form(random, [&] { return Json(any_one(random, all_kinds())); });
  }
  const auto trigger = [&] {
    return Json(roll(random, 3) == 0 ? any_one(random, wildcards())
                                     : any_one(random, trigger_ids()));
  };
  if (maybe()) parameters["triggerId"] = in_some_form(random, trigger);
  if (maybe()) {
    parameters["triggerType"] = in_some_form(random, [&] {
      return Json(any_one<std::string>(random, {"**.Schedule", "core.Flow", "core.*"}));
    });
  }
}

bool is_plain(const Json& value) {
  return value.is_string() && value.get<std::string>().find('*') == std::string::npos;
}

bool fits_filters(const Json& document, const Json& parameters) {
  const auto given = [&](const char* name) { return parameters.contains(name); };
  if (given("namespace") && !is_plain(parameters["namespace"]) &&
      !namespaces_fit(document, parameters["namespace"], given("flowId"))) {
    return false;
  }
  const auto is = [&](const char* member, const Json& wanted) {
    return any_fits(wanted, [&](const std::string& value) { return document[member] == value; });
  };
  if (given("flowId") && !is_plain(parameters["flowId"]) &&
      !any_fits(parameters["flowId"], [&](const std::string& value) {
        return pattern_fits(value, document["flowId"].get<std::string>());
      })) {
    return false;
  }
  if (given("executionId") && !is("id", parameters["executionId"])) return false;
  if (given("labels") && !labels_fit(document, parameters["labels"])) return false;
  if (given("kind") && !any_fits(parameters["kind"], [&](const std::string& value) {
        return document.value("kind", "NORMAL") == value;
      })) {
    return false;
  }
  return (!given("triggerId") || trigger_fits(document, "id", parameters["triggerId"])) &&
         (!given("triggerType") || trigger_fits(document, "type", parameters["triggerType"]));
}

}  // namespace winnow::tests
