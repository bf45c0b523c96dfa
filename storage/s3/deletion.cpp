#include "storage/s3/deletion.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "document/utf8.h"

namespace winnow::storage::s3 {
namespace {

constexpr std::size_t kMostKeys = 1'000;  // of one DeleteObjects, S3's own limit
constexpr std::size_t kNeighbours = 64;   // executions of one walk; walks go on side by side
constexpr std::size_t kPagePays = 4;      // executions that a wide page has to bring
constexpr int kRounds = 5;                // of keys that the server was too busy for

// What goes wrong with one request goes wrong with all of them.
bool is_of_the_whole(const Answer& answer) {
  if (answer.status == 301 || answer.status == 307 || answer.status == 401) return true;
  static constexpr std::array<std::string_view, 10> kCodes{
      "NoSuchBucket",         "InvalidAccessKeyId", "SignatureDoesNotMatch",
      "ExpiredToken",         "InvalidToken",       "TokenRefreshRequired",
      "RequestTimeTooSkewed", "PermanentRedirect",  "AuthorizationHeaderMalformed",
      "InvalidBucketName"};
  const auto error = read_error(answer.body);
  return error && std::find(kCodes.begin(), kCodes.end(), error->code) != kCodes.end();
}

bool is_busy(std::string_view code) {
  return code == "InternalError" || code == "SlowDown" || code == "ServiceUnavailable" ||
         code == "OperationAborted";
}

// Ascending, and all of them after `after`.
bool in_order(const Page& page, const std::string& after) {
  const std::string* before = &after;
  for (const auto& object : page.objects) {
    if (object.key <= *before) return false;
    before = &object.key;
  }
  return true;
}

Failure key_failure(const S3Settings& settings, const std::string& key, const std::string& why) {
  return Failure{.kind = FailureKind::storage,
                 .message = "can't delete " + document::printable(key) + " in bucket " +
                            document::printable(settings.bucket) + ": " + why};
}

}  // namespace

Clearing::Clearing(Action action, const S3Settings& settings, Courier& courier,
                   std::span<const ExecutionFolder> folders)
    : action_(action), settings_(settings), courier_(courier), answers_(folders.size()) {
  for (auto& neighbours : neighbourhoods(folders, settings.path, kNeighbours, answers_)) {
    auto walk = std::make_unique<Walk>();
    walk->wide = neighbours.tasks.size() >= kPagePays;
    walk->neighbours = std::move(neighbours);
    walks_.push_back(std::move(walk));
  }
  walking_ = walks_.size();
}

std::vector<Removed> Clearing::run(const Cancellation& cancellation, const Patience& patience) {
  for (auto& walk : walks_) ask(*walk);
  const auto ended = courier_.run(cancellation, patience);
  for (const auto& walk : walks_) {
    for (const auto& task : walk->neighbours.tasks) {
      auto& answer = answers_[task.place];
      if (answer.failure || (task.listed && task.pending == 0)) continue;
      if (ended == Ended::time_up) answer.unfinished = true;
      if (ended == Ended::failed) answer.failure = courier_.failure();
      if (ended == Ended::cancelled) {
        answer.failure = Failure{.kind = FailureKind::cancelled, .message = "cancelled"};
      }
    }
  }
  return std::move(answers_);
}

// Sends for the walk's next page.
void Clearing::ask(Walk& walk) {
  const Task& task = walk.neighbours.tasks[walk.at];
  Request request;
  request.query = {{"list-type", "2"}, {"encoding-type", "url"}};
  if (walk.wide) {
    // Just before the folder's own marker, which is a key too.
    if (!walk.begun) walk.after = task.prefix.substr(0, task.prefix.size() - 1);
    request.query["prefix"] = walk.neighbours.parent;
    request.query["start-after"] = walk.after;
  } else {
    request.query["prefix"] = task.prefix;
    if (!walk.token.empty()) request.query["continuation-token"] = walk.token;
  }
  courier_.send(
      std::move(request),
      [this, &walk](const Answer& answer, bool last) { return take_page(walk, answer, last); },
      Courier::Rank::in_turn);
}

Verdict Clearing::take_page(Walk& walk, const Answer& answer, bool last) {
  if (answer.status != 200) {
    std::vector<Task*> tasks;
    for (std::size_t i = walk.at; i < walk.neighbours.tasks.size(); ++i) {
      tasks.push_back(&walk.neighbours.tasks[i]);
    }
    if (!refused(answer, "list " + walk.neighbours.parent, tasks)) end(walk);
    return Verdict::taken;
  }
  const auto page = read_page(answer.body);
  if (!page) {
    if (last) courier_.give_up(answer_failure(settings_, "use the listing", answer));
    return Verdict::ask_again;
  }
  if (walk.wide) {
    take_wide(walk, *page);
  } else {
    take_narrow(walk, *page);
  }
  if (walk.at < walk.neighbours.tasks.size()) {
    ask(walk);
  } else {
    end(walk);
  }
  return Verdict::taken;
}

void Clearing::take_wide(Walk& walk, const Page& page) {
  auto& tasks = walk.neighbours.tasks;
  if (!in_order(page, walk.after)) {
    // Keys that were taken would be met again, and be counted twice.
    if (walk.begun) {
      fail_task(tasks[walk.at], key_failure(settings_, tasks[walk.at].prefix,
                                            "the server does not list its keys in their order"));
      listed(walk);
    }
    walk.wide = false;
    return;
  }
  const std::size_t from = walk.at;
  for (const auto& object : page.objects) {
    while (walk.at < tasks.size() && object.key > tasks[walk.at].prefix &&
           !object.key.starts_with(tasks[walk.at].prefix)) {
      listed(walk);
    }
    if (walk.at == tasks.size()) return;
    if (!object.key.starts_with(tasks[walk.at].prefix)) continue;
    walk.begun = true;
    take_key(tasks[walk.at], object.key);
  }
  if (!page.objects.empty()) walk.after = page.objects.back().key;
  if (page.next.empty()) {
    while (walk.at < tasks.size()) listed(walk);
  } else if (page.objects.empty() || (walk.at - from < kPagePays && !walk.begun)) {
    walk.wide = false;  // no key to go on from, or a page that brought too little
  }
}

void Clearing::take_narrow(Walk& walk, const Page& page) {
  Task& task = walk.neighbours.tasks[walk.at];
  for (const auto& object : page.objects) {
    if (object.key.starts_with(task.prefix)) take_key(task, object.key);
  }
  walk.token = page.next;
  if (walk.token.empty()) listed(walk);
}

// The execution at `at` is known to its end.
void Clearing::listed(Walk& walk) {
  walk.neighbours.tasks[walk.at].listed = true;
  ++walk.at;
  walk.begun = false;
}

void Clearing::end(Walk& walk) {
  walk.at = walk.neighbours.tasks.size();
  if (--walking_ == 0) delete_queued();
}

void Clearing::take_key(Task& task, const std::string& key) {
  if (action_ == Action::count) {
    if (!is_marker(key)) ++answers_[task.place].files;
    return;
  }
  ++task.pending;
  if (!fits_xml(key)) return send_single({.key = key, .task = &task});
  queue_.push_back({.key = key, .task = &task});
  if (queue_.size() == kMostKeys) delete_queued();
}

void Clearing::delete_queued() {
  if (!queue_.empty()) send_deletion(std::exchange(queue_, {}), 0);
}

// Before further listings, so that what is listed does not pile up.
void Clearing::send_deletion(Keys keys, int round) {
  std::vector<std::string_view> names;
  names.reserve(keys.size());
  for (const auto& found : keys) names.push_back(found.key);
  Request request{.method = "POST", .query = {{"delete", ""}}, .body = write_deletion(names)};
  const auto shared = std::make_shared<Keys>(std::move(keys));
  Handler handler = [this, shared, round](const Answer& answer, bool last) {
    return take_deletions(shared, round, answer, last);
  };
  if (round == 0) {
    courier_.send(std::move(request), std::move(handler), Courier::Rank::next);
  } else {
    courier_.send_later(std::move(request), std::move(handler), round);
  }
}

Verdict Clearing::take_deletions(const std::shared_ptr<Keys>& keys, int round, const Answer& answer,
                                 bool last) {
  if (answer.status != 200) {
    std::vector<Task*> tasks;
    for (const auto& found : *keys) tasks.push_back(found.task);
    refused(answer, "delete objects", tasks);
    return Verdict::taken;
  }
  const auto deletions = read_deletions(answer.body);
  if (!deletions) {
    if (last) courier_.give_up(answer_failure(settings_, "use the answer to a deletion", answer));
    return Verdict::ask_again;
  }
  std::unordered_map<std::string_view, Found*> open;
  for (auto& found : *keys) open.emplace(found.key, &found);
  for (const auto& key : deletions->deleted) {
    const auto found = open.find(key);
    if (found == open.end()) continue;
    gone(*found->second, true);
    open.erase(found);
  }
  Keys busy;
  for (const auto& error : deletions->errors) {
    const auto found = open.find(error.key);
    if (found == open.end()) continue;
    if (error.code == "NoSuchKey") {
      gone(*found->second, false);
    } else if (is_busy(error.code) && round < kRounds) {
      busy.push_back(*found->second);
    } else {
      fail_task(*found->second->task,
                key_failure(settings_, error.key,
                            document::printable(error.code) + " " +
                                document::printable(error.message.substr(0, 500))));
    }
    open.erase(found);
  }
  for (const auto& [key, found] : open) {
    fail_task(*found->task,
              key_failure(settings_, found->key, "the server does not say what became of it"));
  }
  if (!busy.empty()) send_deletion(std::move(busy), round + 1);
  return Verdict::taken;
}

// A key that XML can't carry.
void Clearing::send_single(Found found) {
  Request request{.method = "DELETE", .key = found.key};
  courier_.send(
      std::move(request),
      [this, found = std::move(found)](const Answer& answer, bool /*last*/) {
        const bool done = answer.status == 200 || answer.status == 204;
        if (done || answer.status == 404) {
          gone(found, done);
        } else {
          refused(answer, "delete " + document::printable(found.key), {found.task});
        }
        return Verdict::taken;
      },
      Courier::Rank::next);
}

void Clearing::gone(const Found& found, bool counts) {
  --found.task->pending;
  if (counts && !is_marker(found.key)) ++answers_[found.task->place].files;
}

void Clearing::fail_task(Task& task, Failure failure) {
  auto& kept = answers_[task.place].failure;
  if (!kept) kept = std::move(failure);
}

// True when this ends the whole call.
bool Clearing::refused(const Answer& answer, const std::string& doing,
                       const std::vector<Task*>& tasks) {
  const auto failure = answer_failure(settings_, doing, answer);
  if (is_of_the_whole(answer)) {
    courier_.give_up(failure);
    return true;
  }
  for (Task* task : tasks) fail_task(*task, failure);
  return false;
}

}  // namespace winnow::storage::s3
