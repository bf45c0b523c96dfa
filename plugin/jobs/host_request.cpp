#include "plugin/jobs/host_request.h"

#include <algorithm>
#include <map>
#include <utility>

#include "document/json.h"
#include "document/json_text.h"

namespace winnow::plugin {
namespace {

// More files than any storage has, and few enough to be added up.
constexpr std::uint64_t kMostFiles = 1'000'000'000'000;

// The response of a host of ABI 1.0: one number and one status for all.
HostReply read_delete_files(const HostRequest& request, const HostResponse& response) {
  HostReply reply{.executions = {request.executions.size(), std::nullopt},
                  .other_files = std::min(response.deleted, kMostFiles)};
  if (response.status == 0) {
    for (auto& execution : reply.executions) execution = storage::Removed{};
  } else {
    reply.problem = "its delete_files returned " + std::to_string(response.status) +
                    "; look at the host's own log";
  }
  return reply;
}

// Where the host's reply is written to.
struct Sink {
  std::string text;
  bool out_of_memory = false;

  static void write(void* sink, const char* text, std::size_t length) noexcept {
    auto& self = *static_cast<Sink*>(sink);
    try {
      self.text.assign(text == nullptr ? "" : text, text == nullptr ? 0 : length);
    } catch (...) {
      self.out_of_memory = true;
    }
  }
};

bool is_count(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return false;
  const auto count = found->get<std::int64_t>();
  return count >= 0 && std::cmp_less_equal(count, kMostFiles);
}

// Nothing where the entry is not of the form that abi/winnow.h asks for.
std::optional<storage::Removed> removed_of(const Json& entry) {
  if (!is_count(entry, "files")) return std::nullopt;
  storage::Removed removed{.files = entry["files"].get<std::uint64_t>()};
  if (const auto error = entry.find("error"); error != entry.end() && !error->is_null()) {
    removed.failure = Failure{
        .kind = FailureKind::storage,
        .message = error->is_string() ? error->get<std::string>() : document::json_line(*error)};
  } else if (const auto open = entry.find("unfinished"); open != entry.end() && !open->is_null()) {
    // What is neither yes nor no must not pass for done.
    if (!open->is_boolean()) return std::nullopt;
    removed.unfinished = open->get<bool>();
  }
  return removed;
}

// An execution that was named twice by the host keeps its first result.
void take_executions(const Json& json, const HostRequest& request, HostReply& reply) {
  const auto list = json.find("executions");
  if (list == json.end() || !list->is_array()) return;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < request.executions.size(); ++i) {
    places.emplace(request.executions[i].id, i);
  }
  for (const auto& entry : *list) {
    const auto id = entry.is_object() ? entry.find("id") : entry.end();
    if (id == entry.end() || !id->is_string()) continue;
    const auto place = places.find(id->get<std::string>());
    if (place == places.end() || reply.executions[place->second]) continue;
    reply.executions[place->second] = removed_of(entry);
  }
}

HostReply read_storage(const HostRequest& request, const HostResponse& response) {
  HostReply reply{.executions = {request.executions.size(), std::nullopt}};
  if (response.status != 0) {
    reply.problem = "its `storage` callback returned " + std::to_string(response.status) +
                    "; look at the host's own log";
    return reply;
  }
  const auto document = document::parse_json(response.text, "the host's reply");
  if (!document || !document->value.is_object()) {
    reply.problem = "the reply of its `storage` callback can't be read" +
                    (document ? "" : ": " + document.error().message);
    return reply;
  }
  take_executions(document->value, request, reply);
  if (const auto exists = document->value.find("exists");
      exists != document->value.end() && exists->is_boolean()) {
    reply.exists = exists->get<bool>();
  }
  const auto error = document->value.find("error");
  reply.problem = error != document->value.end() && error->is_string()
                      ? error->get<std::string>()
                      : "the reply of its `storage` callback doesn't say what became of it";
  return reply;
}

}  // namespace

std::string request_text(const winnow_host& host, const HostRequest& request) {
  const bool is_delete_files = host.storage == nullptr;
  Json json = Json::object();
  if (!is_delete_files) json["action"] = request.action;
  json["tenant"] = request.tenant ? Json(*request.tenant) : Json();
  if (is_delete_files) json["dryRun"] = std::string_view(request.action) == "count";
  for (const auto& execution : request.executions) json["executions"].push_back(execution.json);
  return document::json_line(json);
}

HostReply read_response(const winnow_host& host, const HostRequest& request,
                        const HostResponse& response) {
  return host.storage == nullptr ? read_delete_files(request, response)
                                 : read_storage(request, response);
}

HostResponse call_storage(const winnow_host& host, std::string text,
                          std::optional<std::chrono::milliseconds> time) {
  HostResponse response;
  if (host.storage == nullptr) {
    response.status = host.delete_files(host.context, text.data(), text.size(), &response.deleted);
    return response;
  }
  if (time) text.insert(1, "\"milliseconds\":" + std::to_string(time->count()) + ",");
  Sink sink;
  winnow_reply out{.size = sizeof out, .reserved = 0, .sink = &sink, .write = Sink::write};
  response.status = host.storage(host.context, text.data(), text.size(), &out);
  if (sink.out_of_memory) throw std::bad_alloc();
  response.text = std::move(sink.text);
  return response;
}

}  // namespace winnow::plugin
