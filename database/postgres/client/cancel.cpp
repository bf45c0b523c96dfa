#include "database/postgres/client/cancel.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace winnow::database {

struct PostgresCancel::Request {
  struct Free {
    void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
  };
  std::unique_ptr<PGcancel, Free> handle;
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;

  void run() {
    std::array<char, 256> error{};
    PQcancel(handle.get(), error.data(), static_cast<int>(error.size()));
    const std::lock_guard lock(mutex);
    done = true;
    changed.notify_all();
  }
};

PostgresCancel::PostgresCancel(PGconn* connection) : request_(std::make_shared<Request>()) {
  request_->handle.reset(PQgetCancel(connection));
  request_->done = !request_->handle;
  if (request_->done) return;
  try {
    thread_ = std::thread([request = request_] { request->run(); });
  } catch (const std::system_error&) {
    request_->done = true;  // no thread to be had: the statement's own end decides
  }
}

PostgresCancel::~PostgresCancel() {
  if (!thread_.joinable()) return;
  // A server that works takes the request within a moment.
  if (wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(2))) {
    thread_.join();
  } else {
    thread_.detach();  // ends with its socket
  }
}

bool PostgresCancel::wait_until(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(request_->mutex);
  return request_->changed.wait_until(lock, deadline, [this] { return request_->done; });
}

}  // namespace winnow::database
