#include "tasks/listing/listing.h"

#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "database/count.h"
#include "document/json_text.h"
#include "outcome/try.h"
#include "tasks/listing/filtered_rows.h"
#include "tasks/listing/query.h"
#include "tasks/listing/request.h"
#include "tasks/listing/rows.h"
#include "tasks/listing/store.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/unserved.h"
#include "tasks/shared/call_connection.h"

namespace winnow::tasks {
namespace {

// STORE's rows per statement: few enough that the server keeps to its indexes and its memory,
// enough that round trips don't count.
constexpr std::int64_t kStorePage = 2'000;
// STORE's rows that the server sorts at once, at most: some 200 bytes each, in files beyond its
// sort buffer.
constexpr std::int64_t kMostSorted = 1'000'000;
// They have to be so much of the table: one in four.
constexpr std::int64_t kShareWorthSorting = 4;
constexpr std::int64_t kEveryRow = std::numeric_limits<std::int64_t>::max();

// What plan and run work with once the server has been reached.
struct Opened {
  database::Connection* connection;
  // On the heap: the query points into it.
  std::unique_ptr<database::Schema> schema;
  ListingQuery query;
  // nullptr: every row is listed.
  std::unique_ptr<NewestOfFlows> newest;
  // nullptr: each row stands for itself.
  std::unique_ptr<Children> children = {};
};

// A row stays the text that STORE writes, so that the two can't differ. One document that is not
// JSON would make the whole result unreadable.
Outcome<void> check_row(std::string_view text) {
  if (Json::accept(text)) return {};
  return fail(FailureKind::schema, "a row holds a document that is not valid JSON in UTF-8");
}

class Listing final : public Invocation {
 public:
  Listing(const Manifest& manifest, ListingRequest request)
      : manifest_(manifest), request_(std::move(request)) {}

  TaskResult plan(Context& context) const override {
    return opened(context, [&](const Opened& opened) { return plan(opened); });
  }

  TaskResult run(Context& context) const override {
    return opened(context, [&](const Opened& opened) { return run(opened, context); });
  }

 private:
  // What the schema was the last time is taken for what it is, until the first query says
  // otherwise: then all begins again with what the server says.
  template <typename Action>
  TaskResult opened(Context& context, const Action& action) const {
    context.progress.phase = Phase::connecting;
    const auto attempt = [&](database::Connection& connection) -> Outcome<Json> {
      WINNOW_TRY(const auto opened, open(connection, context));
      return action(opened);
    };
    return over_a_connection(context, [&](database::Connection& connection) {
      auto first = attempt(connection);
      return !first && connection.stop_recalling() ? attempt(connection) : std::move(first);
    });
  }

  Outcome<Opened> open(database::Connection& connection, Context& context) const {
    WINNOW_TRY(auto recalled, connection.recall(std::array{manifest_.table}));
    auto schema = std::make_unique<database::Schema>(std::move(recalled));
    WINNOW_TRY(auto query, ListingQuery::make(request_, *schema, connection.dialect()));
    WINNOW_CHECK(query.find_namespaces(connection));
    context.progress.phase = Phase::selecting;
    Opened opened{&connection, std::move(schema), std::move(query), nullptr};
    if (request_.keep_last) {
      WINNOW_TRY(opened.newest, NewestOfFlows::make(request_.scope, *request_.keep_last,
                                                    *opened.schema, connection.dialect()));
    }
    if (!request_.families) return opened;
    WINNOW_TRY(auto statements,
               FamilyStatements::make(*request_.families, *opened.schema, connection.dialect()));
    const bool counts = request_.fetch_type == FetchType::none;
    opened.children = std::make_unique<Children>(
        Families(std::move(statements), opened.newest.get()),
        counts ? Children::Look::roots_alone : Children::Look::whole_families, context.policy);
    return opened;
  }

  Outcome<Json> plan(const Opened& opened) const {
    WINNOW_TRY(auto statements, explained(*opened.connection, first_statements(opened)));
    Json plan = {{"task", manifest_.name},
                 {"server", opened.schema->server},
                 {"statements", std::move(statements)}};
    auto notes = request_.notes;
    const bool counts = counts_by_statement();
    for (auto& note : notes_on_unserved(opened.query.selection(),
                                        counts ? "" : opened.query.page_need().column)) {
      notes.push_back(std::move(note));
    }
    if (!notes.empty()) plan["notes"] = std::move(notes);
    return plan;
  }

