#include "hosts/cli/flow/inputs.h"

#include "document/nearest.h"
#include "document/pointer.h"
#include "hosts/cli/flow/input_types.h"
#include "hosts/cli/flow/rendering.h"

namespace winnow::cli {
namespace {

tl::unexpected<Failure> bad_option(const std::string& message) {
  return fail(FailureKind::invalid_parameter, "--input " + message);
}

bool is_required(const FlowInput& input) {
  const auto found = input.definition.find("required");
  return found == input.definition.end() || *found != Json(false);
}

bool has_default(const FlowInput& input) {
  const auto found = input.definition.find("defaults");
  return found != input.definition.end() && !found->is_null();
}

Outcome<Json> default_of(const Flow& flow, const FlowInput& input, const expression::Scope& scope) {
  const Place place{flow.document, document::pointer_to(input.pointer, "defaults")};
  const auto value = rendered(input.definition["defaults"], place, scope);
  if (!value) return value;
  auto typed = typed_input(input, *value);
  if (typed) return std::move(*typed);
  return mistake(flow.document, place.pointer, "the input '" + input.id + "' " + typed.error());
}

Outcome<Json> value_of(const Flow& flow, const FlowInput& input,
                       const std::map<std::string, std::string>& given,
                       const expression::Scope& scope) {
  const auto found = given.find(input.id);
  if (found != given.end()) {
    auto typed = typed_input(input, Json(found->second));
    if (typed) return std::move(*typed);
    return bad_option(input.id + ": the value " + typed.error());
  }
  if (has_default(input)) return default_of(flow, input, scope);
  if (!is_required(input)) return Json();
  return mistake(
      flow.document, input.pointer,
      "the input '" + input.id + "' has no value, give it by --input " + input.id + "=...");
}

}  // namespace

Outcome<std::map<std::string, std::string>> read_assignments(
    const std::vector<std::string>& given) {
  std::map<std::string, std::string> values;
  for (const auto& assignment : given) {
    const auto equals = assignment.find('=');
    if (equals == 0 || equals == std::string::npos) return bad_option("needs name=value");
    const std::string name = assignment.substr(0, equals);
    if (!values.emplace(name, assignment.substr(equals + 1)).second)
      return bad_option(name + " is given twice");
  }
  return values;
}

Outcome<Json> resolve_inputs(const Flow& flow, const std::map<std::string, std::string>& given,
                             const expression::Scope& scope) {
  std::vector<std::string> names;
  for (const auto& input : flow.inputs) names.push_back(input.id);
  for (const auto& [name, value] : given) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return bad_option(name + ": the flow has no such input" + document::did_you_mean(name, names));
  }
  expression::Scope current = scope;
  Json& values = current.variables["inputs"] = Json::object();
  for (const auto& input : flow.inputs) {
    if (auto checked = check_input(input); !checked) {
      return mistake(flow.document, document::pointer_to(input.pointer, checked.error().key),
                     checked.error().message);
    }
    auto value = value_of(flow, input, given, current);
    if (!value) return value;
    values[input.id] = std::move(*value);
  }
  return values;
}

}  // namespace winnow::cli
