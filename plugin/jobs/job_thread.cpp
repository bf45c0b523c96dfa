// The mailbox between a task's threads and the thread of its job.
#include "plugin/jobs/job_thread.h"

#include <chrono>
#include <exception>
#include <optional>
#include <pthread.h>
#include <signal.h>
#include <system_error>
#include <thread>
#include <utility>

#include "document/json_text.h"
#include "document/utf8.h"

namespace winnow::plugin {

namespace {

// How often the host's is_cancelled is called (abi/winnow.h).
constexpr auto kAskEvery = std::chrono::milliseconds(50);

// The host's signals are for the host's threads; threads that this one starts inherit the mask.
// Signals that a defect raises stay open, so that a crash is reported as one.
void leave_signals_to_host() {
  sigset_t set;
  ::sigfillset(&set);
  for (const int kept : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP})
    ::sigdelset(&set, kept);
  ::pthread_sigmask(SIG_SETMASK, &set, nullptr);
}

// The contract promises UTF-8, and a server's message may be anything.
std::string as_utf8(const std::string& text) {
  if (document::is_utf8(text)) return text;
  const std::string quoted = document::json_line(text);
  return Json::parse(quoted).get<std::string>();
}

}  // namespace

tasks::TaskResult JobThread::serve(const std::function<tasks::TaskResult()>& work) {
  std::optional<tasks::TaskResult> result;
  std::exception_ptr thrown;
  std::thread worker;
  ask_is_cancelled();  // before anything is touched
  try {
    worker = std::thread([&] {
      leave_signals_to_host();
      try {
        result = work();
      } catch (...) {
        thrown = std::current_exception();
      }
      finish();
    });
  } catch (const std::system_error&) {
    return fail({.kind = FailureKind::no_memory,
                 .message =
                     "The system refuses another thread (memory, or the limit of processes). "
                     "Nothing was done.",
                 .retryable = true});
  }
  deliver_mail();
  worker.join();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*result);
}

void JobThread::log(tasks::LogLevel level, const std::string& text) {
  if (host_.log == nullptr) return;
  post(LogLine{.level = static_cast<std::int32_t>(level), .text = as_utf8(text)});
}

void JobThread::event(const Json& event) {
  if (host_.event == nullptr) return;
  const auto json = document::json_line(event);
  Event message{.json = &json, .delivered = {}};
  const auto delivered = message.delivered.get_future();
  post(std::move(message));
  delivered.wait();
}

bool JobThread::call_host(const HostCall& call) {
  return post_host_call(call).get();
}

std::future<bool> JobThread::post_host_call(const HostCall& call) {
  Call message{.call = &call, .done = {}};
  auto done = message.done.get_future();
  post(std::move(message));
  return done;
}

void JobThread::post(Message message) {
  {
    std::unique_lock lock(mutex_);
    space_.wait(lock, [this] { return mailbox_.size() < kMailboxLimit; });
    mailbox_.push_back(std::move(message));
  }
  mail_.notify_one();
}

// Notifies under the lock: once the job's thread sees the flag, this object may be destroyed.
void JobThread::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  mail_.notify_one();
}

void JobThread::deliver_mail() {
  auto next_question = std::chrono::steady_clock::now() + kAskEvery;
  std::unique_lock lock(mutex_);
  while (true) {
    if (std::chrono::steady_clock::now() >= next_question) {
      lock.unlock();
      ask_is_cancelled();
      lock.lock();
      next_question = std::chrono::steady_clock::now() + kAskEvery;
    }
    if (mailbox_.empty() && finished_) return;
    if (mailbox_.empty()) {
      mail_.wait_until(lock, next_question, [this] { return finished_ || !mailbox_.empty(); });
      continue;
    }
    Message message = std::move(mailbox_.front());
    mailbox_.pop_front();
    lock.unlock();
    space_.notify_one();
    std::visit([this](auto& kind) { deliver(kind); }, message);
    lock.lock();
  }
}

void JobThread::deliver(LogLine& line) {
  host_.log(host_.context, line.level, line.text.data(), line.text.size());
}

void JobThread::deliver(Event& event) {
  host_.event(host_.context, event.json->data(), event.json->size());
  event.delivered.set_value();
}

// An exception goes to the task's thread, which waits for it.
void JobThread::deliver(Call& call) {
  if (cancellation_.requested()) return call.done.set_value(false);
  try {
    (*call.call)(host_);
    call.done.set_value(true);
  } catch (...) {
    call.done.set_exception(std::current_exception());
  }
}

void JobThread::ask_is_cancelled() {
  if (host_.is_cancelled == nullptr || cancellation_.requested()) return;
  if (host_.is_cancelled(host_.context) != 0) cancellation_.request();
}

}  // namespace winnow::plugin
