// Storage in a bucket.
#include "storage/s3.h"

#include <algorithm>
#include <mutex>

#include "document/instant.h"
#include "document/utf8.h"
#include "storage/path.h"
#include "storage/s3/deletion.h"

namespace winnow::storage {
namespace {

using s3::Answer;
using s3::Clearing;
using s3::Courier;
using s3::Ended;
using s3::Page;
using s3::Patience;
using s3::Verdict;

// Half of the time is for what was begun, so that what went is known.
Patience patience_until(Deadline until) {
  const auto now = std::chrono::steady_clock::now();
  if (until == kNoDeadline) return {.no_more = kNoDeadline, .until = kNoDeadline};
  return {.no_more = now + (until - now) / 2, .until = until};
}

Failure cancelled() {
  return Failure{.kind = FailureKind::cancelled, .message = "cancelled"};
}

// The executions of a listing, put together from keys that follow each other.
class Gathering {
 public:
  Gathering(std::string root, std::optional<std::string> tenant, const FolderHandler& handler)
      : root_(std::move(root)), tenant_(std::move(tenant)), handler_(handler) {}

  Outcome<void> take(const Page& page) {
    for (const auto& object : page.objects) {
      if (object.key <= before_ || !object.key.starts_with(root_)) {
        return fail(FailureKind::storage, "the storage does not list its keys in their order: " +
                                              document::printable(object.key));
      }
      before_ = object.key;
      if (auto taken = take(object); !taken) return taken;
    }
    return {};
  }

  Outcome<void> end() {
    if (!current_) return {};
    auto found = std::move(*current_);
    current_.reset();
    return handler_(std::move(found));
  }

 private:
  Outcome<void> take(const s3::ListedObject& object) {
    const auto path = folder_path(std::string_view(object.key).substr(root_.size()));
    if (path != current_path_) {
      if (auto ended = end(); !ended) return ended;
      current_path_ = path;
      if (auto folder = path.empty() ? std::nullopt : execution_of(path)) {
        folder->tenant = tenant_;
        current_ = FoundFolder{.folder = std::move(*folder)};
      }
    }
    if (!current_) return {};
    // A date that can't be read counts as now: too young for anybody to remove it.
    const auto changed = document::parse_instant(object.last_modified);
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    current_->newest = std::max(current_->newest, changed ? *changed : now);
    if (!s3::is_marker(object.key)) ++current_->files;
    return {};
  }

  // `.../executions/<id>` of a key that lies in it; empty where it lies in none.
  static std::string folder_path(std::string_view key) {
    constexpr std::string_view kExecutions = "/executions/";
    const auto mark = key.find(kExecutions);
    if (mark == std::string_view::npos) return {};
    const auto end = key.find('/', mark + kExecutions.size());
    return end == std::string_view::npos ? std::string() : std::string(key.substr(0, end));
  }

  std::string root_;
  std::optional<std::string> tenant_;
  const FolderHandler& handler_;
  std::string before_;
  std::string current_path_;
  std::optional<FoundFolder> current_;
};

class S3Storage final : public Storage {
 public:
  explicit S3Storage(S3Settings settings) : settings_(std::move(settings)) {}

  std::vector<Removed> remove(std::span<const ExecutionFolder> folders,
                              const Cancellation& cancellation, Deadline until) override {
    return clear(Clearing::Action::remove, folders, cancellation, until);
  }

  std::vector<Removed> count(std::span<const ExecutionFolder> folders,
                             const Cancellation& cancellation) override {
    return clear(Clearing::Action::count, folders, cancellation, kNoDeadline);
  }

  Outcome<void> find(const SearchArea& area, const FolderHandler& handler,
                     const Cancellation& cancellation) override {
    const std::string root = s3::root_of(settings_.path, area.tenant);
    auto path = search_path(area);
    if (!path) return fail(std::move(path.error()));
    const std::string below = path->empty() ? "" : *path + "/";
    Gathering gathering(root, area.tenant, handler);
    const auto courier = borrow();
    std::string token;
    do {
      auto page = list(*courier, root + below, token, cancellation);
      if (!page) return fail(std::move(page.error()));
      if (auto taken = gathering.take(*page); !taken) return taken;
      token = page->next;
    } while (!token.empty());
    return gathering.end();
  }

 private:
  struct GiveBack {
    S3Storage* storage;
    void operator()(Courier* courier) const noexcept {
      std::unique_ptr<Courier> owned(courier);
      owned->clear();
      const std::lock_guard guard(storage->mutex_);
      try {
        storage->idle_.push_back(std::move(owned));
      } catch (
          const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): then its connections end here
      }
    }
  };
  using Borrowed = std::unique_ptr<Courier, GiveBack>;

  // One for each call that goes on at the same time; their connections are kept.
  Borrowed borrow() {
    const std::lock_guard guard(mutex_);
    if (idle_.empty()) return Borrowed(new Courier(settings_), GiveBack{this});
    auto courier = std::move(idle_.back());
    idle_.pop_back();
    return Borrowed(courier.release(), GiveBack{this});
  }

  std::vector<Removed> clear(Clearing::Action action, std::span<const ExecutionFolder> folders,
                             const Cancellation& cancellation, Deadline until) {
    const auto courier = borrow();
    return Clearing(action, settings_, *courier, folders).run(cancellation, patience_until(until));
  }

  Outcome<Page> list(Courier& courier, const std::string& prefix, const std::string& token,
                     const Cancellation& cancellation) const {
    s3::Request request;
    request.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix}};
    if (!token.empty()) request.query["continuation-token"] = token;
    std::optional<Page> page;
    courier.send(
        std::move(request),
        [&](const Answer& answer, bool last) {
          if (answer.status == 200) page = s3::read_page(answer.body);
          if (page) return Verdict::taken;
          if (answer.status == 200 && !last) return Verdict::ask_again;
          courier.give_up(s3::answer_failure(settings_, "list " + prefix, answer));
          return Verdict::taken;
        },
        Courier::Rank::in_turn);
    const auto ended = courier.run(cancellation, patience_until(kNoDeadline));
    if (ended == Ended::cancelled) return fail(cancelled());
    if (!page) return fail(courier.failure());
    return std::move(*page);
  }

  const S3Settings settings_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Courier>> idle_;
};

tl::unexpected<Failure> refuse(const std::string& reason) {
  return fail(FailureKind::configuration, "the storage " + reason);
}

}  // namespace

Outcome<std::unique_ptr<Storage>> open_s3(S3Settings settings) {
  if (settings.bucket.empty()) return refuse("has no bucket: name the one that Kestra writes to");
  if (settings.region.empty()) return refuse("has no region");
  const auto& endpoint = settings.endpoint;
  const auto mark = endpoint.find("://");
  const bool known = endpoint.starts_with("http://") || endpoint.starts_with("https://");
  if (!known || endpoint.find_first_of("/?#@ ", mark + 3) != std::string::npos ||
      endpoint.size() == mark + 3) {
    return refuse("has an endpoint that is none: write https://HOST or https://HOST:PORT");
  }
  return std::make_unique<S3Storage>(std::move(settings));
}

}  // namespace winnow::storage
