#include "document/task_failure.h"

#include <string>

#include "document/object.h"

namespace winnow {
namespace {

using document::Json;

// The member, or an empty value of the type where it is missing or of another type.
template <class Value>
Value member(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->type() != Json(Value()).type()) return Value();
  return found->get<Value>();
}

bool is_known(std::int32_t status) {
  return status >= static_cast<std::int32_t>(FailureKind::invalid_argument) &&
         status <= static_cast<std::int32_t>(FailureKind::internal);
}

}  // namespace

Json to_json(const TaskFailure& failure) {
  // guarded() leaves the message out where an allocation failed.
  const bool no_words = failure.kind == FailureKind::no_memory && failure.message.empty();
  Json object = document::object_of(
      {{"code", failure_code(failure.kind)},
       {"message", no_words ? "Out of memory. Free some and try again." : failure.message},
       {"pointer", failure.pointer},
       {"retryable", failure.retryable},
       {"sqlstate", failure.sqlstate},
       {"done", failure.done}});
  if (failure.done.is_null()) object.erase("done");
  return object;
}

TaskFailure read_task_failure(std::int32_t status, std::string_view json) {
  const auto number = std::to_string(status);
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object() || !object.contains("code")) {
    return Failure{.message = "the library returned status " + number + " without an explanation"};
  }
  Failure failure{.kind = static_cast<FailureKind>(status),
                  .message = member<std::string>(object, "message"),
                  .pointer = member<std::string>(object, "pointer"),
                  .retryable = member<bool>(object, "retryable"),
                  .sqlstate = member<std::string>(object, "sqlstate")};
  if (!is_known(status)) {
    failure.kind = FailureKind::internal;
    failure.message += " (the library's status " + number + ", unknown to this command)";
  }
  return {std::move(failure), object.value("done", Json())};
}

}  // namespace winnow
