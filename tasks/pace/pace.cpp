#include "tasks/pace/pace.h"

#include <algorithm>
#include <utility>

#include "document/duration.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using document::Json;
using std::chrono::milliseconds;

Outcome<std::optional<milliseconds>> duration_of(const Json& object, const char* name,
                                                 const std::string& pointer) {
  const auto found = object.find(name);
  if (found == object.end()) return std::optional<milliseconds>();
  auto read = document::parse_duration(found->get_ref<const std::string&>());
  if (read && read->count() > 0) return std::optional(*read);
  return fail(FailureKind::invalid_parameter,
              read ? "has to be longer than nothing" : std::move(read.error().message),
              pointer + "/" + name);
}

std::string printed(double share) {
  return Json(share).dump();
}
std::string printed(std::int64_t rows) {
  return std::to_string(rows);
}
std::string printed(milliseconds duration) {
  return document::to_text(duration);
}

// The smaller of two limits is the parameter's, or it is refused.
template <class Value>
Outcome<void> narrow(std::optional<Value>& limit, const std::optional<Value>& wanted,
                     const std::string& pointer) {
  if (!wanted) return {};
  if (limit && *wanted > *limit) {
    return fail(FailureKind::denied,
                printed(*wanted) + " is more than the operator's configuration allows: at most " +
                    printed(*limit),
                pointer);
  }
  limit = wanted;
  return {};
}

}  // namespace

Outcome<Pace> read_pace(const Json& object, const std::string& pointer) {
  Pace pace;
  if (const auto found = object.find("workShare"); found != object.end()) {
    pace.work_share = found->get<double>();
  }
  if (const auto found = object.find("rowsPerSecond"); found != object.end()) {
    pace.rows_per_second = found->get<std::int64_t>();
  }
  if (const auto found = object.find("window"); found != object.end()) {
    auto window = Window::read(found->get_ref<const std::string&>());
    if (!window) {
      return fail(FailureKind::invalid_parameter, std::move(window.error().message),
                  pointer + "/window");
    }
    pace.windows.push_back(std::move(*window));
  }
  WINNOW_TRY(pace.budget, duration_of(object, "budget", pointer));
  WINNOW_TRY(pace.max_lag, duration_of(object, "maxLag", pointer));
  return pace;
}

Outcome<Pace> narrowed(const std::optional<Pace>& allowed, const Pace& wanted,
                       const std::string& pointer, document::Instant now) {
  auto pace = allowed.value_or(Pace{});
  // What a configuration with a pace does not say is its default, and binds as what it says.
  if (allowed && !pace.max_lag) pace.max_lag = kMaxLag;
  WINNOW_CHECK(narrow(pace.work_share, wanted.work_share, pointer + "/workShare"));
  WINNOW_CHECK(narrow(pace.rows_per_second, wanted.rows_per_second, pointer + "/rowsPerSecond"));
  WINNOW_CHECK(narrow(pace.budget, wanted.budget, pointer + "/budget"));
  WINNOW_CHECK(narrow(pace.max_lag, wanted.max_lag, pointer + "/maxLag"));
  for (const auto& window : wanted.windows) {
    const auto never_open = [&](const Window& own) { return !ever_both_open(own, window, now); };
    if (std::any_of(pace.windows.begin(), pace.windows.end(), never_open)) {
      return fail(FailureKind::denied,
                  "is never open while the operator's is (" + pace.windows.front().text() + ")",
                  pointer + "/window");
    }
    pace.windows.push_back(window);
  }
  return pace;
}

Outcome<std::optional<Pace>> wanted_pace(const Json& parameters) {
  const auto found = parameters.find("pace");
  if (found == parameters.end()) return std::optional<Pace>();
  WINNOW_TRY(auto pace, read_pace(*found, "/pace"));
  return std::optional(std::move(pace));
}

Outcome<std::optional<Pace>> pace_of_run(const std::optional<Pace>& allowed,
                                         const std::optional<Pace>& wanted) {
  if (!wanted) return allowed;
  WINNOW_TRY(auto pace, narrowed(allowed, *wanted, "/pace", document::now()));
  return std::optional(std::move(pace));
}

}  // namespace winnow::tasks
