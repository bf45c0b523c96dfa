#include "plugin/configuration/retention.h"

#include "document/yaml.h"
#include "outcome/try.h"
#include "plugin/builtin/schemas.h"

namespace winnow::plugin {

// The rules speak first: they know more than the schema, and say it better.
Outcome<tasks::RetentionPolicy> read_retention_file(const std::string& path) {
  WINNOW_TRY(const auto document, document::read_yaml_file(path));
  auto policy = document.value.is_object() ? tasks::read_retention(document.value)
                                           : Outcome<tasks::RetentionPolicy>();
  if (!policy) {
    const auto& wrong = policy.error();
    return fail(FailureKind::configuration, placed(document, wrong.pointer, wrong.message),
                wrong.pointer);
  }
  WINNOW_CHECK(check_against("retention.schema.json", document));
  if (tasks::has_retention(document.value)) return policy;
  return fail(FailureKind::configuration, placed(document, "", "has no rules"));
}

}  // namespace winnow::plugin
