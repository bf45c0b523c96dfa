// Sends requests to the bucket, several at a time, and passes on the responses: connections,
// signatures, retries. Of a response's meaning it only knows "retry".
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "outcome/cancellation.h"
#include "outcome/failure.h"
#include "storage/s3/s3.h"
#include "storage/s3/transfer.h"

namespace winnow::storage::s3 {

enum class Handled { done, retry };

// Handles a response of any status except those that are always retried. May send further requests.
// `last` is set if no retry is left: then `retry` counts as `done`.
using ResponseHandler = std::function<Handled(const Response& response, bool last)>;

enum class RunEnd { complete, time_up, cancelled, failed };

// When a run must end.
struct Deadlines {
  std::chrono::steady_clock::time_point last_begin;  // no request starts after this
  std::chrono::steady_clock::time_point end;         // requests in flight are dropped
};

// Not thread-safe: one run at a time. Connections stay open from run to run.
class HttpClient {
 public:
  explicit HttpClient(const S3Settings& settings);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  enum class Priority { first, in_turn };
  void send(Request request, ResponseHandler handler, Priority priority);
  // Sends it after a pause, as if it had been tried `tries` times; `reason` says why.
  void send_later(Request request, ResponseHandler handler, int tries, std::string reason);

  // Runs until every request has its response. A request that gets no usable response within its
  // retries ends the run as `failed`, with the reason in failure(). Pending requests are then
  // dropped, and their handlers never called.
  RunEnd run(const Cancellation& cancellation, const Deadlines& deadlines);
  const Failure& failure() const { return failure_; }
  // The reason of the last run's last retry; empty if there was none.
  const std::string& trouble() const { return trouble_; }
  // Drops pending requests, and closes connections in mid-response. Each run ends with it; call it
  // if an exception prevented that.
  void clear() noexcept;
  // Ends the run as failed, from inside a handler.
  void stop(Failure failure);

 private:
  struct PendingRequest;
  struct InFlight;
  using Clock = std::chrono::steady_clock;

  void begin_due(Clock::time_point now);
  void begin(std::unique_ptr<PendingRequest> pending);
  void complete_finished();
  void on_complete(CURL* handle, CURLcode code);
  void handle(std::unique_ptr<PendingRequest> pending, const Response& response);
  void retry(std::unique_ptr<PendingRequest> pending, const std::string& reason);
  enum class MayPass { no, yes };
  void give_up(const std::string& reason, MayPass may_pass);
  void wait(const Cancellation& cancellation, Clock::time_point until);
  Clock::duration pause(int tries);

  const S3Settings& settings_;
  const Target target_;
  CURLM* multi_;
  std::vector<CURL*> idle_;
  std::vector<std::unique_ptr<InFlight>> in_flight_;
  std::deque<std::unique_ptr<PendingRequest>> pending_;
  std::vector<std::unique_ptr<PendingRequest>> retries_;  // each waits until its time
  std::minstd_rand random_;
  bool failed_ = false;
  Failure failure_;
  std::string trouble_;
};

// Turns an unsuccessful response into a failure that a person can act on.
Failure response_failure(const S3Settings& settings, const std::string& doing,
                         const Response& response);

}  // namespace winnow::storage::s3
