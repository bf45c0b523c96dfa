// Brings what a task's threads have to say to the host, on the thread that is inside
// winnow_job_run: a JVM or an interpreter is never called from a thread that it does not know.
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
  // At most so many messages wait; who has one more to post waits for the host, so that memory
  // stays flat.
  static constexpr std::size_t kMailboxLimit = 1'000;

  JobThread(const winnow_host& host, Cancellation& cancellation)
      : host_(host), cancellation_(cancellation) {}

  const winnow_host& host() const { return host_; }

  // Runs `work` on a thread of its own and serves the host's callbacks on this one until it is done
  // and every message was delivered; no lock is held while a callback runs. An exception of `work`
  // comes out here.
  tasks::TaskResult serve(const std::function<tasks::TaskResult()>& work);

  // For the threads of `work` only: this thread would wait for itself.
  void log(tasks::LogLevel level, const std::string& text) override;
  // Waits until the host has had it, so that a host which cancels at an event is heard before the
  // next batch begins.
  void event(const Json& event) override;

  // Calls a callback of the host that has a result, on the job's thread, and waits until it has
  // returned. False: the job was cancelled before, and the host was not called.
  using HostCall = std::function<void(const winnow_host& host)>;
  bool call_host(const HostCall& call);
  // The same without the wait: `call` has to stay until the result is there.
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
  std::condition_variable space_;  // for those who wait to post
  std::deque<Message> mailbox_;
  bool finished_ = false;
};

}  // namespace winnow::plugin
