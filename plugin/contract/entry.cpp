// The functions of abi/winnow.h. Each one checks what it was handed, finds the object behind the
// handle, and lets replies.h turn the outcome into a status: no exception leaves through here.
#include <cstddef>

#include "abi/winnow.h"
#include "outcome/try.h"
#include "plugin/contract/build_info.h"
#include "plugin/contract/handles.h"
#include "plugin/contract/replies.h"
#include "plugin/jobs/instance.h"
#include "plugin/jobs/job.h"

namespace {

using winnow::fail;
using winnow::FailureKind;
using winnow::document::Json;
using winnow::plugin::Instance;
using winnow::plugin::Job;
using winnow::plugin::replied;
using winnow::plugin::Reply;
using winnow::plugin::text_argument;

// More than any configuration or parameters need; what is longer is a wrong length.
constexpr std::size_t kDocumentLimit = 10UL * 1024 * 1024;
constexpr std::size_t kNameLimit = 1024;
// The struct as a host of ABI 1.0 knows it.
constexpr std::size_t kProgressOf10 = offsetof(winnow_progress, waiting);

auto& instances() {
  return winnow::plugin::handles<winnow_library, Instance>();
}
auto& jobs() {
  return winnow::plugin::handles<winnow_job, Job>();
}

auto no_such_handle(const char* name) {
  return fail(FailureKind::invalid_argument,
              std::string("`") + name +
                  "` is no open handle: it is NULL, was given back, or never was one.");
}

auto no_place_for_handle() {
  return fail(FailureKind::invalid_argument, "`out` is NULL; there is no place for the handle.");
}

// Looks a job up and calls it; a job that is freed meanwhile lives on until the call returns.
template <class Call>
std::int32_t on_job(const winnow_job* handle, winnow_buffer* out, const Call& call) noexcept {
  return replied(out, [&]() -> Reply {
    const auto job = jobs().find(handle);
    if (!job) return no_such_handle("job");
    return call(*job);
  });
}

}  // namespace

std::uint32_t winnow_abi_version(void) {
  return WINNOW_ABI_VERSION;
}

const char* winnow_build_info(void) {
  return winnow::plugin::build_info();
}

std::int32_t winnow_open(const winnow_host* host, const char* config, std::size_t size,
                         winnow_library** out, winnow_buffer* error) {
  if (out != nullptr) *out = nullptr;
  return replied(error, [&]() -> Reply {
    if (out == nullptr) return no_place_for_handle();
    WINNOW_TRY(const auto text, text_argument("config", config, size, kDocumentLimit));
    WINNOW_TRY(auto instance, Instance::open(host, text));
    *out = instances().add(std::move(instance));
    return Json();
  });
}

std::int32_t winnow_close(winnow_library* w) {
  if (w == nullptr) return WINNOW_OK;
  return replied(nullptr, [&]() -> Reply {
    const auto instance = instances().find(w);
    if (!instance || !instance->close()) return no_such_handle("w");
    instances().take(w);
    return Json();
  });
}

std::int32_t winnow_describe(winnow_library* w, const char* task, std::size_t size,
                             winnow_buffer* out) {
  return replied(out, [&]() -> Reply {
    const auto instance = instances().find(w);
    if (!instance) return no_such_handle("w");
    WINNOW_TRY(const auto name, text_argument("task", task, size, kNameLimit));
    const auto& registry = instance->registry();
    if (name.empty()) return registry.describe_all();
    WINNOW_TRY(const auto* found, registry.find(name));
    return registry.describe(*found);
  });
}

std::int32_t winnow_job_new(winnow_library* w, const char* task, std::size_t task_size,
                            const char* params, std::size_t params_size, winnow_job** out,
                            winnow_buffer* error) {
  if (out != nullptr) *out = nullptr;
  return replied(error, [&]() -> Reply {
    if (out == nullptr) return no_place_for_handle();
    const auto instance = instances().find(w);
    if (!instance) return no_such_handle("w");
    WINNOW_TRY(const auto name, text_argument("task", task, task_size, kNameLimit));
    WINNOW_TRY(const auto text, text_argument("params", params, params_size, kDocumentLimit));
    WINNOW_TRY(auto job, Job::make(instance, name, text));
    *out = jobs().add(std::move(job));
    return Json();
  });
}

std::int32_t winnow_job_plan(winnow_job* job, winnow_buffer* out) {
  return on_job(job, out, [](Job& found) { return found.plan(); });
}

std::int32_t winnow_job_run(winnow_job* job, winnow_buffer* out) {
  return on_job(job, out, [](Job& found) { return found.run(); });
}

std::int32_t winnow_job_cancel(winnow_job* job) {
  return on_job(job, nullptr, [](Job& found) -> Reply {
    found.cancel();
    return Json();
  });
}

std::int32_t winnow_job_pause(winnow_job* job) {
  return on_job(job, nullptr, [](Job& found) { return found.pause(true); });
}

std::int32_t winnow_job_resume(winnow_job* job) {
  return on_job(job, nullptr, [](Job& found) { return found.pause(false); });
}

std::int32_t winnow_job_progress(winnow_job* job, winnow_progress* out) {
  return on_job(job, nullptr, [out](const Job& found) -> Reply {
    if (out == nullptr || out->size < kProgressOf10) {
      return fail(FailureKind::invalid_argument, "`out` is NULL or its size is too small.");
    }
    found.progress(*out);
    return Json();
  });
}

void winnow_job_free(winnow_job* job) {
  replied(nullptr, [&]() -> Reply {
    // Cancels what runs; where nothing does, the job ends here with its last owner.
    if (const auto found = jobs().take(job)) found->cancel();
    return Json();
  });
}

void winnow_buffer_free(winnow_buffer* buffer) {
  if (buffer == nullptr || !winnow::plugin::usable(buffer)) return;
  winnow::plugin::release(*buffer);
}
