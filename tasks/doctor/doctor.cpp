#include "tasks/doctor/doctor.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "database/connection.h"
#include "database/count.h"
#include "database/texts.h"
#include "document/strings.h"
#include "outcome/try.h"
#include "tasks/selection/chunks.h"
#include "tasks/selection/match.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/rights.h"
#include "tasks/selection/row_key.h"
#include "tasks/shared/lock_wait.h"

namespace winnow::tasks {
namespace {

using database::Finding;
using database::Schema;
using database::Statement;
using database::Table;
using database::TableHealth;

constexpr const char* kExecutions = "executions";
// Every version of Kestra has them, and each purge needs them.
constexpr std::array<std::string_view, 3> kOfEveryVersion{kExecutions, "logs", "metrics"};
// A shard gives so many rows at once.
constexpr std::int64_t kMostOverShards = 10'000;
constexpr std::size_t kParentsAtOnce = 1'000;

// "logs.deleted": a table, or a column of one.
struct Feature {
  std::string table;
  std::string column;

  explicit Feature(std::string_view text) : table(text.substr(0, text.find('.'))) {
    if (table.size() < text.size()) column = text.substr(table.size() + 1);
  }
  bool in(const Schema& schema) const {
    const auto* found = schema.table(table);
    return found != nullptr && (column.empty() || found->column(column) != nullptr);
  }
};

bool fits(const KnownSchema& known, const Schema& schema) {
  const auto there = [&](const std::string& feature) { return Feature(feature).in(schema); };
  return std::all_of(known.has.begin(), known.has.end(), there) &&
         std::none_of(known.lacks.begin(), known.lacks.end(), there);
}

std::vector<std::string> examined_tables_of(const Manifest& manifest) {
  std::set<std::string> names;
  for (const auto& table : manifest.tables) names.insert(table.name);
  for (const auto& known : manifest.schemas) {
    for (const auto* features : {&known.has, &known.lacks}) {
      for (const auto& feature : *features) names.insert(Feature(feature).table);
    }
  }
  return {names.begin(), names.end()};
}

template <class Value>
void put(Json& object, const char* name, const std::optional<Value>& value) {
  if (value) object[name] = *value;
}

class Examination {
 public:
  // `sample`: the most rows of a table that are searched for orphans.
  Examination(const Manifest& manifest, std::int64_t sample, Context& context)
      : manifest_(manifest), sample_(sample), context_(context) {}

  Outcome<Json> run() {
    WINNOW_CHECK(open());
    WINNOW_TRY(health_, connection_->examine(schema_));
    context_.progress.phase = Phase::working;
    for (const auto& examined : manifest_.tables) WINNOW_CHECK(look_at(examined));
    if (const auto& refused = schema_.deletion_refused) {
      find({.table = {},
            .problem = refused->what + ": purges are refused",
            .remedy = refused->remedy});
    }
    for (auto& finding : health_.findings) find(std::move(finding));
    WINNOW_CHECK(look_at_storage());
    Json database = Json::object();
    for (const auto& [name, number] : health_.numbers) database[name] = number;
    Json result = {{"server", schema_.server}};
    if (const auto version = schema_version()) {
      result["schema"] = *version;
      look_for_what_is_missing();
    }
    result["database"] = std::move(database);
    result["tables"] = std::move(tables_);
    result["findings"] = std::move(findings_);
    return result;
  }

  Outcome<Json> plan() {
    WINNOW_CHECK(open());
    std::vector<PlannedStatement> planned;
    for (const auto& examined : manifest_.tables) {
      const auto* table = schema_.table(examined.name);
      if (table == nullptr || table->problem() || !has_parent(examined, *table)) continue;
      const auto one_by_one = connection_->dialect().merges_shards();
      planned.push_back(
          {.purpose = "look for orphans in " + table->name,
           .statement = one_by_one ? sample(examined, *table) : orphans(examined, *table),
           .need = {}});
    }
    WINNOW_TRY(auto statements, explained(*connection_, planned));
    return Json{{"task", manifest_.name},
                {"server", schema_.server},
                {"statements", std::move(statements)}};
  }

