// Shared by the purges of one run: a connection that each takes and gives back, and the schema that
// was probed over it.
#pragma once

#include <map>
#include <memory>

#include "database/connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// One thread at a time. A connection reports to the host of the context that it was opened with;
// that host and the manifests must outlive the session.
class PurgeSession {
 public:
  // The one that was given back, or a new one.
  Outcome<std::unique_ptr<database::Connection>> take_connection(const Context& context);
  // The connection must be idle and usable; one that failed ends the session.
  void give_back(std::unique_ptr<database::Connection> connection);

  // The tables of the manifest, probed at the first call.
  Outcome<database::Schema> schema(const Manifest& manifest, database::Connection& connection);

 private:
  std::unique_ptr<database::Connection> connection_;
  std::map<const Manifest*, database::Schema> schemas_;
};

}  // namespace winnow::tasks
