// The sweep of folders.
#include <algorithm>
#include <set>

#include "document/strings.h"
#include "tasks/orphans/orphans.h"
#include "tasks/orphans/request.h"
#include "tasks/orphans/sweep.h"
#include "tasks/receipts/receipts.h"
#include "tasks/selection/removal_limits.h"
#include "tasks/shared/counters.h"
#include "tasks/shared/key_spool.h"

namespace winnow::tasks {
namespace {

using document::Instant;
using storage::ExecutionFolder;
using storage::FoundFolder;

// The folders that the request and the policy allow to be removed.
class FolderFilter {
 public:
  FolderFilter(const OrphanFoldersRequest& request, const Policy& policy)
      : request_(request),
        policy_(policy),
        protection_(policy),
        flow_(request.flow.empty() ? "" : storage::slug(request.flow)),
        until_(std::min(request.until, document::now() - request.minimum_age)) {
    protection_.allow.clear();
  }

  bool takes(const FoundFolder& found) const {
    const auto& folder = found.folder;
    const bool of_flow =
        flow_.empty() || (folder.name_space == request_.name_space && folder.flow == flow_);
    return of_flow && found.newest <= until_ &&
           (!request_.from || found.newest >= *request_.from) &&
           may_remove(policy_, folder.name_space) &&
           (request_.tenant || is_without_tenant(folder.name_space));
  }

 private:
  // Where there is no tenant, the folders of tenants look like namespaces. Those of another tenant
  // of the policy are not meant, and what is protected stays below any.
  bool is_without_tenant(std::string_view name_space) const {
    const auto dot = name_space.find('.');
    const bool of_tenant = std::find(policy_.tenants.begin(), policy_.tenants.end(),
                                     name_space.substr(0, dot)) != policy_.tenants.end();
    const auto below = dot == std::string_view::npos ? "" : name_space.substr(dot + 1);
    return !of_tenant && may_remove(protection_, below);
  }

  const OrphanFoldersRequest& request_;
  const Policy& policy_;
  Policy protection_;  // of the policy, what is protected alone
  std::string flow_;
  Instant until_;
};

class FolderSweep {
 public:
  FolderSweep(Sweep& sweep, const OrphanFoldersRequest& request)
      : sweep_(sweep),
        request_(request),
        filter_(request, sweep.context().policy),
        limits_(sweep.context().policy, "folders of executions") {}

  Outcome<void> run() {
    WINNOW_CHECK(find());
    WINNOW_TRY(const auto missing, missing_storage());
    if (!missing.empty()) {
      sweep_.counters()["notes"] = {missing};
      sweep_.context().host.log(LogLevel::warn, missing);
    }
    if (request_.dry_run) sweep_.counters()["purgedCount"] = found_;
    if (request_.dry_run || found_ == 0) return whole();
    WINNOW_CHECK(
        sweep_.check_executions("every folder of the storage",
                                "Check that this database and this storage belong together"));
    sweep_.context().progress.phase = Phase::working;
    while (true) {
      WINNOW_TRY(const auto paths, orphans_.take(kExecutionsPerPage));
      if (paths.empty()) break;
      WINNOW_TRY(const bool goes_on, sweep_.may_go_on());
      if (!goes_on) break;
      const auto began = Pacer::Clock::now();
      WINNOW_CHECK(remove(paths));
      sweep_.note_pace(std::ssize(paths), Pacer::Clock::now() - began);
    }
    return whole();
  }

  std::int64_t found() const { return found_; }

  // A failure where a folder could not be read or removed.
  Outcome<void> whole() const {
    if (!failure_) return {};
    auto failure = *failure_;
    if (unread_ > 0) {
      failure.message += "; " + document::counted(unread_, "folder") + " could not be read";
    }
    if (kept_ > 0) {
      failure.message += "; " + document::counted(kept_, "folder") + " could not be removed";
    }
    return fail(std::move(failure));
  }

  // Why there may be nothing to find: most likely the storage is not Kestra's. Empty: it is.
  Outcome<std::string> missing_storage() const {
    auto& context = sweep_.context();
    if (context.allow_missing_files || found_ > 0) return std::string();
    WINNOW_TRY(auto missing, context.storage->missing(request_.tenant, context.cancellation));
    if (missing.empty()) return std::string();
    return missing +
           ": no folder was looked at. Check that `storage` names Kestra's own storage, and that a "
           "folder is mounted here";
  }

  Outcome<void> find() {
    auto& context = sweep_.context();
    context.progress.phase = Phase::selecting;
    WINNOW_CHECK(context.storage->find(
        {.tenant = request_.tenant, .name_space = request_.name_space},
        [this](FoundFolder folder) { return take(std::move(folder)); }, context.cancellation));
    WINNOW_CHECK(look_up());
    return limits_.check_share(found_, [this](std::int64_t) -> Outcome<std::int64_t> {
      return sweep_.counters().at("scannedCount").get<std::int64_t>();
    });
  }

 private:
  Outcome<void> take(FoundFolder found) {
    if (found.failure) {
      name(std::move(*found.failure));
      return ++unread_ > kMostKept ? whole() : Outcome<void>{};
    }
    add_to(sweep_.counters(), "scannedCount", 1);
    if (!filter_.takes(found)) return {};
    page_.push_back(std::move(found));
    return std::cmp_less(page_.size(), kExecutionsPerPage) ? Outcome<void>{} : look_up();
  }

