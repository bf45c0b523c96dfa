// Carries requests to the bucket, several at a time, and brings their answers: connections, signatures, retries. Knows
// nothing of what the answers mean beyond "ask again".
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
#include "storage/s3.h"
#include "storage/s3/signer.h"

namespace winnow::storage::s3 {

struct Request {
  std::string method = "GET";
  std::string key = {};  // an object's whole key; empty: the bucket itself
  Query query = {};
  std::string body = {};
};

struct Answer {
  long status = 0;
  std::string body = {};
};

enum class Verdict { taken, ask_again };

// Takes an answer of any status but those that are tried again anyway. May send further requests. `last` is set where
// the budget is used up: then ask_again counts as taken.
using Handler = std::function<Verdict(const Answer& answer, bool last)>;

enum class Ended { all_answered, time_up, cancelled, failed };

// When a call has to come to its end.
struct Patience {
  std::chrono::steady_clock::time_point no_more;  // no request is begun from here on
  std::chrono::steady_clock::time_point until;    // those in flight are given up
};

// Not thread-safe: one call at a time. Connections stay open from call to call.
class Courier {
 public:
  explicit Courier(const S3Settings& settings);
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;
  ~Courier();

  enum class Rank { next, in_turn };
  void send(Request request, Handler handler, Rank rank);
  // After a pause, as if the request had been tried so many times.
  void send_later(Request request, Handler handler, int tried);

  // Until every request is answered. A request that gets no usable answer within its budget ends it as `failed`, with
  // what happened in failure(). Whatever is not answered then is dropped, its handler never called.
  Ended run(const Cancellation& cancellation, const Patience& patience);
  const Failure& failure() const { return failure_; }
  // Forgets what was sent and is not answered; connections in mid-answer end. Each run ends with it; to be called where
  // an exception took the place of that end.
  void clear() noexcept;
  // Ends the run as failed, from inside of a handler.
  void give_up(Failure failure);

 private:
  struct Errand;
  struct Flight;
  using Clock = std::chrono::steady_clock;

  void begin_due(Clock::time_point now);
  void begin(std::unique_ptr<Errand> errand);
  void land_finished();
  void land(CURL* handle, CURLcode code);
  void answer(std::unique_ptr<Errand> errand, const Answer& answer);
  void try_again(std::unique_ptr<Errand> errand, const std::string& reason);
  void wait(const Cancellation& cancellation, Clock::time_point until);
  Clock::duration pause(int tried);

  const S3Settings& settings_;
  Credentials credentials_;
  std::string host_;       // of the Host header
  std::string base_url_;   // scheme, host and port
  std::string base_path_;  // "" or "/bucket"
  CURLM* multi_;
  std::vector<CURL*> idle_;
  std::vector<std::unique_ptr<Flight>> flights_;
  std::deque<std::unique_ptr<Errand>> waiting_;
  std::vector<std::unique_ptr<Errand>> resting_;  // to be tried again later
  std::minstd_rand random_;
  bool failed_ = false;
  Failure failure_;
};

// The answer as a failure that a person can act on.
Failure answer_failure(const S3Settings& settings, const std::string& doing, const Answer& answer);

}  // namespace winnow::storage::s3
