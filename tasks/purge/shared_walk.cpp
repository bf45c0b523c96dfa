#include "tasks/purge/shared_walk.h"

#include <algorithm>
#include <utility>

#include "outcome/try.h"
#include "tasks/pace/pacer.h"
#include "tasks/purge/plan.h"
#include "tasks/purge/prepared.h"
#include "tasks/purge/source.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {
namespace {

using Found = std::vector<std::unique_ptr<FoundRows>>;

Outcome<std::unique_ptr<Prepared>> prepare_walk(const SharedWalk& walk, Context& context,
                                                PurgeSession& session) {
  WINNOW_TRY(auto prepared, prepare(*walk.manifest, walk.request, context, session));
  WINNOW_CHECK(prepared->selection->check(walk.parts));
  prepared->statements->tell_apart(walk.parts);
  return prepared;
}

Found nothing_yet(const SharedWalk& walk) {
  Found found;
  for (const auto& part : walk.parts) {
    if (part.number) found.push_back(std::make_unique<FoundRows>());
  }
  return found;
}

// A page's rows to their parts, whose order they keep.
Outcome<void> hand_out(Batch page, Found& found) {
  std::vector<std::vector<BatchRow>> of_parts(found.size());
  for (auto& row : page.rows) {
    if (row.part < 0 || row.part >= std::ssize(found)) {
      return fail(FailureKind::internal, "the server numbers rows as it was not asked to");
    }
    of_parts[static_cast<std::size_t>(row.part)].push_back(std::move(row));
  }
  for (std::size_t at = 0; at < found.size(); ++at) {
    if (!of_parts[at].empty()) WINNOW_CHECK(found[at]->append(page.deleted, of_parts[at]));
  }
  return {};
}

}  // namespace

Outcome<Found> find_rows(const SharedWalk& walk, const Context& context, PurgeSession& session) {
  auto own = context;
  WINNOW_TRY(const auto prepared, prepare_walk(walk, own, session));
  auto& connection = *prepared->connection;
  Found found;
  if (!connection.dialect().merges_shards()) {
    WINNOW_CHECK(check_plans(walk_statements(*prepared, walk.request), connection, own));
    found = nothing_yet(walk);
    own.progress.phase = Phase::selecting;
    BatchSource source(*prepared->selection, *prepared->statements);
    Pacer pacer(own.pace, own);
    Pacer::Lane lane;
    while (true) {
      WINNOW_TRY(const auto next, pacer.await(lane));
      if (next == Pacer::Next::budget_used) break;
      WINNOW_TRY(auto page, source.next(connection, BatchSource::kPage));
      if (page.rows.empty()) break;
      WINNOW_CHECK(hand_out(std::move(page), found));
    }
  }
  session.give_back(std::move(prepared->connection));
  return found;
}

Outcome<Json> describe_walk(const SharedWalk& walk, const Context& context, PurgeSession& session) {
  auto own = context;
  WINNOW_TRY(const auto prepared, prepare_walk(walk, own, session));
  auto& connection = *prepared->connection;
  const bool is_walked = !connection.dialect().merges_shards();
  const auto statements =
      is_walked ? walk_statements(*prepared, walk.request) : std::vector<PlannedStatement>();
  WINNOW_TRY(auto described, explained(connection, statements));
  session.give_back(std::move(prepared->connection));
  return described;
}

}  // namespace winnow::tasks
