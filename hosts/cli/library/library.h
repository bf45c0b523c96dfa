// Finds and loads libwinnow.so, and calls it.
#pragma once

#include <memory>
#include <string>

#include "abi/winnow.h"
#include "hosts/cli/console/error.h"

namespace winnow::cli {

// The functions of abi/winnow.h. The library stays loaded until the process ends.
struct Library {
  std::string path;
  decltype(&winnow_abi_version) abi_version = nullptr;
  decltype(&winnow_build_info) build_info = nullptr;
  decltype(&winnow_open) open = nullptr;
  decltype(&winnow_close) close = nullptr;
  decltype(&winnow_describe) describe = nullptr;
  decltype(&winnow_job_new) job_new = nullptr;
  decltype(&winnow_job_plan) job_plan = nullptr;
  decltype(&winnow_job_run) job_run = nullptr;
  decltype(&winnow_job_progress) job_progress = nullptr;
  decltype(&winnow_job_free) job_free = nullptr;
  decltype(&winnow_buffer_free) buffer_free = nullptr;

  // Where it looks, in this order: $WINNOW_LIBRARY alone if that is set; beside the executable;
  // ../lib from there; the system's search. The first file that exists must load and have a fitting
  // ABI.
  static Attempt<Library> load();
};

// Who listens to a run; called on the thread that is inside Job::run or Job::plan.
class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;
  virtual void log(std::int32_t level, std::string_view text) = 0;
  virtual bool is_cancelled() = 0;  // asked about every 50 ms
};

class Job {
 public:
  Job(const Library& library, winnow_job* job);

  Attempt<Json> plan();
  Attempt<Json> run();
  winnow_progress progress() const;

 private:
  using Call = std::int32_t (*)(winnow_job*, winnow_buffer*);
  Attempt<Json> answer(Call call);

  const Library* library_;
  std::unique_ptr<winnow_job, void (*)(winnow_job*)> job_;
};

// An opened library with its configuration. Jobs must go before it.
class Session {
 public:
  static Attempt<Session> open(const Library& library, Listener& listener,
                               const std::string& configuration);

  Attempt<Json> describe(const std::string& task) const;  // an empty name: of all
  Attempt<Job> job(const std::string& task, const Json& parameters) const;

 private:
  Session(const Library& library, winnow_library* handle);

  const Library* library_;
  std::unique_ptr<winnow_library, std::int32_t (*)(winnow_library*)> handle_;
};

}  // namespace winnow::cli
