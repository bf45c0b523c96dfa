#include "hosts/cli/console/error.h"

#include <algorithm>
#include <array>

namespace winnow::cli {
namespace {

Error make_error(std::string code, std::string message, std::string pointer, bool retryable) {
  Json object = Json::object();
  object["code"] = std::move(code);
  object["message"] = std::move(message);
  object["pointer"] = std::move(pointer);
  object["retryable"] = retryable;
  return Error{std::move(object)};
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

std::string Error::code() const {
  return text_at(object, "code");
}
std::string Error::message() const {
  return text_at(object, "message");
}

tl::unexpected<Error> failed(const Failure& failure) {
  return failed(
      make_error(failure_code(failure.kind), failure.message, failure.pointer, failure.retryable));
}

tl::unexpected<Error> failed(FailureKind kind, std::string message) {
  return failed(make_error(failure_code(kind), std::move(message), "", false));
}

Error error_of(std::int32_t status, std::string_view text) {
  Json object = Json::parse(text, nullptr, false);
  if (object.is_object() && !text_at(object, "code").empty()) return Error{std::move(object)};
  return make_error(
      "INTERNAL",
      "the library answered with status " + std::to_string(status) + " and no explanation", "",
      false);
}

ExitStatus exit_status(const Error& error, bool started) {
  const std::string code = error.code();
  if (code == "CANCELLED") return kCancelled;
  if (one_of(code, {"LIMIT", "DENIED"})) return kRefused;
  if (one_of(code, {"CONFIGURATION", "UNAVAILABLE", "SCHEMA"})) return kUnreachable;
  if (!started && one_of(code, {"UNKNOWN_TASK", "INVALID_PARAMETER", "INVALID_ARGUMENT"}))
    return kBadUsage;
  return kFailed;
}

}  // namespace winnow::cli
