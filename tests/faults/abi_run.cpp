#include "tests/faults/abi_run.h"

#include <string_view>

#include "tests/faults/intercepted_calls.h"

namespace winnow::tests {
namespace {

void on_event_of(void* context, const char* text, std::size_t size) {
  const auto& run = *static_cast<AbiRun*>(context);
  if (run.on_event) {
    const Exempt exempt;
    run.on_event(Json::parse(std::string_view(text, size)));
  }
  // Where a batch is committed and known to be is a point to strike at, as a call is.
  static_cast<void>(intercepted::around(kBatchBorder, {}, 0, [] { return 0; }));
}

std::int32_t on_delete_files_of(void* context, const char* text, std::size_t size,
                                std::uint64_t* deleted) {
  const Exempt exempt;
  return static_cast<AbiRun*>(context)->on_delete_files(Json::parse(std::string_view(text, size)),
                                                        *deleted);
}

}  // namespace

Json RunResult::counters() const {
  return status == WINNOW_OK ? json : json.value("done", Json::object());
}

AbiRun::AbiRun(std::string configuration, std::string task, std::string parameters)
    : configuration_(std::move(configuration)),
      task_(std::move(task)),
      parameters_(std::move(parameters)) {}

AbiRun::~AbiRun() {
  close();
}

// The test's own memory is no part of what is tried.
void AbiRun::take(std::int32_t status, winnow_buffer& buffer) {
  const Exempt exempt;
  result_.status = status;
  const std::string_view text(buffer.data == nullptr ? "" : buffer.data, buffer.length);
  result_.json = text.empty() ? Json::object() : Json::parse(text);
  winnow_buffer_free(&buffer);
}

bool AbiRun::prepare() {
  winnow_host host{};
  host.size = sizeof host;
  host.context = this;
  host.event = on_event_of;
  if (on_delete_files) host.delete_files = on_delete_files_of;
  winnow_buffer buffer{sizeof buffer, 0, nullptr, 0};
  auto status =
      winnow_open(&host, configuration_.data(), configuration_.size(), &library_, &buffer);
  if (status == WINNOW_OK) {
    status = winnow_job_new(library_, task_.data(), task_.size(), parameters_.data(),
                            parameters_.size(), &job_, &buffer);
  }
  if (status != WINNOW_OK) take(status, buffer);
  return status == WINNOW_OK;
}

void AbiRun::run() {
  winnow_buffer buffer{sizeof buffer, 0, nullptr, 0};
  const auto status = winnow_job_run(job_, &buffer);
  take(status, buffer);
}

bool AbiRun::close() {
  winnow_job_free(job_);
  job_ = nullptr;
  if (winnow_close(library_) != WINNOW_OK) return false;
  library_ = nullptr;
  return true;
}

void AbiRun::cancel() {
  winnow_job_cancel(job_);
}

std::int64_t AbiRun::retries() const {
  winnow_progress progress{};
  progress.size = sizeof progress;
  winnow_job_progress(job_, &progress);
  return progress.retries;
}

}  // namespace winnow::tests
