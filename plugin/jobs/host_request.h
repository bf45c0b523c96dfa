// The JSON that goes to a host's `storage` and delete_files callbacks, and what comes back
// (abi/winnow.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "abi/winnow.h"
#include "document/task_failure.h"
#include "outcome/failure.h"
#include "storage/storage.h"

namespace winnow::plugin {

using document::Json;

struct HostExecution {
  std::string id;
  Json json;  // {"id", "namespace", "flowId", "path"}
};

struct HostRequest {
  const char* action = "remove";  // or "count", "exists"
  std::optional<std::string> tenant = std::nullopt;
  std::optional<std::chrono::milliseconds> time = std::nullopt;  // nothing: as long as it takes
  std::vector<HostExecution> executions = {};
};

// The results of a request's executions, in their order; nothing for those that it left open.
struct HostReply {
  std::vector<std::optional<storage::Removed>> executions = {};
  std::uint64_t other_files = 0;  // deleted, by a host that doesn't say of which execution
  std::optional<bool> exists = std::nullopt;
  std::string problem = {};  // why executions were left open, for a person
};

// Calls the host, on the thread that may do so. May throw std::bad_alloc.
HostReply ask_host(const winnow_host& host, const HostRequest& request);

}  // namespace winnow::plugin
