// A session of calls through the ABI (sessions.h).
#include <memory>

#include "abi/winnow.h"
#include "bench/native/give_up.h"
#include "bench/native/requests.h"
#include "bench/native/sessions.h"

namespace winnow::bench {
namespace {

using nlohmann::json;

struct Buffer {
  winnow_buffer raw{.size = sizeof(winnow_buffer), .reserved = 0, .data = nullptr, .length = 0};
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { winnow_buffer_free(&raw); }
  std::string text() const {
    return raw.data == nullptr ? "{}" : std::string(raw.data, raw.length);
  }
};

void check(int32_t status, const Buffer& error) {
  if (status != WINNOW_OK) give_up(error.text());
}

struct Close {
  void operator()(winnow_library* library) const { winnow_close(library); }
};
struct Free {
  void operator()(winnow_job* job) const { winnow_job_free(job); }
};
using Library = std::unique_ptr<winnow_library, Close>;
using Job = std::unique_ptr<winnow_job, Free>;

Library open(const std::string& config) {
  Buffer error;
  winnow_library* library = nullptr;
  check(winnow_open(nullptr, config.data(), config.size(), &library, &error.raw), error);
  return Library(library);
}

std::string run(winnow_library& library, const std::string& task, const std::string& params) {
  Buffer error;
  winnow_job* raw = nullptr;
  check(winnow_job_new(&library, task.data(), task.size(), params.data(), params.size(), &raw,
                       &error.raw),
        error);
  const Job job(raw);
  Buffer out;
  check(winnow_job_run(raw, &out.raw), out);
  return out.text();
}

std::string describe(winnow_library& library) {
  Buffer out;
  check(winnow_describe(&library, nullptr, 0, &out.raw), out);
  return out.text();
}

}  // namespace

void answer_calls(const std::string& config) {
  const auto library = open(config);
  answer_lines([&](const json& request) -> json {
    const auto action = request.at("do").get<std::string>();
    const auto task = request.value("task", "");
    const auto params = request.value("params", json::object()).dump();
    std::string result = "{}";
    auto microseconds = time_each(request.value("times", 1), [&] {
      if (action == "open") open(config);
      if (action == "describe") result = describe(*library);
      if (action == "run") result = run(*library, task, params);
    });
    return {{"microseconds", std::move(microseconds)}, {"result", json::parse(result)}};
  });
}

}  // namespace winnow::bench
