#include "storage/s3/deletion.h"

#include <algorithm>
#include <utility>

#include "document/utf8.h"

namespace winnow::storage::s3 {
namespace {

constexpr std::size_t kGroup = 64;  // executions of one cursor at least; cursors go on side by side
constexpr std::size_t kFullPage = 1'000;  // keys, S3's own limit
constexpr std::size_t kPagePays = 4;      // executions that a full wide page has to bring
// Of an execution, on a first page: most have few files, and what lies between costs as much.
constexpr std::size_t kKeysExpected = 4;

// As many cursors as there may be requests at a time, where each has enough to do.
std::size_t group_size(std::size_t executions, int requests) {
  const auto cursors = static_cast<std::size_t>(std::max(1, requests));
  return std::max(kGroup, (executions + cursors - 1) / cursors);
}

// Executions that a page of so many keys has to bring.
std::size_t worth(std::size_t keys) {
  return std::max<std::size_t>(1, kPagePays * keys / kFullPage);
}

// Ascending, and all of them after `after`.
bool in_order(const Page& page, const std::string& after) {
  const std::string* before = &after;
  for (const auto& object : page.objects) {
    if (object.key <= *before) return false;
    before = &object.key;
  }
  return true;
}

// The next page can't begin behind a key of which nobody knows how it is spelt.
bool has_uncertain_keys(const Page& page) {
  return std::ranges::any_of(page.objects,
                             [](const auto& object) { return !object.if_encoded.empty(); });
}

bool has_dot_segment(std::string_view key) {
  const std::string path = "/" + std::string(key) + "/";
  return path.find("/./") != std::string::npos || path.find("/../") != std::string::npos;
}

// Whether the key may be an encoded one of the execution's. A name that just looks like that
// (`50%df`) may become one which no server takes, or which leads elsewhere on a server that keeps
// files.
bool may_be_encoded(const ListedObject& object, const std::string& prefix) {
  const auto& name = object.if_encoded;
  const bool has_control = std::ranges::any_of(
      name, [](char letter) { return static_cast<unsigned char>(letter) < ' '; });
  return name.starts_with(prefix) && document::is_utf8(name) && !has_control &&
         !has_dot_segment(name);
}

}  // namespace

Deletion::Deletion(Action action, const S3Settings& settings, HttpClient& client,
                   ServerLimits& limits, std::vector<ExecutionPrefix> executions,
                   std::vector<Removed> results)
    : action_(action),
      settings_(settings),
      client_(client),
      deleter_(
          settings, client, limits,
          {.deleted = [this](const OwnedObject& object, bool existed) { deleted(object, existed); },
           .failed = [this](ExecutionPrefix& execution,
                            Failure failure) { fail_execution(execution, std::move(failure)); }}),
      results_(std::move(results)) {
  const auto most = group_size(executions.size(), settings.requests);
  for (auto& group : grouped(std::move(executions), most)) {
    auto cursor = std::make_unique<PrefixCursor>();
    cursor->wide = group.executions.size() >= kPagePays && !settings.versions;
    cursor->group = std::move(group);
    cursors_.push_back(std::move(cursor));
  }
  listing_ = cursors_.size();
}

std::vector<Removed> Deletion::run(const Cancellation& cancellation, const Deadlines& deadlines) {
  for (auto& cursor : cursors_) send_for_page(*cursor);
  const auto end = client_.run(cancellation, deadlines);
  for (const auto& cursor : cursors_) {
    for (const auto& execution : cursor->group.executions) {
      auto& result = results_[execution.place];
      if (result.failure || (execution.listed && execution.pending == 0)) continue;
      if (end == RunEnd::time_up) {
        result.unfinished = true;
        result.trouble = client_.trouble();
      }
      if (end == RunEnd::failed) result.failure = client_.failure();
      if (end == RunEnd::cancelled) result.failure = cancelled_failure();
    }
  }
  return std::move(results_);
}

void Deletion::send_for_page(PrefixCursor& cursor) {
  client_.send(
      page_request(cursor),
      [this, &cursor](const Response& response, bool last) {
        return take_page(cursor, response, last);
      },
      HttpClient::Priority::in_turn);
}

Request Deletion::page_request(PrefixCursor& cursor) const {
  const std::string& prefix = cursor.group.executions[cursor.at].prefix;
  Request request;
  request.query = {{"encoding-type", "url"}};
  if (settings_.versions) {
    request.query["versions"] = "";
    request.query["prefix"] = prefix;
    if (!cursor.token.empty()) request.query["key-marker"] = cursor.token;
    if (!cursor.version.empty()) request.query["version-id-marker"] = cursor.version;
    return request;
  }
  request.query["list-type"] = "2";
  if (cursor.wide) {
    // Just before the folder's own marker, which is a key too.
    if (!cursor.begun) cursor.after = prefix.substr(0, prefix.size() - 1);
    request.query["prefix"] = cursor.group.parent;
    request.query["start-after"] = cursor.after;
    const auto left = cursor.group.executions.size() - cursor.at;
    cursor.asked =
        cursor.asked == 0 ? std::clamp(kKeysExpected * left, kGroup, kFullPage) : kFullPage;
    request.query["max-keys"] = std::to_string(cursor.asked);
  } else {
    request.query["prefix"] = prefix;
    if (!cursor.token.empty()) {
      request.query["continuation-token"] = cursor.token;
    } else if (cursor.begun) {
      request.query["start-after"] = cursor.after;
    }
  }
  return request;
}

Handled Deletion::take_page(PrefixCursor& cursor, const Response& response, bool last) {
  if (response.status != 200) {
    take_refusal(cursor, response);
    return Handled::done;
  }
  const auto page = settings_.versions ? read_versions(response.body) : read_page(response.body);
  if (!page) {
    if (last) client_.stop(response_failure(settings_, "use the listing", response));
    return Handled::retry;
  }
  if (cursor.wide) {
    take_wide(cursor, *page);
  } else {
    take_narrow(cursor, *page);
  }
  if (cursor.at < cursor.group.executions.size()) {
    send_for_page(cursor);
  } else {
    end(cursor);
  }
  return Handled::done;
}

void Deletion::take_refusal(PrefixCursor& cursor, const Response& response) {
  const auto failure = response_failure(settings_, "list " + cursor.group.parent, response);
  if (is_of_the_whole(response)) return client_.stop(failure);
  auto& executions = cursor.group.executions;
  for (std::size_t i = cursor.at; i < executions.size(); ++i) {
    fail_execution(executions[i], failure);
  }
  end(cursor);
}

void Deletion::take_wide(PrefixCursor& cursor, const Page& page) {
  auto& executions = cursor.group.executions;
  if (has_uncertain_keys(page)) {
    cursor.wide = false;
    return;
  }
  if (!in_order(page, cursor.after)) {
    // Keys that were taken would be met again, and be counted twice.
    if (cursor.begun) {
      const auto& execution = executions[cursor.at];
      fail_execution(execution, object_failure(settings_, execution.prefix,
                                               "the server does not list its keys in their order"));
      listed(cursor);
    }
    cursor.wide = false;
    return;
  }
  const std::size_t from = cursor.at;
  for (const auto& object : page.objects) {
    while (cursor.at < executions.size() && object.key > executions[cursor.at].prefix &&
           !object.key.starts_with(executions[cursor.at].prefix)) {
      listed(cursor);
    }
    if (cursor.at == executions.size()) return;
    if (!object.key.starts_with(executions[cursor.at].prefix)) continue;
    cursor.begun = true;
    take_object(executions[cursor.at], object);
  }
  if (!page.objects.empty()) cursor.after = page.objects.back().key;
  if (page.next.empty()) {
    while (cursor.at < executions.size()) listed(cursor);
  } else if (page.objects.empty() || (cursor.at - from < worth(cursor.asked) && !cursor.begun)) {
    cursor.wide = false;  // no key to go on from, or a page that brought too little
  }
}

void Deletion::take_narrow(PrefixCursor& cursor, const Page& page) {
  ExecutionPrefix& execution = cursor.group.executions[cursor.at];
  for (const auto& object : page.objects) {
    if (object.key.starts_with(execution.prefix)) take_object(execution, object);
  }
  cursor.token = page.next;
  cursor.version = page.next_version;
  if (cursor.token.empty()) listed(cursor);
}

// The execution at `at` is known to its end.
void Deletion::listed(PrefixCursor& cursor) {
  cursor.group.executions[cursor.at].listed = true;
  ++cursor.at;
  cursor.begun = false;
}

void Deletion::end(PrefixCursor& cursor) {
  cursor.at = cursor.group.executions.size();
  if (--listing_ == 0) deleter_.flush();
}

void Deletion::take_object(ExecutionPrefix& execution, const ListedObject& object) {
  const bool is_file = object.is_file && !is_marker(object.key);
  if (action_ == Action::count) {
    if (is_file) ++results_[execution.place].files;
    return;
  }
  // The server would say that an object of this name is gone: there was none.
  if (!object.is_spelt) {
    return fail_execution(execution,
                          object_failure(settings_, object.key,
                                         "its name has a character that this server can't spell "
                                         "in a listing: remove the object by hand"));
  }
  ++execution.pending;
  deleter_.add({.name = {.key = object.key, .version = object.version},
                .execution = &execution,
                .is_file = is_file});
  // A server that deletes an object which is not there says that it is gone, so that nobody would
  // notice which of the two names it has. Both are the execution's.
  if (!may_be_encoded(object, execution.prefix)) return;
  ++execution.pending;
  deleter_.add({.name = {.key = object.if_encoded}, .execution = &execution, .is_file = false});
}

void Deletion::deleted(const OwnedObject& object, bool existed) {
  --object.execution->pending;
  if (existed && object.is_file) ++results_[object.execution->place].files;
}

// An execution may have two prefixes: the first failure stays.
void Deletion::fail_execution(const ExecutionPrefix& execution, Failure failure) {
  auto& kept = results_[execution.place].failure;
  if (!kept) kept = std::move(failure);
}

}  // namespace winnow::storage::s3