  Outcome<Json> run(const Opened& opened, Context& context) const {
    WINNOW_CHECK(check_plans(first_statements(opened), *opened.connection, context));
    context.progress.phase = Phase::working;
    WINNOW_TRY(auto result, list(opened, context));
    for (const auto& note : request_.notes) context.host.log(LogLevel::warn, note);
    if (!request_.notes.empty()) result["notes"] = request_.notes;
    return result;
  }

  // Rows without the newest of each flow, and roots, are walked to be counted.
  bool counts_by_statement() const {
    return request_.fetch_type == FetchType::none && !request_.keep_last && !request_.families;
  }

  // Rows that are looked at one by one are read by pages, and so is the rest of another listing.
  bool may_read_all(const Opened& opened) const {
    return request_.fetch_type == FetchType::store && !opened.newest && !opened.children &&
           !request_.after && opened.query.reads_all_quicker();
  }

  // Whether they are most of the table, and no more than the server should sort.
  static Outcome<bool> are_worth_sorting(const Opened& opened) {
    const auto rows = database::count_of(*opened.connection, opened.query.count());
    if (!rows) return by_pages_after(rows.error());
    const auto of = opened.query.selection().table().estimated_rows;
    return *rows <= kMostSorted && *rows >= of / kShareWorthSorting;
  }

  std::int64_t rows_of_first_statement() const {
    if (request_.fetch_type == FetchType::one) return 1;
    if (request_.fetch_type == FetchType::store || request_.fetch_type == FetchType::none) {
      return kStorePage;
    }
    return request_.size + 1;
  }

  // The statements that a run begins with: the second of two is for the rows without a value. Those
  // of later pages differ by their position alone.
  std::vector<PlannedStatement> first_statements(const Opened& opened) const {
    const auto& query = opened.query;
    if (counts_by_statement()) {
      return {{"count", query.count(), query.count_need()}};
    }
    const auto limit = rows_of_first_statement();
    std::vector<PlannedStatement> statements;
    const auto add = [&](Region region, const std::optional<Position>& after) {
      statements.push_back({"page",
                            query.page({.region = region,
                                        .after = after,
                                        .limit = limit,
                                        .branch_limits = RowReader::first_limits(query, limit)}),
                            query.page_need()});
    };
    const auto& after = request_.after;
    const bool past_values = query.has_order() && after && !after->order;
    if (!past_values) add(Region::with_value, after);
    if (query.has_rows_without_value()) {
      add(Region::without_value, past_values ? after : std::nullopt);
    }
    if (may_read_all(opened)) {
      // That an index could serve has been seen by the page's statement.
      auto need = query.page_need();
      need.declared_small = true;
      statements.push_back(
          {"all further pages, where they are most of the table", query.page({.all = true}), need});
    }
    if (opened.newest) statements.push_back(opened.newest->planned());
    if (!opened.children) return statements;
    for (auto& planned : opened.children->planned(limit)) statements.push_back(std::move(planned));
    return statements;
  }

  Outcome<Json> list(const Opened& opened, Context& context) const {
    if (counts_by_statement()) return count(opened, context);
    FilteredRows reader(*opened.connection, opened.query, opened.newest.get(),
                        opened.children.get());
    if (request_.after) WINNOW_CHECK(reader.start_after(*request_.after));
    if (request_.fetch_type == FetchType::store) return store(opened, reader, context);
    if (request_.fetch_type == FetchType::one) return fetch_one(reader, context);
    if (request_.fetch_type == FetchType::none) return walk(reader, context);
    return fetch(reader, context);
  }

