#include "hosts/cli/library/library.h"

#include <dlfcn.h>
#include <filesystem>
#include <system_error>
#include <vector>

#include "hosts/cli/library/environment.h"
#include "hosts/cli/library/signals.h"

namespace winnow::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNames[] = {"libwinnow.so.1", "libwinnow.so"};

std::vector<fs::path> candidates() {
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::vector<fs::path> paths;
  for (const auto& place : {folder, folder / ".." / "lib"}) {
    for (const char* name : kNames) paths.push_back(place / name);
  }
  return paths;
}

// The first candidate that exists is used: where it fails to load, that is reported, and the next
// one is not tried.
std::string chosen_path() {
  if (auto path = environment("WINNOW_LIBRARY")) return *std::move(path);
  for (const auto& path : candidates()) {
    std::error_code ignored;
    if (fs::exists(path, ignored)) return path.lexically_normal().string();
  }
  return kNames[0];
}

std::string version_text(std::uint32_t version) {
  return std::to_string(version >> 16) + "." + std::to_string(version & 0xffffU);
}

// Hands a result on as it is: it may be large, and it is the library that writes JSON.
ResultText result_of(std::int32_t status, const hosts::Buffer& buffer) {
  const auto text = buffer.text();
  if (status != WINNOW_OK) return tl::unexpected(read_task_failure(status, text));
  if (text.starts_with('{') && text.ends_with('}')) return std::string(text);
  return fail(FailureKind::internal, "the library's result is not a JSON object");
}

// For a call that runs no task, so that nothing was committed before its failure.
Failure without_counters(const Failure& failure) {
  return failure;
}

// Nothing may be thrown back into the library.
void on_log(void* context, std::int32_t level, const char* text, std::size_t length) noexcept {
  try {
    static_cast<Listener*>(context)->log(level, std::string_view(text, length));
  } catch (...) {  // NOLINT(bugprone-empty-catch): see Listener
  }
}

std::int32_t on_is_cancelled(void* context) noexcept {
  try {
    return static_cast<Listener*>(context)->is_cancelled() ? 1 : 0;
  } catch (...) {
    return interrupted() ? 1 : 0;
  }
}

}  // namespace

Outcome<Library> Library::load() {
  Library library;
  library.path = chosen_path();
  void* handle = ::dlopen(library.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return fail(FailureKind::configuration,
                "can't load winnow's library: " + hosts::loader_error() +
                    "; set WINNOW_LIBRARY to the path of libwinnow.so");
  }
  if (const auto problem = hosts::find_functions(handle, library); !problem.empty()) {
    return fail(FailureKind::configuration, library.path + " is not winnow's library: " + problem);
  }
  const std::uint32_t found = library.abi_version();
  constexpr std::uint32_t kWanted = WINNOW_ABI_VERSION;
  if (found >> 16 == kWanted >> 16 && found >= kWanted) return library;
  return fail(FailureKind::configuration, library.path + " has ABI " + version_text(found) +
                                              ", this command needs " + version_text(kWanted) +
                                              "; install both from one release");
}

Job::Job(const Library& library, winnow_job* job)
    : library_(&library), job_(job, library.job_free) {}

ResultText Job::plan() {
  hosts::Buffer out(*library_);
  const auto status = library_->job_plan(job_.get(), out.out());
  return result_of(status, out);
}

ResultText Job::run() {
  hosts::Buffer out(*library_);
  const auto status = library_->job_run(job_.get(), out.out());
  return result_of(status, out);
}

winnow_progress Job::progress() const {
  winnow_progress progress{};
  progress.size = sizeof progress;
  progress.rows_planned = -1;
  library_->job_progress(job_.get(), &progress);
  return progress;
}

void Job::pause(bool paused) const {
  (paused ? library_->job_pause : library_->job_resume)(job_.get());
}

Session::Session(const Library& library, winnow_library* handle)
    : library_(&library), handle_(handle, library.close) {}

Outcome<Session> Session::open(const Library& library, Listener& listener,
                               const std::string& configuration) {
  winnow_host host{};
  host.size = sizeof host;
  host.context = &listener;
  host.log = on_log;
  host.is_cancelled = on_is_cancelled;
  winnow_library* handle = nullptr;
  hosts::Buffer error(library);
  const auto status =
      library.open(&host, configuration.data(), configuration.size(), &handle, error.out());
  if (status != WINNOW_OK) return fail(without_counters(read_task_failure(status, error.text())));
  return Session(library, handle);
}

Outcome<std::string> Session::describe(const std::string& task) const {
  hosts::Buffer out(*library_);
  const auto status = library_->describe(handle_.get(), task.data(), task.size(), out.out());
  auto result = result_of(status, out);
  if (!result) return fail(without_counters(result.error()));
  return *std::move(result);
}

Outcome<Job> Session::job(const std::string& task, const Json& parameters) const {
  const std::string text = parameters.dump();
  winnow_job* job = nullptr;
  hosts::Buffer error(*library_);
  const auto status = library_->job_new(handle_.get(), task.data(), task.size(), text.data(),
                                        text.size(), &job, error.out());
  if (status != WINNOW_OK) return fail(without_counters(read_task_failure(status, error.text())));
  return Job(*library_, job);
}

}  // namespace winnow::cli
