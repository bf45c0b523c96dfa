#include "storage/s3/object_deleter.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "document/utf8.h"

namespace winnow::storage::s3 {
namespace {

constexpr std::size_t kMostObjects = 1'000;  // of one DeleteObjects, S3's own limit
constexpr int kRounds = 5;                   // of objects that the server was too busy for

// The server does not take the request's form; a simpler one may do. The bucket itself is there: it
// was listed.
bool is_of_the_form(long status) {
  return status == 400 || status == 404 || status == 405 || status == 411 || status == 413 ||
         status == 415 || status == 501;
}

// A 404 of a proxy, or of a server that knows no deletions, says nothing of the object.
bool is_gone(std::string_view code) {
  return code == "NoSuchKey" || code == "NoSuchVersion";
}

std::string code_of(const Response& response) {
  const auto error = read_error(response.body);
  return error ? error->code : "";
}

// A server that signs another set of headers than it was sent: its credentials served the listing.
bool refuses_headers(const Response& response) {
  return response.status == 403 && code_of(response) == "SignatureDoesNotMatch";
}

}  // namespace

bool is_of_the_whole(const Response& response) {
  if (response.status == 301 || response.status == 307 || response.status == 401) return true;
  static constexpr std::array<std::string_view, 10> kCodes{
      "NoSuchBucket",         "InvalidAccessKeyId", "SignatureDoesNotMatch",
      "ExpiredToken",         "InvalidToken",       "TokenRefreshRequired",
      "RequestTimeTooSkewed", "PermanentRedirect",  "AuthorizationHeaderMalformed",
      "InvalidBucketName"};
  return std::find(kCodes.begin(), kCodes.end(), code_of(response)) != kCodes.end();
}

Failure object_failure(const S3Settings& settings, const std::string& key, const std::string& why) {
  return Failure{.kind = FailureKind::storage,
                 .message = "can't delete " + document::printable(key) + " in bucket " +
                            document::printable(settings.bucket) + ": " + why};
}

void ObjectDeleter::add(OwnedObject object) {
  if (limits_.no_batches || !fits_xml(object.name.key)) return send_single(std::move(object));
  queue_.push_back(std::move(object));
  if (queue_.size() == kMostObjects) flush();
}

void ObjectDeleter::flush() {
  if (queue_.empty()) return;
  const auto form = limits_.no_checksum_header ? Form::plain : Form::with_checksum;
  send_batch(std::make_shared<std::vector<OwnedObject>>(std::exchange(queue_, {})), form, 0, {});
}

// Before further listings, so that what is listed does not pile up.
void ObjectDeleter::send_batch(const Objects& objects, Form form, int round, std::string reason) {
  std::vector<ObjectName> names;
  names.reserve(objects->size());
  for (const auto& object : *objects) names.push_back(object.name);
  Request request{.method = "POST",
                  .query = {{"delete", ""}},
                  .body = write_deletion(names),
                  .checksum = form == Form::with_checksum};
  ResponseHandler handler = [this, objects, form, round](const Response& response, bool last) {
    return take_batch(objects, form, round, response, last);
  };
  if (round == 0) {
    client_.send(std::move(request), std::move(handler), HttpClient::Priority::first);
  } else {
    client_.send_later(std::move(request), std::move(handler), round, std::move(reason));
  }
}

Handled ObjectDeleter::take_batch(const Objects& objects, Form form, int round,
                                  const Response& response, bool last) {
  if (response.status == 200) {
    if (form == Form::plain) limits_.no_checksum_header = true;
    return take_result(objects, round, response, last);
  }
  const bool is_headers = form == Form::with_checksum && refuses_headers(response);
  if (!is_headers && is_of_the_whole(response)) {
    client_.stop(response_failure(settings_, "delete objects", response));
  } else if (!is_headers && !is_of_the_form(response.status)) {
    std::set<ExecutionPrefix*> executions;
    for (const auto& object : *objects) executions.insert(object.execution);
    for (auto* execution : executions) {
      listener_.failed(*execution, response_failure(settings_, "delete objects", response));
    }
  } else if (form == Form::with_checksum) {
    send_batch(objects, Form::plain, 0, {});
  } else {
    for (auto& object : *objects) send_single(std::move(object));
  }
  return Handled::done;
}

Handled ObjectDeleter::take_result(const Objects& objects, int round, const Response& response,
                                   bool last) {
  const auto result = read_delete_result(response.body);
  if (!result) {
    if (last) client_.stop(response_failure(settings_, "use the result of a deletion", response));
    return Handled::retry;
  }
  std::map<ObjectName, OwnedObject*> open;
  for (auto& object : *objects) {
    const auto [at, is_new] = open.emplace(object.name, &object);
    if (!is_new && object.is_file) at->second = &object;
  }
  // A server may name the version of an object that was deleted as it stood.
  const auto take = [&](const ObjectName& name) -> OwnedObject* {
    auto node = open.extract(settings_.versions ? name : ObjectName{.key = name.key});
    return node.empty() ? nullptr : node.mapped();
  };
  for (const auto& name : result->deleted) {
    if (const auto* object = take(name)) listener_.deleted(*object, true);
  }
  auto busy = std::make_shared<std::vector<OwnedObject>>();
  std::string trouble;
  for (const auto& error : result->errors) {
    auto* object = take(error.object);
    if (object == nullptr) continue;
    if (is_gone(error.code)) {
      listener_.deleted(*object, false);
      continue;
    }
    const auto why =
        document::printable(error.code) + " " + document::printable(error.message.substr(0, 500));
    auto failure = object_failure(settings_, object->name.key, why);
    if (is_passing(error.code) && round < kRounds) {
      busy->push_back(*object);
      trouble = std::move(failure.message);
    } else {
      listener_.failed(*object->execution, std::move(failure));
    }
  }
  for (const auto& [name, object] : open) {
    listener_.failed(
        *object->execution,
        object_failure(settings_, name.key, "the server does not say what became of it"));
  }
  const auto form = limits_.no_checksum_header ? Form::plain : Form::with_checksum;
  if (!busy->empty()) send_batch(busy, form, round + 1, std::move(trouble));
  return Handled::done;
}

// For a key that XML can't carry, and for a server without DeleteObjects.
void ObjectDeleter::send_single(OwnedObject object) {
  Request request{.method = "DELETE", .key = object.name.key};
  if (!object.name.version.empty()) request.query = {{"versionId", object.name.version}};
  client_.send(
      std::move(request),
      [this, object = std::move(object)](const Response& response, bool last) {
        return take_single(object, response, last);
      },
      HttpClient::Priority::first);
}

Handled ObjectDeleter::take_single(const OwnedObject& object, const Response& response, bool last) {
  const auto code = code_of(response);
  const bool existed = response.status == 204 || (response.status == 200 && code.empty());
  if (existed || is_gone(code)) {
    if (fits_xml(object.name.key)) limits_.no_batches = true;
    listener_.deleted(object, existed);
    return Handled::done;
  }
  if (is_passing(code) && !last) return Handled::retry;
  auto failure =
      response_failure(settings_, "delete " + document::printable(object.name.key), response);
  if (is_of_the_whole(response)) {
    client_.stop(std::move(failure));
  } else {
    listener_.failed(*object.execution, std::move(failure));
  }
  return Handled::done;
}

}  // namespace winnow::storage::s3