  // One row beyond the page says whether there are more.
  Outcome<Json> fetch(FilteredRows& reader, Context& context) const {
    document::ArrayText rows;
    Position last;
    std::size_t bytes = 0;
    bool more = false;
    const auto take = [&](const ListedRow& listed) -> Outcome<bool> {
      bytes += listed.text.size();
      more =
          std::cmp_equal(rows.size(), request_.size) || (rows.size() > 0 && bytes > kLongestPage);
      if (more) return false;
      WINNOW_CHECK(check_row(listed.text));
      rows.add(listed.text);
      last = listed.position;
      ++context.progress.rows_done;
      return true;
    };
    WINNOW_CHECK(reader.read(request_.size + 1, take));
    const auto count = rows.size();
    Json result;
    result["rows"] = std::move(rows).finish();  // an initializer list would copy it
    result["size"] = count;
    if (more) result["cursor"] = encode_cursor(last, request_.fingerprint);
    return result;
  }

  static Outcome<Json> fetch_one(FilteredRows& reader, Context& context) {
    Json result = Json::object();
    const auto take = [&](const ListedRow& row) -> Outcome<bool> {
      WINNOW_CHECK(check_row(row.text));
      result["row"] = document::json_text(row.text);
      return false;
    };
    WINNOW_TRY(const auto rows, reader.read(1, take));
    context.progress.rows_done = rows;
    result["size"] = rows;
    return result;
  }

  Outcome<Json> store(const Opened& opened, FilteredRows& reader, Context& context) const {
    WINNOW_TRY(auto file, StoreFile::create(context.store_directory, manifest_.name));
    std::int64_t total = 0;
    const auto take = [&](const ListedRow& row) -> Outcome<bool> {
      ++context.progress.rows_done;
      WINNOW_CHECK(file.write_line(row.text));
      if (++total % kStorePage == 0) report_page(kStorePage, total, context);
      return true;
    };
    WINNOW_CHECK(may_read_all(opened) ? read_most(opened, take) : read_pages(reader, take));
    report_page(total % kStorePage, total, context);
    context.progress.phase = Phase::finishing;
    WINNOW_TRY(auto uri, file.finish());
    return Json{{"uri", std::move(uri)}, {"size", total}};
  }

  // A server that has no time or no room for all rows at once may have them for a page. Where the
  // connection was lost, the page says so.
  static Outcome<bool> by_pages_after(const Failure& failure) {
    const bool final_one =
        failure.kind == FailureKind::cancelled || failure.kind == FailureKind::storage;
    return final_one ? Outcome<bool>(fail(failure)) : Outcome<bool>(false);
  }

  // A first page, and where that is full and the rest worth it, that at once.
  static Outcome<void> read_most(const Opened& opened, const RowReader::Handler& take) {
    RowReader reader(*opened.connection, opened.query);
    WINNOW_TRY(const auto rows, reader.read(kStorePage, take));
    if (rows < kStorePage) return {};
    WINNOW_TRY(const bool sorts, are_worth_sorting(opened));
    if (sorts) {
      const auto read = reader.read_all(take);
      if (read) return {};
      WINNOW_CHECK(by_pages_after(read.error()));
    }
    return read_pages(reader, take);
  }

  template <class Reader>
  static Outcome<void> read_pages(Reader& reader, const RowReader::Handler& take) {
    for (std::int64_t rows = kStorePage; rows == kStorePage;) {
      WINNOW_TRY(rows, reader.read(kStorePage, take));
    }
    return {};
  }

  static void report_page(std::int64_t rows, std::int64_t total, Context& context) {
    ++context.progress.batches;
    context.host.event({{"event", "page"}, {"rows", rows}, {"total", total}});
  }

  static Outcome<Json> walk(FilteredRows& reader, Context& context) {
    const auto take = [&](const ListedRow&) -> Outcome<bool> {
      ++context.progress.rows_done;
      return true;
    };
    WINNOW_TRY(const auto rows, reader.read(kEveryRow, take));
    return Json{{"size", rows}};
  }

  static Outcome<Json> count(const Opened& opened, Context& context) {
    WINNOW_TRY(const auto rows, database::count_of(*opened.connection, opened.query.count()));
    context.progress.rows_done = rows;
    return Json{{"size", rows}};
  }

  const Manifest& manifest_;
  ListingRequest request_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke_listing(const Manifest& manifest,
                                                    const Json& parameters, const Policy& policy) {
  WINNOW_TRY(auto request, read_listing_request(manifest, parameters, policy));
  return std::make_unique<Listing>(manifest, std::move(request));
}

}  // namespace winnow::tasks