 private:
  Outcome<void> open() {
    context_.progress.phase = Phase::connecting;
    WINNOW_TRY(connection_, connect(context_));
    WINNOW_TRY(schema_, connection_->probe(examined_tables_of(manifest_)));
    return {};
  }

  std::optional<std::string> schema_version() {
    for (const auto& known : manifest_.schemas) {
      if (fits(known, schema_)) return known.version;
    }
    find({.table = {},
          .problem = "this is not a schema of Kestra that winnow knows",
          .remedy = "check that the URL leads to Kestra's own database and schema"});
    return std::nullopt;
  }

  // A migration of Kestra that was interrupted leaves a database that looks like a version's and
  // lacks what the tasks need: each of them would be refused.
  void look_for_what_is_missing() {
    const std::string remedy =
        "let Kestra's server finish its migration, or check that the URL leads to Kestra's own "
        "database and schema";
    for (const auto& examined : manifest_.tables) {
      const auto* table = schema_.table(examined.name);
      if (std::find(kOfEveryVersion.begin(), kOfEveryVersion.end(), examined.name) ==
              kOfEveryVersion.end() ||
          (table != nullptr && table->problem())) {
        continue;
      }
      if (table == nullptr) {
        find({.table = examined.name,
              .problem = "there is no such table: purges are refused",
              .remedy = remedy});
        continue;
      }
      std::set<std::string> missing;
      for (const auto& columns : examined.indexes) missing.insert(columns.begin(), columns.end());
      std::erase_if(missing, [&](const auto& name) { return table->column(name) != nullptr; });
      for (const auto& name : missing) {
        find({.table = table->name,
              .problem = "there is no column \"" + name + "\": tasks that need it are refused",
              .remedy = remedy});
      }
    }
  }

  void find(Finding finding) {
    Json shown = {{"problem", std::move(finding.problem)}, {"remedy", std::move(finding.remedy)}};
    if (!finding.table.empty()) shown["table"] = std::move(finding.table);
    findings_.push_back(std::move(shown));
  }

  Outcome<void> look_at(const ExaminedTable& examined) {
    const auto* table = schema_.table(examined.name);
    // Another version of Kestra has it. A task that needs it reports that itself.
    if (table == nullptr) return {};
    if (const auto problem = table->problem()) {
      find({.table = table->name,
            .problem = problem->what + ": what works on it is refused",
            .remedy = problem->remedy});
      return {};
    }
    const auto& health = health_.tables[table->name];
    Json shown = {{"table", table->name}};
    put(shown, "rows", health.rows);
    put(shown, "deadRows", health.dead_rows);
    put(shown, "bytes", health.bytes);
    put(shown, "indexBytes", health.index_bytes);
    put(shown, "freeBytes", health.free_bytes);
    put(shown, "lastVacuum", health.last_vacuum);
    put(shown, "lastAnalyze", health.last_analyze);
    look_for_rights(*table);
    look_at_keys(examined, *table);
    look_for_indexes(examined, *table, shown);
    if (has_parent(examined, *table)) {
      WINNOW_CHECK(look_for_orphans(examined, *table, health, shown));
    }
    tables_.push_back(std::move(shown));
    ++context_.progress.batches;
    return {};
  }

  void look_for_rights(const Table& table) {
    // Rows are locked where files go between their lock and their deletion.
    const bool locks =
        table.name == kExecutions && (context_.storage != nullptr || table.may_keep_rows);
    auto missing = missing_rights(table, locks ? Use::locks_and_deletes : Use::deletes);
    if (missing.empty()) return;
    const auto* problem =
        !table.can_select ? "the database user may not read it"
        : !table.can_delete
            ? "the database user may not delete from it: purges are refused"
            : "the database user may not lock its rows, which a purge with files, or of a "
              "table with triggers or rules, does: it is refused";
    find({.table = table.name, .problem = problem, .remedy = "grant " + std::move(missing)});
  }

