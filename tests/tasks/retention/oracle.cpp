#include "tests/tasks/retention/oracle.h"

#include <algorithm>
#include <map>
#include <vector>

#include "document/duration.h"

namespace winnow::tests {
namespace {

using document::Instant;

std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words(1);
  for (const char letter : name) {
    if (letter == '.') {
      words.emplace_back();
    } else {
      words.back() += letter;
    }
  }
  return words;
}

bool word_fits(const std::string& pattern, const std::string& word, std::size_t p = 0,
               std::size_t w = 0) {
  if (p == pattern.size()) return w == word.size();
  if (pattern[p] == '*') {
    for (std::size_t skip = w; skip <= word.size(); ++skip) {
      if (word_fits(pattern, word, p + 1, skip)) return true;
    }
    return false;
  }
  return w < word.size() && pattern[p] == word[w] && word_fits(pattern, word, p + 1, w + 1);
}

bool words_fit(const std::vector<std::string>& pattern, const std::vector<std::string>& name,
               std::size_t p = 0, std::size_t n = 0) {
  if (p == pattern.size()) return n == name.size();
  if (pattern[p] == "**") {
    for (std::size_t skip = n; skip <= name.size(); ++skip) {
      if (words_fit(pattern, name, p + 1, skip)) return true;
    }
    return false;
  }
  return n < name.size() && word_fits(pattern[p], name[n]) &&
         words_fit(pattern, name, p + 1, n + 1);
}

enum class As { pattern, plain };

bool fits(const Json& wanted, const std::optional<std::string>& value, As as) {
  if (wanted.is_object()) return !fits(wanted["not"], value, as);
  if (wanted.is_array()) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const Json& each) { return fits(each, value, as); });
  }
  if (!value) return false;
  const auto text = wanted.get<std::string>();
  return as == As::pattern ? words_fit(words_of(text), words_of(*value)) : text == *value;
}

std::optional<std::string> text_at(const Json& document, const char* name) {
  if (!document.contains(name)) return std::nullopt;
  return document[name].get<std::string>();
}

bool label_fits(const Json& execution, const std::string& key, const Json& wanted) {
  if (wanted.is_object()) return !label_fits(execution, key, wanted["not"]);
  for (const auto& label : execution.value("labels", Json::array())) {
    if (label["key"] == key && fits(wanted, label["value"].get<std::string>(), As::plain)) {
      return true;
    }
  }
  return false;
}

bool matches(const Json& match, const Json& document, const std::string& tenant) {
  for (const auto& entry : match.items()) {
    const auto& key = entry.key();
    const auto& wanted = entry.value();
    bool fit = true;
    if (key == "tenant") {
      fit = fits(wanted, tenant.empty() ? std::nullopt : std::optional(tenant), As::pattern);
    } else if (key == "namespace" || key == "flowId") {
      fit = fits(wanted, text_at(document, key.c_str()), As::pattern);
    } else if (key == "states") {
      fit = fits(wanted, document["state"]["current"].get<std::string>(), As::plain);
    } else if (key == "kind") {
      fit = fits(wanted, text_at(document, "kind").value_or("NORMAL"), As::plain);
    } else if (key == "trigger") {
      fit = fits(wanted, text_at(document.value("trigger", Json::object()), "id"), As::plain);
    } else if (key == "levels") {
      fit = fits(wanted, text_at(document, "level"), As::plain);
    } else {
      for (const auto& label : wanted.items()) {
        fit = fit && label_fits(document, label.key(), label.value());
      }
    }
    if (!fit) return false;
  }
  return true;
}

bool is_terminal(const std::string& state) {
  static const std::set<std::string> terminal{"SUCCESS",   "WARNING", "FAILED",  "KILLED",
                                              "CANCELLED", "RETRIED", "SKIPPED", "RESUBMITTED"};
  return terminal.contains(state);
}

std::optional<Instant> instant_at(const Json& document, const char* name) {
  if (!document.contains(name)) return std::nullopt;
  return *document::parse_instant(document[name].get<std::string>());
}

const Json* rule_at(const std::optional<std::string>& pointer, const Moment& moment) {
  return pointer ? &moment.policy.at(Json::json_pointer(*pointer)) : nullptr;
}

// Whether the rule that decides may remove it at all, whatever its age.
bool is_removable(const Json& rule, const Json& execution) {
  if (rule["keep"] == "forever") return false;
  const std::string state = execution["state"]["current"];
  const auto& match = rule.value("match", Json::object());
  const bool named = match.contains("states") && !match["states"].is_object();
  return named || is_terminal(state);
}

std::optional<Instant> counted_from(const Json& rule, const Json& execution) {
  const bool start = rule["keep"].value("from", "END") == "START";
  return instant_at(execution["state"], start ? "startDate" : "endDate");
}

bool is_old(const Json& keep, Instant date, Instant now) {
  if (!keep.contains("age")) return date <= now;
  return date <= now - *document::parse_duration(keep["age"].get<std::string>());
}

}  // namespace

std::optional<std::string> deciding_rule(const Json& execution, const Moment& moment) {
  const auto& rules = moment.policy.value("rules", Json::array());
  for (std::size_t at = 0; at < rules.size(); ++at) {
    if (matches(rules[at]["match"], execution, moment.tenant)) {
      return "/rules/" + std::to_string(at);
    }
  }
  if (moment.policy.contains("otherwise")) return "/otherwise";
  return std::nullopt;
}

std::set<std::string> executions_that_go(const Json& executions, const Moment& moment) {
  using Group = std::pair<std::string, std::string>;  // rule, flow
  std::map<Group, std::vector<std::pair<Instant, std::string>>> newest;
  std::set<std::string> going;
  for (const auto& execution : executions) {
    if (execution.value("tenantId", "") != moment.tenant) continue;
    const auto pointer = deciding_rule(execution, moment);
    const auto* rule = rule_at(pointer, moment);
    if (rule == nullptr || !is_removable(*rule, execution)) continue;
    const auto date = counted_from(*rule, execution);
    if (!date) continue;
    const std::string id = execution["id"];
    if (is_old((*rule)["keep"], *date, moment.now)) going.insert(id);
    const auto flow =
        execution["namespace"].get<std::string>() + "\n" + execution["flowId"].get<std::string>();
    if ((*rule)["keep"].contains("last") && !execution["deleted"].get<bool>()) {
      newest[{*pointer, flow}].emplace_back(*date, id);
    }
  }
  for (auto& [group, dated] : newest) {
    std::sort(dated.rbegin(), dated.rend());
    const auto last = (*rule_at(group.first, moment))["keep"]["last"].get<std::size_t>();
    for (std::size_t at = 0; at < std::min(last, dated.size()); ++at) going.erase(dated[at].second);
  }
  return going;
}

bool row_goes(const Json& row, const char* kind, const Moment& moment) {
  const auto& value = row["value"];
  if (value.value("tenantId", "") != moment.tenant) return false;
  const auto rules = moment.policy.value(kind, Json::array());
  const auto first = std::find_if(rules.begin(), rules.end(), [&](const Json& rule) {
    return matches(rule["match"], value, moment.tenant);
  });
  if (first == rules.end() || (*first)["keep"] == "forever") return false;
  if (!is_old((*first)["keep"], *instant_at(value, "timestamp"), moment.now)) return false;
  // A hold is only by namespace and flow if logs and metrics are deleted.
  const auto holds = moment.policy.value("rules", Json::array());
  return std::none_of(holds.begin(), holds.end(), [&](const Json& rule) {
    return rule["keep"] == "forever" && matches(rule["match"], value, moment.tenant);
  });
}

}  // namespace winnow::tests
