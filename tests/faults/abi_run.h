// A task run as a host runs it: through the contract alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "abi/winnow.h"
#include "document/yaml.h"

namespace winnow::tests {

using document::Json;

struct RunResult {
  std::int32_t status = -1;  // WINNOW_*, of the first function that failed
  Json json;                 // the result, or the error

  // What was committed, whatever became of the run.
  Json counters() const;
};

class AbiRun {
 public:
  // `configuration` for winnow_open.
  AbiRun(std::string configuration, std::string task, std::string parameters);
  AbiRun(const AbiRun&) = delete;
  AbiRun& operator=(const AbiRun&) = delete;
  ~AbiRun();

  // Opens the library and makes the job; a failure is the run's result.
  bool prepare();
  // Once, after prepare().
  void run();
  // Frees and closes what prepare() made; false when the library says that it may not be closed.
  bool close();
  void cancel();  // any thread, between prepare() and close()

  const RunResult& result() const { return result_; }
  std::int64_t retries() const;

  // Called for each event of the run, on the thread that runs; set before prepare().
  std::function<void(const Json&)> on_event;
  // Takes the place of a storage; set before prepare(), for `storage: {type: host}`.
  std::function<int(const Json& request, std::uint64_t& deleted)> on_delete_files;

 private:
  void take(std::int32_t status, winnow_buffer& buffer);

  std::string configuration_;
  std::string task_;
  std::string parameters_;
  winnow_library* library_ = nullptr;
  winnow_job* job_ = nullptr;
  RunResult result_;
};

}  // namespace winnow::tests