  // What makes a purge refuse the table.
  void look_at_keys(const ExaminedTable& examined, const Table& table) {
    const auto tell = [&](std::optional<database::Problem> problem) {
      if (!problem) return;
      find({.table = table.name,
            .problem = std::move(problem->what) + ": purges are refused",
            .remedy = std::move(problem->remedy)});
    };
    tell(problem_of_deletion(table, connection_->dialect()));
    const auto* key = table.column("key");
    const auto* own = row_key(table);
    if (key != nullptr && (own == key || own == nullptr)) {
      tell(problem_of_key(table, *key, connection_->dialect()));
    }
    const auto* parent = table.column(examined.match.column);
    if (parent != nullptr && parent->name != "key") tell(problem_of_ids(*parent));
  }

  void look_for_indexes(const ExaminedTable& examined, const Table& table, Json& shown) {
    for (const auto& columns : examined.indexes) {
      const auto there = [&](const std::string& column) { return table.column(column) != nullptr; };
      if (!std::all_of(columns.begin(), columns.end(), there)) continue;
      IndexNeed need{.table = &table, .column = columns.back()};
      if (table.column("deleted") != nullptr) need.scope.emplace_back("deleted");
      need.scope.insert(need.scope.end(), columns.begin(), columns.end() - 1);
      const auto ddl = missing_index(connection_->dialect(), need);
      if (!ddl) continue;
      auto all = need.scope;
      all.push_back(need.column);
      shown["missingIndexes"].push_back({{"columns", std::move(all)}, {"add", *ddl}});
      find({.table = table.name,
            .problem = "no index leads to \"" + need.column + "\"",
            .remedy = *ddl});
    }
  }

  bool has_parent(const ExaminedTable& examined, const Table& table) const {
    const auto* parent = examined.parent.empty() ? nullptr : schema_.table(examined.parent);
    return parent != nullptr && !parent->problem() && table.can_select && parent->can_select &&
           parent->primary_key.size() == 1 && are_compared(examined, table, *parent) &&
           (examined.written.empty() || table.column(examined.written) != nullptr) &&
           !sample_order(examined, table).empty();
  }

  static bool are_compared(const ExaminedTable& examined, const Table& table, const Table& parent) {
    if (!has_columns_of(table, examined.match)) return false;
    const auto* column = table.column(examined.match.column);
    return !problem_of_ids(*parent.column(parent.primary_key.front())) &&
           (column == nullptr || !problem_of_ids(*column));
  }

  // The columns of the index along which the sample is read; empty without such an index.
  static std::vector<std::string> sample_order(const ExaminedTable& examined, const Table& table) {
    const auto& match = examined.match;
    if (match.only_column.empty()) return table.primary_key;
    const auto* index = table.index_on({match.only_column, match.column});
    return index == nullptr ? std::vector<std::string>() : index->columns;
  }

  // Selects three counts: the rows of the sample, those that name a parent, and those whose parent
  // is missing. Every server runs a sub-select of one value as one look-up per row; none reads the
  // whole table of parents for it.
  Statement orphans(const ExaminedTable& examined, const Table& table) const {
    const auto& dialect = connection_->dialect();
    const auto& parent = *schema_.table(examined.parent);
    const auto& key = *parent.column(parent.primary_key.front());
    database::SqlWriter writer(dialect);
    writer.text("SELECT count(*), count(looked.parent), ");
    writer.text("coalesce(sum(CASE WHEN looked.parent IS NOT NULL AND (SELECT 1 FROM ");
    writer.table(parent).text(" AS p WHERE ");
    writer.text(dialect.is_key(key, "p." + dialect.quoted(key.name), "looked.parent"));
    writer.text(" LIMIT 1) IS NULL THEN 1 ELSE 0 END), 0) FROM (");
    write_sample(writer, examined, table);
    return writer.text(") AS looked").take();
  }

