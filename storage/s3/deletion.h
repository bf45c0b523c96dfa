// One call of remove() or count(): lists what the executions have in the bucket and deletes it, both at the same time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/s3/folders.h"
#include "storage/s3/http_client.h"
#include "storage/s3/responses.h"

namespace winnow::storage::s3 {

// A page of a flow's `executions/` may hold many executions of one batch: as long as that pays, pages are asked for at
// the next wanted execution and not at each one of them. This leans on S3's order (by the bytes of the keys), which is
// checked: where it doesn't hold, each execution is listed by itself.
class Clearing {
 public:
  enum class Action { remove, count };

  // All that is given must outlive it. Once.
  Clearing(Action action, const S3Settings& settings, Courier& courier,
           std::span<const ExecutionFolder> folders);

  std::vector<Removed> run(const Cancellation& cancellation, const Patience& patience);

 private:
  // Neighbours on their way through the listing.
  struct Walk {
    Neighbours neighbours;
    std::size_t at = 0;      // the first that is not listed to its end
    bool wide = false;       // pages of all of the flow's executions, not of one
    bool begun = false;      // keys of the execution at `at` have been taken already
    std::string after = {};  // the last key that was seen
    std::string token = {};  // where the page of one execution goes on
  };
  struct Found {
    std::string key;
    Task* task;
  };
  using Keys = std::vector<Found>;

  void ask(Walk& walk);
  Verdict take_page(Walk& walk, const Answer& answer, bool last);
  void take_wide(Walk& walk, const Page& page);
  void take_narrow(Walk& walk, const Page& page);
  void listed(Walk& walk);
  void end(Walk& walk);
  void take_key(Task& task, const std::string& key);
  void delete_queued();
  void send_deletion(Keys keys, int round);
  void send_single(Found found);
  Verdict take_deletions(const std::shared_ptr<Keys>& keys, int round, const Answer& answer,
                         bool last);
  void gone(const Found& found, bool counts);
  void fail_task(Task& task, Failure failure);
  bool refused(const Answer& answer, const std::string& doing, const std::vector<Task*>& tasks);

  Action action_;
  const S3Settings& settings_;
  Courier& courier_;
  std::vector<Removed> answers_;
  std::vector<std::unique_ptr<Walk>> walks_;
  std::size_t walking_ = 0;
  Keys queue_;
};

}  // namespace winnow::storage::s3
