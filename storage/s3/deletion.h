// One call of remove() or count(): lists the objects of the executions in the bucket and deletes
// them at the same time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/s3/object_deleter.h"

namespace winnow::storage::s3 {

// A page of a flow's `executions/` may hold many executions of one batch: while that is worthwhile,
// a cursor requests pages from the next wanted execution on, instead of listing each one. This
// relies on S3's order (by the bytes of the keys), which is checked: if the order is wrong, each
// execution is listed separately.
class Deletion {
 public:
  enum class Action { remove, count };

  // All arguments must outlive it. The executions' `place` is one of `results`.
  Deletion(Action action, const S3Settings& settings, HttpClient& client, ServerLimits& limits,
           std::vector<ExecutionPrefix> executions, std::vector<Removed> results);

  // Once.
  std::vector<Removed> run(const Cancellation& cancellation, const Deadlines& deadlines);

 private:
  // A way through the listing of one group.
  struct PrefixCursor {
    PrefixGroup group;
    std::size_t at = 0;        // the first that is not listed completely
    bool wide = false;         // pages of all of the flow's executions, not of one
    bool begun = false;        // some keys of the execution at `at` were processed
    std::size_t asked = 0;     // wide: keys that the page may have
    std::string after = {};    // wide: the last key that was seen
    std::string token = {};    // otherwise: continuation of the execution's listing
    std::string version = {};  // and with which version
  };

  void send_for_page(PrefixCursor& cursor);
  Request page_request(PrefixCursor& cursor) const;
  Handled take_page(PrefixCursor& cursor, const Response& response, bool last);
  void take_refusal(PrefixCursor& cursor, const Response& response);
  void take_wide(PrefixCursor& cursor, const Page& page);
  void take_narrow(PrefixCursor& cursor, const Page& page);
  void listed(PrefixCursor& cursor);
  void end(PrefixCursor& cursor);
  void take_object(ExecutionPrefix& execution, const ListedObject& object);
  void deleted(const OwnedObject& object, bool existed);
  void fail_execution(const ExecutionPrefix& execution, Failure failure);

  Action action_;
  const S3Settings& settings_;
  HttpClient& client_;
  ObjectDeleter deleter_;
  std::vector<Removed> results_;
  std::vector<std::unique_ptr<PrefixCursor>> cursors_;
  std::size_t listing_ = 0;  // cursors that are not finished
};

}  // namespace winnow::storage::s3