  // Keeps those of the page whose execution is missing.
  Outcome<void> look_up() {
    std::vector<std::string> executions;
    for (const auto& found : page_) executions.push_back(found.folder.execution);
    WINNOW_TRY(const auto missing, missing_of(executions));
    std::vector<std::string> paths;
    for (const auto& found : page_) {
      if (!missing.contains(found.folder.execution)) continue;
      WINNOW_TRY(auto path, storage::execution_path(found.folder));
      paths.push_back(std::move(path));
      add_to(sweep_.counters(), "filesCount", static_cast<std::int64_t>(found.files));
    }
    page_.clear();
    WINNOW_CHECK(orphans_.append(paths));
    found_ += static_cast<std::int64_t>(paths.size());
    return limits_.check_so_far(found_);
  }

  Outcome<std::set<std::string>> missing_of(const std::vector<std::string>& executions) {
    WINNOW_TRY(const auto missing, sweep_.missing(executions));
    return std::set<std::string>(missing.begin(), missing.end());
  }

  // An execution that was written or restored meanwhile keeps its files.
  Outcome<void> remove(const std::vector<std::string>& paths) {
    std::vector<ExecutionFolder> folders;
    std::vector<std::string> executions;
    for (const auto& path : paths) {
      auto folder = storage::execution_of(path);
      if (!folder) continue;  // every path was that of a folder: not reached
      folder->tenant = request_.tenant;
      executions.push_back(folder->execution);
      folders.push_back(std::move(*folder));
    }
    WINNOW_TRY(const auto missing, missing_of(executions));
    std::erase_if(folders, [&](const ExecutionFolder& folder) {
      return !missing.contains(folder.execution);
    });
    return remove_with_receipt(folders);
  }

  // Folders have no transaction: the receipt's second record names those that stay.
  Outcome<void> remove_with_receipt(const std::vector<ExecutionFolder>& folders) {
    auto* const receipts = sweep_.context().receipts;
    std::vector<std::string> kept;
    if (receipts == nullptr || folders.empty()) return remove_files(folders, kept);
    RemovedBatch receipt{.task = sweep_.manifest().name, .table = {}};
    for (const auto& folder : folders) {
      WINNOW_TRY(auto path, storage::execution_path(folder));
      receipt.keys.push_back(std::move(path));
    }
    WINNOW_TRY(const auto number, receipts->before_commit(std::move(receipt)));
    const auto removed = remove_files(folders, kept);
    WINNOW_CHECK(receipts->committed(number, kept));
    return removed;
  }

  // Adds the paths of those that stay to `kept`.
  Outcome<void> remove_files(const std::vector<ExecutionFolder>& folders,
                             std::vector<std::string>& kept) {
    auto& context = sweep_.context();
    std::optional<Failure> cancelled;
    auto folder = folders.begin();
    for (auto& removed : context.storage->remove(folders, context.cancellation)) {
      const auto path = storage::execution_path(*folder++);
      if (removed.failure && path) kept.push_back(*path);
      add_to(sweep_.counters(), "deletedFilesCount", static_cast<std::int64_t>(removed.files));
      if (!removed.failure) {
        add_to(sweep_.counters(), "purgedCount", 1);
        ++context.progress.rows_done;
      } else if (removed.failure->kind == FailureKind::cancelled) {
        cancelled = std::move(removed.failure);
      } else {
        name(std::move(*removed.failure));
        ++kept_;
      }
    }
    report_batch(context, folders.size(), sweep_.counters());
    if (cancelled) return fail(std::move(*cancelled));
    if (kept_ > kMostKept) return whole();
    return {};
  }

  void name(Failure failure) {
    if (!failure_ || failure_->message != failure.message) {
      sweep_.context().host.log(LogLevel::error, failure.message);
    }
    if (!failure_) failure_ = std::move(failure);
  }

  Sweep& sweep_;
  const OrphanFoldersRequest& request_;
  FolderFilter filter_;
  RemovalLimits limits_;
  std::vector<FoundFolder> page_;
  // Paths under the tenant's root.
  KeySpool orphans_;
  std::int64_t found_ = 0;
  // The first failure of a folder that stays, how many of them could not be read, and how many not
  // be removed.
  std::optional<Failure> failure_;
  std::int64_t unread_ = 0;
  std::int64_t kept_ = 0;
};

class OrphanFolders final : public Invocation {
 public:
  OrphanFolders(const Manifest& manifest, OrphanFoldersRequest request)
      : manifest_(manifest), request_(std::move(request)) {}

  bool needs_storage() const override { return true; }

  TaskResult run(Context& context) const override {
    WINNOW_TRY(auto sweep, open(context, request_.dry_run ? Sweep::Paced::no : Sweep::Paced::yes));
    const auto swept = FolderSweep(sweep, request_).run();
    return sweep.result(swept, request_.dry_run);
  }

  TaskResult plan(Context& context) const override {
    WINNOW_TRY(auto sweep, open(context, Sweep::Paced::no));
    WINNOW_TRY(auto plan, sweep.plan());
    FolderSweep folders(sweep, request_);
    WINNOW_CHECK(folders.find());
    WINNOW_CHECK(folders.whole());
    plan["selected"] = folders.found();
    WINNOW_TRY(const auto missing, folders.missing_storage());
    if (!missing.empty()) plan["notes"] = {missing};
    return plan;
  }

 private:
  Outcome<Sweep> open(Context& context, Sweep::Paced paced) const {
    if (context.storage == nullptr) {
      return fail(FailureKind::configuration,
                  "this task sweeps a storage, and the configuration has none "
                  "(`storage: {type: none}`)");
    }
    return Sweep::open(manifest_, context, request_.pace, paced);
  }

  const Manifest& manifest_;
  OrphanFoldersRequest request_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke_orphan_folders(const Manifest& manifest,
                                                           const Json& parameters,
                                                           const Policy& policy) {
  WINNOW_TRY(auto request, read_orphan_folders_request(manifest, parameters, policy));
  return std::make_unique<OrphanFolders>(manifest, std::move(request));
}

}  // namespace winnow::tasks
