#include "hosts/cli/flow/inputs.h"

#include <algorithm>

#include "document/nearest.h"
#include "document/pointer.h"
#include "document/utf8.h"
#include "hosts/cli/flow/input_types.h"
#include "hosts/cli/flow/rendering.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

tl::unexpected<Failure> bad_option(const std::string& message) {
  return fail(FailureKind::invalid_parameter, "--input " + message);
}

Outcome<Json> default_of(const Flow& flow, const FlowInput& input, const expression::Scope& scope) {
  const Place place{flow.document, document::pointer_to(input.pointer, "defaults")};
  WINNOW_TRY(const auto value, rendered(input.definition["defaults"], place, scope));
  auto typed = typed_input(input, value);
  if (typed) return typed;
  return mistake(flow.document, place.pointer,
                 "the input '" + input.id + "' " + typed.error().message);
}

Outcome<Json> value_of(const Flow& flow, const FlowInput& input,
                       const std::map<std::string, std::string>& given,
                       const expression::Scope& scope) {
  const auto found = given.find(input.id);
  if (found != given.end()) {
    auto typed = typed_input(input, Json(found->second));
    if (typed) return typed;
    return bad_option(input.id + ": the value " + typed.error().message);
  }
  if (input.definition.contains("defaults")) return default_of(flow, input, scope);
  if (!input.definition.value("required", true)) return Json();
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
    if (!document::is_utf8(assignment)) return bad_option("takes UTF-8 only");
    if (!values.emplace(name, assignment.substr(equals + 1)).second) {
      return bad_option(name + " is given twice");
    }
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
    WINNOW_CHECK(check_input(flow.document, input));
    WINNOW_TRY(values[input.id], value_of(flow, input, given, current));
  }
  return values;
}

}  // namespace winnow::cli
