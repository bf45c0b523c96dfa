// What the purges of one run share: a connection that each takes and gives back, and what was
// probed over it.
#pragma once

#include <map>
#include <memory>

#include "database/connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// One thread at a time. What a connection reports goes to the host of the context that it was
// opened with, which must outlive the session; the manifests must too.
class PurgeSession {
 public:
  // The one that was given back, or a new one.
  Outcome<std::unique_ptr<database::Connection>> take_connection(const Context& context);
  // Idle, and sound: with one that failed the session ends.
  void give_back(std::unique_ptr<database::Connection> connection);

  // The tables of the manifest, probed when they are asked for first.
  Outcome<database::Schema> schema(const Manifest& manifest, database::Connection& connection);

 private:
  std::unique_ptr<database::Connection> connection_;
  std::map<const Manifest*, database::Schema> schemas_;
};

}  // namespace winnow::tasks
