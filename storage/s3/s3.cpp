// Storage in a bucket.
#include "storage/s3/s3.h"

#include <map>
#include <mutex>

#include "document/utf8.h"
#include "outcome/try.h"
#include "storage/path.h"
#include "storage/s3/deletion.h"
#include "storage/s3/listing_assembler.h"

namespace winnow::storage {
namespace {

using s3::Deletion;
using s3::Handled;
using s3::HttpClient;
using s3::Page;
using s3::Response;
using s3::RunEnd;

constexpr s3::Deadlines kNoDeadlines{.last_begin = kNoDeadline, .end = kNoDeadline};

// Half of the time is for what was begun, so that it is known what was deleted.
s3::Deadlines deadlines_until(Deadline until) {
  if (until == kNoDeadline) return kNoDeadlines;
  const auto now = std::chrono::steady_clock::now();
  return {.last_begin = now + (until - now) / 2, .end = until};
}

class S3Storage final : public Storage {
 public:
  explicit S3Storage(S3Settings settings) : settings_(std::move(settings)) {}

  std::vector<Removed> remove(std::span<const ExecutionFolder> folders,
                              const Cancellation& cancellation, Deadline until) override {
    return work(Deletion::Action::remove, folders, cancellation, until);
  }

  std::vector<Removed> count(std::span<const ExecutionFolder> folders,
                             const Cancellation& cancellation) override {
    return work(Deletion::Action::count, folders, cancellation, kNoDeadline);
  }

  Outcome<std::string> missing(const std::optional<std::string>& tenant,
                               const Cancellation& cancellation) override {
    const auto client = borrow();
    WINNOW_TRY(const auto roots, roots_in_use(*client, tenant, cancellation, kNoDeadlines));
    const auto& root = roots.front();
    if (roots.size() > 1) return std::string();
    std::string token;
    do {
      WINNOW_TRY(const auto page, list(*client, root, token, kAny, cancellation, kNoDeadlines));
      if (!page.objects.empty()) return std::string();
      token = page.next;  // a page may be empty before the last one
    } while (!token.empty());
    return "the bucket " + document::printable(settings_.bucket) + " at " +
           document::printable(settings_.endpoint) + " holds no object" +
           (root.empty() ? "" : " below \"" + document::printable(root) + "\"");
  }

  Outcome<void> find(const SearchArea& area, const FolderHandler& handler,
                     const Cancellation& cancellation) override {
    WINNOW_TRY(const auto path, search_path(area));
    const std::string below = path.empty() ? "" : path + "/";
    const auto client = borrow();
    WINNOW_TRY(const auto roots, roots_in_use(*client, area.tenant, cancellation, kNoDeadlines));
    for (const auto& root : roots) {
      s3::ListingAssembler assembler(root, area.tenant, handler);
      const std::string prefix = root + below;
      std::string token;
      do {
        WINNOW_TRY(const auto page,
                   list(*client, prefix, token, kFull, cancellation, kNoDeadlines));
        WINNOW_CHECK(assembler.take(page));
        token = page.next;
      } while (!token.empty());
      WINNOW_CHECK(assembler.end());
    }
    return {};
  }

 private:
  struct GiveBack {
    S3Storage* storage;
    void operator()(HttpClient* client) const noexcept {
      std::unique_ptr<HttpClient> owned(client);
      owned->clear();
      const std::lock_guard guard(storage->mutex_);
      try {
        storage->idle_.push_back(std::move(owned));
      } catch (
          const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): then its connections end here
      }
    }
  };
  using Borrowed = std::unique_ptr<HttpClient, GiveBack>;

  // One for each call that goes on at the same time; their connections are kept.
  Borrowed borrow() {
    const std::lock_guard guard(mutex_);
    if (idle_.empty()) return Borrowed(new HttpClient(settings_), GiveBack{this});
    auto client = std::move(idle_.back());
    idle_.pop_back();
    return Borrowed(client.release(), GiveBack{this});
  }

