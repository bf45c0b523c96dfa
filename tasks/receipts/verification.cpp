#include "tasks/receipts/verification.h"

#include <fcntl.h>

#include <sys/stat.h>

#include "document/sha256.h"
#include "document/strings.h"
#include "document/utf8.h"
#include "outcome/try.h"
#include "storage/descriptor.h"
#include "tasks/receipts/digest.h"
#include "tasks/receipts/file_lines.h"
#include "tasks/receipts/key_lookup.h"
#include "tasks/receipts/open_receipts.h"
#include "tasks/receipts/place.h"
#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

// Batches and keys that a result names; all are counted.
constexpr std::size_t kNamed = 10;

bool is_regular(int descriptor) {
  struct stat found = {};
  return ::fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
}

std::string named(const Place& place) {
  return '"' + document::printable(place.database) + '"' +
         (place.server.empty() ? "" : " of the server " + document::printable(place.server));
}

Json named(const BatchReceipt& batch) {
  return {{"line", batch.line},   {"run", batch.run},     {"sequence", batch.sequence},
          {"task", batch.task},   {"table", batch.table}, {"rows", batch.rows},
          {"first", batch.first}, {"last", batch.last}};
}

class Proof {
 public:
  Proof(Context& context, bool asks_database) : context_(context), asks_database_(asks_database) {
    result_["file"] = path();
    for (const char* name : {"records", "runs", "batches", "committed", "rolledBack", "rows"}) {
      result_[name] = 0;
    }
  }

  TaskResult run() {
    const auto proven = prove();
    finish(proven.has_value());
    if (!proven) return tl::unexpected(TaskFailure(proven.error(), std::move(result_)));
    return std::move(result_);
  }

 private:
  const std::string& path() const { return context_.receipt_settings->file; }

  tl::unexpected<Failure> wrong(const std::string& reason) const {
    return fail(FailureKind::storage, path() + ":" + std::to_string(line_) + ": " + reason);
  }

  Outcome<void> prove() {
    if (asks_database_) WINNOW_CHECK(connect());
    context_.progress.phase = Phase::working;
    // What is no regular file must not block the open.
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const storage::Descriptor file(::open(path().c_str(), kFlags));
    if (!file.valid()) return file_failure(path(), "opened");
    if (!is_regular(file.get())) {
      return fail(FailureKind::storage, "\"" + path() + "\" is no file of receipts");
    }
    FileLines lines(file.get(), path(), 0);
    std::string previous(kNoRecord);
    while (true) {
      if (context_.cancellation.requested()) {
        return fail(FailureKind::cancelled, "the job was cancelled");
      }
      WINNOW_TRY(const auto line, lines.next());
      if (!line) break;
      ++line_;
      if (!line->whole) {
        result_["torn"] = line->text.size();
        break;
      }
      WINNOW_CHECK(take(line->text, previous));
      previous = document::sha256(line->text);
      context_.progress.rows_done = line_;
    }
    result_["head"] = previous;
    WINNOW_CHECK(check_present());
    return check_asked();
  }

  Outcome<void> connect() {
    context_.progress.phase = Phase::connecting;
    WINNOW_TRY(auto opened, ReconnectingConnection::open(context_));
    connection_.emplace(std::move(opened));
    WINNOW_TRY(place_, place_of(*connection_, context_));
    return {};
  }

  Outcome<void> take(std::string_view line, const std::string& previous) {
    const auto record = Json::parse(line, nullptr, false);
    if (!record.is_object() || !line.starts_with("{\"receipt\":\"")) {
      return wrong("this is no receipt");
    }
    if (text_in(record, "previous") != previous) {
      return wrong(line_ == 1
                       ? "`previous` of the first record is not all zeros: records before it "
                         "are missing"
                       : "`previous` is not the hash of line " + std::to_string(line_ - 1) +
                             ": one of the two was changed, or a line between them is "
                             "missing");
    }
    add_to(result_, "records", 1);
    const auto kind = text_in(record, "receipt");
    if (kind == "begin") add_to(result_, "runs", 1);
    if (kind == "batch") add_to(result_, "batches", 1);
    auto ended = receipts_.read(record, line_);
    if (!ended) return wrong(ended.error().message);
    if (*ended) WINNOW_CHECK(add(**ended));
    return {};
  }

  Outcome<void> add(const EndedBatch& ended) {
    if (ended.end == BatchEnd::in_doubt) {
      doubt(ended.batch);
      return {};
    }
    if (ended.end == BatchEnd::rolled_back) {
      add_to(result_, "rolledBack", 1);
      return {};
    }
    add_to(result_, "committed", 1);
    if (!ended.batch.dependents_only) add_to(result_, "rows", ended.batch.rows);
    for (const auto& [counter, rows] : ended.batch.counts.items()) {
      if (!rows.is_number_integer()) continue;
      // Purges of logs and metrics count their own rows by that name, whichever they are.
      const auto name = counter == "count" ? ended.batch.table + "Count" : counter;
      add_to(counts_, name, rows.get<std::int64_t>());
    }
    return asks_database_ ? look_up(ended.batch) : Outcome<void>{};
  }

