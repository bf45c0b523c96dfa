#include "tasks/orphans/folders.h"

#include <algorithm>
#include <map>
#include <set>

#include "document/instant.h"
#include "tasks/orphans/execution_lookup.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/removal_limits.h"
#include "tasks/selection/selection.h"
#include "tasks/shared/counters.h"
#include "tasks/shared/key_spool.h"
#include "tasks/shared/reconnecting_connection.h"

namespace winnow::tasks {
namespace {

using document::Instant;
using storage::ExecutionFolder;
using storage::FoundFolder;

constexpr std::size_t kAskedAtOnce = 500;  // executions of one query (measurements.md)
constexpr std::int64_t kMostKept = 1'000;  // folders that stay, before a run gives up

Instant now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string text_of(const Json& parameters, const char* name) {
  return given_string(parameters, name).value_or("");
}

std::optional<Instant> instant_of(const Json& parameters, const char* name) {
  return *given_instant(parameters, name);  // check_orphan_folders has read it
}

// What a folder is by the parameters and the policy.
class Wanted {
 public:
  Wanted(const Json& parameters, const Policy& policy)
      : policy_(policy),
        name_space_(text_of(parameters, "namespace")),
        flow_(text_of(parameters, "flowId")),
        from_(instant_of(parameters, "startDate")),
        until_(std::min(
            *instant_of(parameters, "endDate"),
            now() - std::chrono::seconds(parameters.at("minimumAge").get<std::int64_t>()))) {}

  bool has(const FoundFolder& found) const {
    const auto& folder = found.folder;
    const bool flow_fits =
        flow_.empty() || (folder.name_space == name_space_ && folder.flow == storage::slug(flow_));
    return flow_fits && found.newest <= until_ && (!from_ || found.newest >= *from_) &&
           may_remove(policy_, folder.name_space);
  }

 private:
  const Policy& policy_;
  std::string name_space_;
  std::string flow_;
  std::optional<Instant> from_;
  Instant until_;
};

class Sweep {
 public:
  Sweep(const Manifest& manifest, const Json& parameters, Context& context,
        ReconnectingConnection connection, Existence existence)
      : parameters_(parameters),
        context_(context),
        connection_(std::move(connection)),
        existence_(existence),
        wanted_(parameters, context.policy),
        limits_(context.policy, "folders of executions"),
        counters_(zero_counters(manifest)) {}

  Outcome<void> run(bool dry_run) {
    if (auto found = find(); !found) return found;
    if (dry_run) {
      counters_["purgedCount"] = found_;
      return {};
    }
    if (found_ == 0) return {};
    if (auto right = check_database(); !right) return right;
    context_.progress.phase = Phase::working;
    while (true) {
      const auto paths = orphans_.take(kAskedAtOnce);
      if (!paths) return fail(paths.error());
      if (paths->empty()) break;
      if (auto removed = remove(*paths); !removed) return removed;
    }
    if (!kept_) return {};
    kept_->message += "; " + std::to_string(kept_folders_) + " folders could not be removed";
    return fail(*kept_);
  }

  const Json& counters() const { return counters_; }
  std::int64_t orphans() const { return found_; }

  Outcome<void> find() {
    context_.progress.phase = Phase::selecting;
    auto tenant = allowed_tenant(context_.policy, given_string(parameters_, "tenant"));
    if (!tenant) return fail(tenant.error());
    tenant_ = *tenant;
    const storage::SearchArea area{.tenant = tenant_,
                                   .name_space = text_of(parameters_, "namespace")};
    auto found = context_.storage->find(
        area, [this](FoundFolder folder) { return take(std::move(folder)); },
        context_.cancellation);
    if (!found) return found;
    if (auto asked = ask(); !asked) return asked;
    return limits_.check_share(found_, [this](std::int64_t) -> Outcome<std::int64_t> {
      return counters_.at("scannedCount").get<std::int64_t>();
    });
  }

 private:
  Outcome<void> take(FoundFolder found) {
    add_to(counters_, "scannedCount", 1);
    if (!wanted_.has(found)) return {};
    asked_.push_back(std::move(found));
    return asked_.size() < kAskedAtOnce ? Outcome<void>{} : ask();
  }

  // Which of those that were found have no execution.
  Outcome<void> ask() {
    std::vector<std::string> ids;
    for (const auto& found : asked_) ids.push_back(found.folder.execution);
    auto gone = those_gone(ids);
    if (!gone) return fail(gone.error());
    std::vector<std::string> paths;
    for (const auto& found : asked_) {
      if (!gone->contains(found.folder.execution)) continue;
      paths.push_back(*storage::execution_path(found.folder));  // it came from such a path
      add_to(counters_, "filesCount", static_cast<std::int64_t>(found.files));
    }
    asked_.clear();
    if (auto kept = orphans_.append(paths); !kept) return kept;
    found_ += static_cast<std::int64_t>(paths.size());
    return limits_.check_number(found_);
  }

  Outcome<void> check_database() {
    bool any = false;
    auto asked = connection_.retry({.run = [&](database::Connection& connection) -> Outcome<void> {
      const auto found = existence_.any(connection);
      if (!found) return fail(found.error());
      any = *found;
      return {};
    }});
    if (!asked || any) return asked;
    return fail(FailureKind::limit,
                "the database has no execution at all, so that every folder of the storage would "
                "go: is it the database that belongs to this storage? Nothing was removed");
  }

