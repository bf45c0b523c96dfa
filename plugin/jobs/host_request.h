// The JSON for a host's `storage` and delete_files callbacks, and their replies (abi/winnow.h).
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
  std::vector<HostExecution> executions = {};
};

// The results of a request's executions, in order; nothing for those without a result.
struct HostReply {
  std::vector<std::optional<storage::Removed>> executions = {};
  std::uint64_t other_files = 0;  // deleted, by a host that doesn't report executions
  std::optional<bool> exists = std::nullopt;
  std::string problem = {};  // why executions have no result, for a person
};

// The return values of the callback.
struct HostResponse {
  std::int32_t status = 0;
  std::string text = {};
  std::uint64_t deleted = 0;  // by delete_files
};

// The request as it goes to the host, but for the time that it has. Made, and its response read, on
// any thread, so that the one that may call the host is soon free to do so again.
std::string request_text(const winnow_host& host, const HostRequest& request);
HostReply read_response(const winnow_host& host, const HostRequest& request,
                        const HostResponse& response);

// Calls the host, on the thread that may do so. Without a time there is no limit. May throw
// std::bad_alloc.
HostResponse call_storage(const winnow_host& host, std::string text,
                          std::optional<std::chrono::milliseconds> time);

}  // namespace winnow::plugin