  std::vector<Removed> work(Deletion::Action action, std::span<const ExecutionFolder> folders,
                            const Cancellation& cancellation, Deadline until) {
    const auto client = borrow();
    const auto deadlines = deadlines_until(until);
    std::vector<Removed> results(folders.size());
    std::vector<s3::ExecutionPrefix> executions;
    for (std::size_t i = 0; i < folders.size(); ++i) {
      auto path = execution_path(folders[i]);
      if (!path) {
        results[i].failure = std::move(path.error());
        continue;
      }
      auto roots = roots_in_use(*client, folders[i].tenant, cancellation, deadlines);
      if (!roots) {
        for (auto& result : results) result.failure = roots.error();
        return results;
      }
      for (const auto& root : *roots) {
        executions.push_back({.place = i, .prefix = root + *path + "/"});
      }
    }
    return Deletion(action, settings_, *client, limits_, std::move(executions), std::move(results))
        .run(cancellation, deadlines);
  }

  // Kestra's own root, and those of older versions below which there is something. Asked once; a
  // refusal says that the server can't have such keys.
  Outcome<std::vector<std::string>> roots_in_use(HttpClient& client,
                                                 const std::optional<std::string>& tenant,
                                                 const Cancellation& cancellation,
                                                 const s3::Deadlines& deadlines) {
    {
      const std::lock_guard guard(mutex_);
      if (const auto known = roots_.find(tenant); known != roots_.end()) return known->second;
    }
    const auto all = s3::roots_of(settings_.path, tenant);
    std::vector<std::string> used{all.front()};
    for (std::size_t i = 1; i < all.size(); ++i) {
      const auto page = list(client, all[i], {}, kAny, cancellation, deadlines);
      const bool refused =
          !page && page.error().kind == FailureKind::storage && !page.error().retryable;
      if (!page && !refused) return fail(page.error());
      if (page && !page->objects.empty() && page->objects.front().key.starts_with(all[i])) {
        used.push_back(all[i]);
      }
    }
    const std::lock_guard guard(mutex_);
    return roots_.emplace(tenant, std::move(used)).first->second;
  }

  static constexpr const char* kFull = "";  // as many as the server likes
  static constexpr const char* kAny = "1";

  Outcome<Page> list(HttpClient& client, const std::string& prefix, const std::string& token,
                     const std::string& most, const Cancellation& cancellation,
                     const s3::Deadlines& deadlines) const {
    s3::Request request;
    request.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix}};
    if (!token.empty()) request.query["continuation-token"] = token;
    if (!most.empty()) request.query["max-keys"] = most;
    std::optional<Page> page;
    client.send(
        std::move(request),
        [&](const Response& response, bool last) {
          if (response.status == 200) page = s3::read_page(response.body);
          if (page) return Handled::done;
          if (response.status == 200 && !last) return Handled::retry;
          const auto doing = response.status == 200
                                 ? "use as a listing (ListObjectsV2) what was asked for " + prefix
                                 : "list " + prefix;
          client.stop(s3::response_failure(settings_, doing, response));
          return Handled::done;
        },
        HttpClient::Priority::in_turn);
    const auto end = client.run(cancellation, deadlines);
    if (end == RunEnd::cancelled) return fail(cancelled_failure());
    if (end == RunEnd::time_up) {
      return fail({.kind = FailureKind::storage,
                   .message = "the storage at " + document::printable(settings_.endpoint) +
                              " did not answer within `storage.hold-time`" +
                              (client.trouble().empty() ? "" : ": " + client.trouble()),
                   .retryable = true});
    }
    if (!page) return fail(client.failure());
    return std::move(*page);
  }

  const S3Settings settings_;
  s3::ServerLimits limits_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpClient>> idle_;
  std::map<std::optional<std::string>, std::vector<std::string>> roots_;
};

tl::unexpected<Failure> refuse(const std::string& reason) {
  return fail(FailureKind::configuration, "the storage " + reason);
}

bool is_endpoint(const std::string& url) {
  const auto mark = url.find("://");
  const bool known = url.starts_with("http://") || url.starts_with("https://");
  return known && url.size() > mark + 3 &&
         url.find_first_of("/?#@ ", mark + 3) == std::string::npos;
}

}  // namespace

Outcome<std::unique_ptr<Storage>> open_s3(S3Settings settings) {
  if (settings.bucket.empty()) return refuse("has no bucket: name the one that Kestra writes to");
  if (settings.region.empty()) return refuse("has no region");
  if (!is_endpoint(settings.endpoint)) {
    return refuse("has an endpoint that is not a URL: write https://HOST or https://HOST:PORT");
  }
  return std::make_unique<S3Storage>(std::move(settings));
}

}  // namespace winnow::storage
