// Finds and loads libwinnow.so, and calls it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "abi/winnow.h"
#include "document/task_failure.h"
#include "hosts/shared/functions.h"

namespace winnow::cli {

using document::Json;

// The functions of abi/winnow.h. The library stays loaded until the process ends.
struct Library : hosts::Functions {
  std::string path;

  // Searches, in this order: only $WINNOW_LIBRARY if that is set; beside the executable; in ../lib
  // from there; the system's library path. The first file that exists must load and have a
  // compatible ABI.
  static Outcome<Library> load();
};

// Receives a run's callbacks, on the thread that is inside Job::run or Job::plan. Its exceptions
// (it may run out of memory) are dropped: a missing log line is better than a run without a result.
class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;
  virtual void log(std::int32_t level, std::string_view text) = 0;
  virtual bool is_cancelled() = 0;  // called about every 50 ms
};

// The JSON object of a result, as the library wrote it.
using ResultText = tl::expected<std::string, TaskFailure>;

class Job {
 public:
  Job(const Library& library, winnow_job* job);

  ResultText plan();
  ResultText run();
  winnow_progress progress() const;
  // Makes a run that deletes wait before its next batch, or resume; no effect after the run.
  void pause(bool paused) const;

 private:
  const Library* library_;
  std::unique_ptr<winnow_job, void (*)(winnow_job*)> job_;
};

// An opened library with its configuration. Free its jobs before it.
class Session {
 public:
  static Outcome<Session> open(const Library& library, Listener& listener,
                               const std::string& configuration);

  // The JSON object that describes the task; an empty name: all tasks.
  Outcome<std::string> describe(const std::string& task) const;
  Outcome<Job> job(const std::string& task, const Json& parameters) const;

 private:
  Session(const Library& library, winnow_library* handle);

  const Library* library_;
  std::unique_ptr<winnow_library, std::int32_t (*)(winnow_library*)> handle_;
};

}  // namespace winnow::cli
