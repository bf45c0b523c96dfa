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

std::string loading_error() {
  // Only called on the thread that called dlopen or dlsym just before.
  const char* text = ::dlerror();  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? "unknown error" : text;
}

template <class Function>
bool bind(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  return function != nullptr;
}

bool bind_all(void* handle, Library& library) {
  return bind(handle, "winnow_abi_version", library.abi_version) &&
         bind(handle, "winnow_build_info", library.build_info) &&
         bind(handle, "winnow_open", library.open) && bind(handle, "winnow_close", library.close) &&
         bind(handle, "winnow_describe", library.describe) &&
         bind(handle, "winnow_job_new", library.job_new) &&
         bind(handle, "winnow_job_plan", library.job_plan) &&
         bind(handle, "winnow_job_run", library.job_run) &&
         bind(handle, "winnow_job_progress", library.job_progress) &&
         bind(handle, "winnow_job_free", library.job_free) &&
         bind(handle, "winnow_buffer_free", library.buffer_free);
}

std::string version_text(std::uint32_t version) {
  return std::to_string(version >> 16) + "." + std::to_string(version & 0xffffU);
}

// A string of the library's, given back at the end.
class Buffer {
 public:
  explicit Buffer(const Library& library) : library_(library) { buffer_.size = sizeof buffer_; }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { library_.buffer_free(&buffer_); }

  winnow_buffer* get() { return &buffer_; }
  std::string_view text() const {
    return buffer_.data == nullptr ? std::string_view()
                                   : std::string_view(buffer_.data, buffer_.length);
  }

 private:
  const Library& library_;
  winnow_buffer buffer_{};
};

// Hands a result on as it is: it may be large, and it is the library that writes JSON.
ResultText result_of(std::int32_t status, const Buffer& buffer) {
  const auto text = buffer.text();
  if (status != WINNOW_OK) return tl::unexpected(read_task_failure(status, text));
  if (text.starts_with('{') && text.ends_with('}')) return std::string(text);
  return fail(FailureKind::internal, "the library's result is not a JSON object");
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
    return fail(FailureKind::configuration, "can't load winnow's library: " + loading_error() +
                                                "; set WINNOW_LIBRARY to the path of libwinnow.so");
  }
  if (!bind_all(handle, library)) {
    return fail(FailureKind::configuration,
                library.path + " is not winnow's library: " + loading_error());
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
  Buffer out(*library_);
  const auto status = library_->job_plan(job_.get(), out.get());
  return result_of(status, out);
}

ResultText Job::run() {
  Buffer out(*library_);
  const auto status = library_->job_run(job_.get(), out.get());
  return result_of(status, out);
}

winnow_progress Job::progress() const {
  winnow_progress progress{};
  progress.size = sizeof progress;
  progress.rows_planned = -1;
  library_->job_progress(job_.get(), &progress);
  return progress;
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
  Buffer error(library);
  const auto status =
      library.open(&host, configuration.data(), configuration.size(), &handle, error.get());
  if (status != WINNOW_OK) return fail(read_task_failure(status, error.text()));
  return Session(library, handle);
}

ResultText Session::describe(const std::string& task) const {
  Buffer out(*library_);
  const auto status = library_->describe(handle_.get(), task.data(), task.size(), out.get());
  return result_of(status, out);
}

Outcome<Job> Session::job(const std::string& task, const Json& parameters) const {
  const std::string text = parameters.dump();
  winnow_job* job = nullptr;
  Buffer error(*library_);
  const auto status = library_->job_new(handle_.get(), task.data(), task.size(), text.data(),
                                        text.size(), &job, error.get());
  if (status != WINNOW_OK) return fail(read_task_failure(status, error.text()));
  return Job(*library_, job);
}

}  // namespace winnow::cli
