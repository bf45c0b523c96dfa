// Writes rows as Kestra's JSON documents of a version.
#pragma once

#include <string_view>

#include "document/yaml.h"
#include "tools/sample/facts.h"

namespace winnow::sample {

using document::Json;

// Of 2 to 3 KB.
Json execution_document(const Facts& facts, std::string_view version, Random& random);
Json log_document(const Facts& facts, std::string_view version, Random& random);
Json metric_document(const Facts& facts, std::string_view version, Random& random);
// A log of a trigger: it belongs to no execution.
Json trigger_log_document(const Facts& facts, std::string_view version, Random& random);
Json task_run_document(const Facts& facts, const TaskRunFacts& run, std::string_view version);

// tenantId (if there is one), namespace and flowId, with which most documents begin.
Json flow_fields(const Facts& facts);
// The parts joined by `_`, without a missing tenant, like Kestra's keys.
std::string composed_key(const Facts& facts, std::string_view last);

}  // namespace winnow::sample
