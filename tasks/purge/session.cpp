#include "tasks/purge/session.h"

#include <utility>

#include "outcome/try.h"
#include "tasks/shared/lock_wait.h"

namespace winnow::tasks {

Outcome<std::unique_ptr<database::Connection>> PurgeSession::take_connection(
    const Context& context) {
  if (connection_ != nullptr) return std::exchange(connection_, nullptr);
  return connect(context);
}

void PurgeSession::give_back(std::unique_ptr<database::Connection> connection) {
  connection_ = std::move(connection);
}

Outcome<database::Schema> PurgeSession::schema(const Manifest& manifest,
                                               database::Connection& connection) {
  const auto found = schemas_.find(&manifest);
  if (found != schemas_.end()) return found->second;
  WINNOW_TRY(auto probed, connection.probe(tables_of(manifest)));
  return schemas_.emplace(&manifest, std::move(probed)).first->second;
}

}  // namespace winnow::tasks