  void doubt(const BatchReceipt& batch) {
    if (doubts_.size() < kNamed) doubts_.push_back(named(batch));
    ++in_doubt_;
  }

  // All of its keys; without them, the first and the last.
  Outcome<void> look_up(const BatchReceipt& batch) {
    const bool has_keys = !batch.table.empty() && !batch.dependents_only && batch.rows > 0;
    const auto worked_on = place_in(receipts_.begin());
    if (!has_keys || worked_on != place_) {
      ++unchecked_;
      if (has_keys) {
        ++elsewhere_;
        elsewhere_place_ = worked_on;
      }
      return {};
    }
    auto keys = batch.keys;
    if (keys.empty()) keys = {batch.first, batch.last};
    WINNOW_TRY(auto there, connection_->read([&](database::Connection& asked) {
      return lookup_.present(asked, batch.table, keys);
    }));
    checked_keys_ += std::ssize(keys);
    present_ += std::ssize(there);
    for (auto& key : there) {
      if (named_present_.size() == kNamed) break;
      named_present_.push_back(
          {{"line", batch.line}, {"table", batch.table}, {"key", std::move(key)}});
    }
    return {};
  }

  Outcome<void> check_present() {
    if (present_ == 0) return {};
    const auto& first = named_present_.front();
    line_ = first["line"].get<std::int64_t>();
    return wrong("\"" + first["key"].get<std::string>() + "\" is in table \"" +
                 first["table"].get<std::string>() + "\", whose deletion this record tells of" +
                 (present_ > 1 ? "; " + document::counted(present_, "such row") + " in all" : ""));
  }

  // Without a single key that was asked for, nothing is proven of the database.
  Outcome<void> check_asked() {
    if (!asks_database_ || (elsewhere_ == 0 && checked_keys_ > 0)) return {};
    if (elsewhere_ == 0) {
      if (unchecked_ > 0)
        note("no record has the key of a row: the database was asked for nothing");
      return {};
    }
    const auto where = std::to_string(elsewhere_) + " of " +
                       std::to_string(result_["committed"].get<std::int64_t>()) +
                       " committed batches are of another database, the last one of " +
                       named(elsewhere_place_) + ", and this is " + named(place_);
    if (checked_keys_ > 0) {
      note(where + ": what they tell is not checked");
      return {};
    }
    return fail(FailureKind::configuration,
                path() + ": nothing of it could be looked up in the database: " + where +
                    ". Name that database; where it has moved to another server of MySQL, which "
                    "has another number, "
                    "prove the records alone: winnow verify FILE");
  }

  void note(const std::string& text) {
    result_["notes"].push_back(text);
    context_.host.log(LogLevel::warn, text);
  }

  void finish(bool proven) {
    // A run that has not ended yet is at them, or was killed; the next run settles them.
    for (const auto& batch : receipts_.open()) doubt(batch);
    result_["inDoubt"] = in_doubt_;
    if (!doubts_.empty()) result_["batchesInDoubt"] = doubts_;
    result_["counts"] = counts_;
    if (receipts_.begin().is_object()) result_["ended"] = receipts_.run_ended();
    if (asks_database_) {
      result_["checkedKeys"] = checked_keys_;
      result_["uncheckedBatches"] = unchecked_;
      result_["presentCount"] = present_;
      if (!named_present_.empty()) result_["present"] = named_present_;
    }
    result_["valid"] = proven;
  }

  Context& context_;
  const bool asks_database_;
  std::optional<ReconnectingConnection> connection_;
  Place place_;
  KeyLookup lookup_;
  OpenReceipts receipts_;
  std::int64_t line_ = 0;
  Json result_ = Json::object();
  Json counts_ = Json::object();
  std::vector<Json> doubts_;
  std::int64_t in_doubt_ = 0;
  std::int64_t checked_keys_ = 0;
  std::int64_t unchecked_ = 0;
  std::int64_t elsewhere_ = 0;  // of those: batches of another database, whose rows have keys
  Place elsewhere_place_;       // the last such database
  std::int64_t present_ = 0;
  std::vector<Json> named_present_;
};

class Verification final : public Invocation {
 public:
  Verification(const Manifest& manifest, bool asks_database)
      : manifest_(manifest), asks_database_(asks_database) {}

  bool needs_database() const override { return asks_database_; }
  TaskResult plan(Context& context) const override {
    WINNOW_CHECK(check(context));
    return Json{{"task", manifest_.name},
                {"file", context.receipt_settings->file},
                {"statements", Json::array()}};
  }
  TaskResult run(Context& context) const override {
    WINNOW_CHECK(check(context));
    return Proof(context, asks_database_).run();
  }

 private:
  static Outcome<void> check(const Context& context) {
    if (context.receipt_settings && !context.receipt_settings->file.empty()) return {};
    return fail(FailureKind::configuration,
                "no file of receipts is configured. Set `receipts: {file: PATH}`, or name it: "
                "`winnow verify FILE`",
                "/receipts/file");
  }

  const Manifest& manifest_;
  const bool asks_database_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke_verification(const Manifest& manifest,
                                                         const Json& parameters,
                                                         const Policy& /*policy*/) {
  return std::make_unique<Verification>(manifest, parameters.value("database", false));
}

}  // namespace winnow::tasks