  // The parents that the rows of the sample name.
  Statement sample(const ExaminedTable& examined, const Table& table) const {
    database::SqlWriter writer(connection_->dialect());
    write_sample(writer, examined, table);
    return writer.take();
  }

  void write_sample(database::SqlWriter& writer, const ExaminedTable& examined,
                    const Table& table) const {
    writer.text("SELECT ");
    write_parent(writer, examined);
    writer.text(" AS parent FROM ").table(table).text(" AS t");
    write_only(writer, examined, table);
    const char* separator = " ORDER BY ";
    for (const auto& column : sample_order(examined, table)) {
      writer.text(std::exchange(separator, ", ")).text("t." + writer.dialect().quoted(column));
    }
    writer.text(" LIMIT " + std::to_string(rows_of_sample()));
  }

  std::int64_t rows_of_sample() const {
    return connection_->dialect().merges_shards() ? std::min(sample_, kMostOverShards) : sample_;
  }

  // What orphans() counts, where no sub-select leads from a row on one shard to its parent on
  // another: the parents that the sample names are looked up by their keys.
  Outcome<std::vector<std::int64_t>> orphans_over_shards(const ExaminedTable& examined,
                                                         const Table& table) const {
    std::int64_t rows = 0;
    std::map<std::string, std::int64_t> rows_of;
    WINNOW_CHECK(connection_->query(sample(examined, table), [&](const database::Row& row) {
      ++rows;
      if (const auto named = row.text(0)) ++rows_of[std::string(*named)];
      return true;
    }));
    std::int64_t with_parent = 0;
    database::TextList parents;
    for (const auto& [key, number] : rows_of) {
      with_parent += number;
      parents.push_back(key);
    }
    WINNOW_TRY(const auto missing, missing_parents(*schema_.table(examined.parent), parents));
    std::int64_t orphaned = 0;
    for (const auto& key : missing) orphaned += rows_of.at(key);
    return std::vector{rows, with_parent, orphaned};
  }

  Outcome<database::TextList> missing_parents(const Table& parent,
                                              const database::TextList& keys) const {
    const auto& key = *parent.column(parent.primary_key.front());
    database::TextList missing;
    WINNOW_CHECK(in_chunks(keys, kParentsAtOnce, [&](const auto& some) -> Outcome<void> {
      WINNOW_TRY(auto found, missing_keys(*connection_, parent, key, some));
      std::move(found.begin(), found.end(), std::back_inserter(missing));
      return {};
    }));
    return missing;
  }

  static void write_parent(database::SqlWriter& writer, const ExaminedTable& examined) {
    const auto& dialect = writer.dialect();
    const auto key = parent_key(dialect, examined.match);
    if (examined.written.empty()) {
      writer.text(key);
      return;
    }
    writer.text("CASE WHEN t." + dialect.quoted(examined.written));
    writer.text(" IS NOT NULL THEN " + key + " END");
  }

  static void write_only(database::SqlWriter& writer, const ExaminedTable& examined,
                         const Table& table) {
    const auto& match = examined.match;
    if (match.only_column.empty()) return;
    const auto& column = *table.column(match.only_column);
    database::TextList values;
    std::copy_if(match.only_values.begin(), match.only_values.end(), std::back_inserter(values),
                 [&](const auto& value) { return column.can_hold(value); });
    writer.text(" WHERE ");
    writer.dialect().any_of(writer, "t." + writer.dialect().quoted(column.name), column,
                            std::move(values));
  }

