#include "plugin/configuration/retention.h"

#include "document/yaml.h"
#include "outcome/try.h"
#include "plugin/builtin/schemas.h"

namespace winnow::plugin {

Outcome<tasks::RetentionPolicy> read_retention_file(const std::string& path) {
  WINNOW_TRY(const auto document, document::read_yaml_file(path));
  if (document.value.empty()) {
    return fail(FailureKind::configuration, placed(document, "", "has no rules"));
  }
  auto policy = tasks::read_retention(document.value);
  if (policy) return policy;
  const auto& wrong = policy.error();
  return fail(FailureKind::configuration, placed(document, wrong.pointer, wrong.message),
              wrong.pointer);
}

}  // namespace winnow::plugin
