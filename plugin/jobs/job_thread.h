// Passes the messages of a task's threads to the host, on the thread that is inside winnow_job_run:
// a JVM or an interpreter is never called from a thread that it does not know.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <variant>

#include "abi/winnow.h"
#include "outcome/cancellation.h"
#include "tasks/task.h"

namespace winnow::plugin {

using document::Json;

class JobThread final : public tasks::Host {
 public:
  // The maximum number of waiting messages; a thread that posts another one waits for the host, so
  // that memory use stays flat.
  static constexpr std::size_t kMailboxLimit = 1'000;

  JobThread(const winnow_host& host, Cancellation& cancellation)
      : host_(host), cancellation_(cancellation) {}

  const winnow_host& host() const { return host_; }

  // Runs `work` on another thread and serves the host's callbacks on this one until it is done and
  // every message was delivered; no lock is held while a callback runs. An exception of `work` is
  // thrown here.
  tasks::TaskResult serve(const std::function<tasks::TaskResult()>& work);

  // Only for the threads of `work`: this thread would wait for itself.
  void log(tasks::LogLevel level, const std::string& text) override;
  // Waits until the host has received it, so that a cancellation in the host's callback takes
  // effect before the next batch.
  void event(const Json& event) override;

  // Calls a callback of the host with a result, on the job's thread, and waits until it has
  // returned. False: the job was cancelled before, and the host was not called.
  using HostCall = std::function<void(const winnow_host& host)>;
  bool call_host(const HostCall& call);
  // The same without waiting: `call` must exist until the result is there.
  std::future<bool> post_host_call(const HostCall& call);

 private:
  struct LogLine {
    std::int32_t level;
    std::string text;
  };
  struct Event {
    const std::string* json;
    std::promise<void> delivered;
  };
  struct Call {
    const HostCall* call;
    std::promise<bool> done;
  };
  using Message = std::variant<LogLine, Event, Call>;

  void post(Message message);
  void finish();
  // Serves until finish() was called and the mailbox is empty.
  void deliver_mail();
  void deliver(LogLine& line);
  void deliver(Event& event);
  void deliver(Call& call);
  void ask_is_cancelled();

  const winnow_host& host_;
  Cancellation& cancellation_;
  std::mutex mutex_;
  std::condition_variable mail_;   // for this thread: a message, or the end
  std::condition_variable space_;  // for threads that wait to post
  std::deque<Message> mailbox_;
  bool finished_ = false;
};

}  // namespace winnow::plugin
