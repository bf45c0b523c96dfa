#include "hosts/cli/flow/scope.h"

#include <random>
#include <string_view>
#include <unistd.h>

#include "document/strings.h"
#include "document/utf8.h"

namespace winnow::cli {
namespace {

constexpr std::string_view kPrefix = "ENV_";  // Kestra's own, kestra.variables.env-vars-prefix

// Only variables that are meant for flows: the rest of the environment may hold secrets.
Json variables_for_flows() {
  Json variables = Json::object();
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    const auto name = document::lower(text.substr(kPrefix.size(), equals - kPrefix.size()));
    const auto value = text.substr(equals + 1);
    if (document::is_utf8(text)) variables[name] = std::string(value);
  }
  return variables;
}

std::string random_id() {
  constexpr std::string_view kLetters =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::random_device source;
  std::uniform_int_distribution<std::size_t> choose(0, kLetters.size() - 1);
  std::string id;
  for (int i = 0; i < 22; ++i) id += kLetters[choose(source)];
  return id;
}

}  // namespace

expression::Scope initial_scope(const Flow& flow) {
  expression::Scope scope;
  scope.now = document::now();
  scope.variables["flow"] = Json{{"id", flow.id}, {"namespace", flow.name_space}};
  scope.variables["vars"] = flow.variables;
  scope.variables["execution"] =
      Json{{"id", random_id()}, {"startDate", document::to_text(scope.now)}};
  scope.variables["envs"] = variables_for_flows();
  scope.variables["inputs"] = Json::object();
  return scope;
}

}  // namespace winnow::cli