  // An execution that came (back) meanwhile keeps its files.
  Outcome<void> remove(const std::vector<std::string>& paths) {
    std::map<std::string, ExecutionFolder> folders;
    std::vector<std::string> ids;
    for (const auto& path : paths) {
      auto folder = *storage::execution_of(path);
      folder.tenant = tenant_;
      ids.push_back(folder.execution);
      folders.emplace(path, std::move(folder));
    }
    const auto gone = those_gone(ids);
    if (!gone) return fail(gone.error());
    std::vector<ExecutionFolder> batch;
    for (auto& [path, folder] : folders) {
      if (gone->contains(folder.execution)) batch.push_back(std::move(folder));
    }
    return remove_files(batch);
  }

  Outcome<void> remove_files(const std::vector<ExecutionFolder>& batch) {
    std::optional<Failure> cancelled;
    for (auto& removed : context_.storage->remove(batch, context_.cancellation)) {
      add_to(counters_, "deletedFilesCount", static_cast<std::int64_t>(removed.files));
      if (!removed.failure) {
        add_to(counters_, "purgedCount", 1);
        ++context_.progress.rows_done;
      } else if (removed.failure->kind == FailureKind::cancelled) {
        cancelled = std::move(removed.failure);
      } else {
        if (!kept_ || kept_->message != removed.failure->message) {
          context_.host.log(LogLevel::error, removed.failure->message);
        }
        if (!kept_) kept_ = std::move(removed.failure);
        ++kept_folders_;
      }
    }
    report_batch(context_, batch.size(), counters_);
    if (cancelled) return fail(std::move(*cancelled));
    if (kept_folders_ > kMostKept) return fail(*kept_);
    return {};
  }

  Outcome<std::set<std::string>> those_gone(const std::vector<std::string>& ids) {
    std::set<std::string> gone;
    auto asked = connection_.retry({.run = [&](database::Connection& connection) -> Outcome<void> {
      auto found = existence_.gone(connection, ids);
      if (!found) return fail(found.error());
      gone = {found->begin(), found->end()};
      return {};
    }});
    if (!asked) return fail(asked.error());
    return gone;
  }

  const Json& parameters_;
  Context& context_;
  ReconnectingConnection connection_;
  Existence existence_;
  Wanted wanted_;
  RemovalLimits limits_;
  Json counters_;
  std::optional<std::string> tenant_;
  std::vector<FoundFolder> asked_;
  KeySpool orphans_;  // paths under the tenant's root
  std::int64_t found_ = 0;
  std::optional<Failure> kept_;
  std::int64_t kept_folders_ = 0;
};

Outcome<void> check_storage(const Context& context) {
  if (context.storage != nullptr) return {};
  return fail(FailureKind::configuration,
              "this task sweeps a storage, and the configuration says that there is none "
              "(`storage: {type: none}`)");
}

// What both run and plan begin with.
struct OpenedStorage {
  ReconnectingConnection connection;
  database::Schema schema;
};

Outcome<OpenedStorage> open_storage(const Manifest& manifest, const Json& parameters,
                                    Context& context) {
  if (auto checked = check_orphan_folders(manifest, parameters, context.policy); !checked) {
    return fail(checked.error());
  }
  if (auto there = check_storage(context); !there) return fail(there.error());
  context.progress.phase = Phase::connecting;
  auto connection = ReconnectingConnection::open(context);
  if (!connection) return fail(connection.error());
  const std::vector<std::string> tables{manifest.table};
  auto schema = connection->get().probe(tables);
  if (!schema) return fail(schema.error());
  return OpenedStorage{std::move(*connection), std::move(*schema)};
}

}  // namespace

Outcome<void> check_orphan_folders(const Manifest& manifest, const Json& parameters,
                                   const Policy& policy) {
  if (const auto scope = read_scope(manifest, parameters, policy); !scope) {
    return fail(scope.error());
  }
  for (const char* name : {"startDate", "endDate"}) {
    if (const auto read = given_instant(parameters, name); !read) return fail(read.error());
  }
  if (text_of(parameters, "flowId").empty() || !text_of(parameters, "namespace").empty()) return {};
  return fail(FailureKind::invalid_parameter, "a flow is found in its namespace: give that too",
              "/flowId");
}

TaskResult run_orphan_folders(const Manifest& manifest, const Json& parameters, Context& context) {
  auto opened = open_storage(manifest, parameters, context);
  if (!opened) return fail(opened.error());
  auto existence = Existence::make(opened->schema);
  if (!existence) return fail(existence.error());
  const bool dry_run = parameters.at("dryRun").get<bool>();
  Sweep sweep(manifest, parameters, context, std::move(opened->connection), *existence);
  const auto swept = sweep.run(dry_run);
  context.progress.phase = Phase::done;
  Json result = sweep.counters();
  if (dry_run) result["dryRun"] = true;
  if (!swept) return tl::unexpected(TaskFailure(swept.error(), std::move(result)));
  return result;
}

TaskResult plan_orphan_folders(const Manifest& manifest, const Json& parameters, Context& context) {
  auto opened = open_storage(manifest, parameters, context);
  if (!opened) return fail(opened.error());
  const auto existence = Existence::make(opened->schema);
  if (!existence) return fail(existence.error());
  database::TextList ids;
  for (std::size_t i = 0; i < kAskedAtOnce; ++i) ids.push_back("winnow-plan-" + std::to_string(i));
  auto& connection = opened->connection.get();
  auto looked = explained(connection,
                          {.purpose = "look for executions",
                           .statement = existence->statement(connection.dialect(), std::move(ids)),
                           .need = {}});
  if (!looked) return fail(looked.error());
  Json plan{{"task", manifest.name},
            {"server", opened->schema.server},
            {"statements", Json::array({std::move(*looked)})},
            {"leftOut", Json::array()}};
  Sweep sweep(manifest, parameters, context, std::move(opened->connection), *existence);
  if (auto found = sweep.find(); !found) return fail(found.error());
  plan["selected"] = sweep.orphans();
  return plan;
}

}  // namespace winnow::tasks