  Outcome<void> look_for_orphans(const ExaminedTable& examined, const Table& table,
                                 const TableHealth& health, Json& shown) {
    WINNOW_TRY(const auto numbers,
               connection_->dialect().merges_shards()
                   ? orphans_over_shards(examined, table)
                   : database::numbers_of(*connection_, orphans(examined, table)));
    const auto looked = numbers.at(0);
    const auto orphaned = numbers.at(2);
    const bool all = looked < rows_of_sample();
    Json found = {{"rowsLookedAt", looked}, {"found", orphaned}, {"all", all}};
    std::int64_t estimated = orphaned;
    // The statistics count the rows of all kinds together.
    const bool of_all_kinds = examined.match.only_column.empty();
    if (!all && of_all_kinds && health.rows && *health.rows > looked) {
      estimated = static_cast<std::int64_t>(static_cast<double>(orphaned) *
                                            static_cast<double>(*health.rows) /
                                            static_cast<double>(looked));
      found["estimated"] = estimated;
    }
    shown["orphans"] = std::move(found);
    context_.progress.rows_done += looked;
    if (orphaned == 0) return {};
    find({.table = table.name,
          .problem = std::to_string(orphaned) + " of " + (all ? "all its " : "the first ") +
                     document::counted(looked, "row") + (orphaned == 1 ? " belongs" : " belong") +
                     " to " + examined.parent + " that are gone" +
                     (all ? "" : ", about " + std::to_string(estimated) + " in all"),
          .remedy = examined.remedy});
    return {};
  }

  // The configuration may name another storage than the one that Kestra writes to. Purges would
  // then delete rows and leave their files.
  Outcome<void> look_at_storage() {
    if (!context_.storage_problem.empty()) {
      find({.table = {},
            .problem = context_.storage_problem,
            .remedy = "correct `storage` in the configuration"});
    }
    if (context_.storage == nullptr) return {};
    auto tenants = context_.policy.tenants;
    if (tenants.empty()) tenants.emplace_back("main");
    for (const auto& tenant : tenants) {
      WINNOW_TRY(const bool any, has_executions(tenant));
      if (!any) continue;
      const auto missing = context_.storage->missing(tenant, context_.cancellation);
      if (!missing && missing.error().kind == FailureKind::cancelled) return fail(missing.error());
      if (missing && (missing->empty() || context_.allow_missing_files)) continue;
      find({.table = {},
            .problem = missing ? *missing + ", but the database has executions of the tenant"
                               : missing.error().message,
            .remedy = "check that `storage` names Kestra's own storage, and that a folder is "
                      "mounted here; "
                      "where no flow ever wrote a file, set `storage.allow-missing: true`"});
    }
    return {};
  }

  Outcome<bool> has_executions(const std::optional<std::string>& tenant) {
    const auto* table = schema_.table(kExecutions);
    const auto* column = table == nullptr ? nullptr : table->column("tenant_id");
    if (column == nullptr || table->problem() || !table->can_select) return false;
    database::SqlWriter writer(connection_->dialect());
    writer.text("SELECT 1 FROM ").table(*table).text(" AS t WHERE t.").identifier(column->name);
    if (tenant) {
      writer.text(" = ").bind_as(*column, *tenant);
    } else {
      writer.text(" IS NULL");
    }
    WINNOW_TRY(const auto found, database::texts_of(*connection_, writer.text(" LIMIT 1").take()));
    return !found.empty();
  }

  const Manifest& manifest_;
  const std::int64_t sample_;
  Context& context_;
  std::unique_ptr<database::Connection> connection_;
  Schema schema_;
  database::Health health_;
  Json tables_ = Json::array();
  Json findings_ = Json::array();
};

class Doctor final : public Invocation {
 public:
  Doctor(const Manifest& manifest, std::int64_t sample) : manifest_(manifest), sample_(sample) {}

  bool looks_at_storage() const override { return true; }

  TaskResult plan(Context& context) const override {
    return Examination(manifest_, sample_, context).plan();
  }

  TaskResult run(Context& context) const override {
    return Examination(manifest_, sample_, context).run();
  }

 private:
  const Manifest& manifest_;
  const std::int64_t sample_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke_doctor(const Manifest& manifest, const Json& parameters,
                                                   const Policy& /*policy*/) {
  return std::make_unique<Doctor>(manifest, parameters.at("sample").get<std::int64_t>());
}

}  // namespace winnow::tasks
