// A connection that is opened again when it is lost, and work on it that is tried again when the server says that this may
// help.
#pragma once

#include <functional>
#include <memory>

#include "database/connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Not thread-safe. The context must outlive it.
class SteadyConnection {
 public:
  using Work = std::function<Outcome<void>(database::Connection&)>;

  static Outcome<SteadyConnection> open(Context& context);

  // Does `work`, which has to be fit to be done again, until it succeeds or fails for good, within a budget. What is open
  // is rolled back between two tries. Work that commits finds out itself what became of a commit in doubt.
  Outcome<void> insist(const Work& work);

  database::Connection& get() { return *connection_; }

 private:
  SteadyConnection(Context& context, std::unique_ptr<database::Connection> connection)
      : context_(&context), connection_(std::move(connection)) {}
  Outcome<void> prepare_again(const Failure& failure);

  Context* context_;
  std::unique_ptr<database::Connection> connection_;
};

}  // namespace winnow::tasks
