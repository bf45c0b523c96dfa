#include "tasks/receipts/run.h"

#include <array>
#include <unistd.h>

#include "document/strings.h"
#include "outcome/try.h"
#include "tasks/receipts/receipts.h"
#include "tasks/receipts/settlement.h"

namespace winnow::tasks {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

Outcome<std::unique_ptr<Receipts>> begin(const Manifest& manifest, const Json& parameters,
                                         Context& context) {
  context.progress.phase = Phase::connecting;
  WINNOW_TRY(auto connection, ReconnectingConnection::open(context));
  WINNOW_TRY(const auto place, place_of(connection, context));
  std::unique_ptr<ReceiptFile> file;
  if (!context.receipt_settings->file.empty()) {
    WINNOW_TRY(file, ReceiptFile::open(context.receipt_settings->file, context));
  }
  const auto torn = file ? file->torn() : std::nullopt;
  auto receipts =
      std::make_unique<Receipts>(std::move(file), *context.receipt_settings, context.host);
  if (torn) {
    context.host.log(
        LogLevel::warn,
        "receipts: the file ended within a record, as a run that is killed leaves it: " +
            document::counted(torn->bytes, "byte") + " behind the last whole record " +
            (torn->bytes == 1 ? "was" : "were") + " cut off");
    WINNOW_CHECK(receipts->torn(*torn));
  }
  if (receipts->file() != nullptr) {
    WINNOW_CHECK(settle(*receipts, connection, place, context.host));
  }
  WINNOW_CHECK(receipts->begin({{"task", manifest.name},
                                {"user", database::user_of(database::Settings{})},  // the process's
                                {"host", host_name()},
                                {"databaseUser", database::user_of(context.database)},
                                {"database", place.database},
                                {"server", place.server},
                                {"parameters", parameters}}));
  return receipts;
}

}  // namespace

TaskResult run_with_receipts(const Manifest& manifest, const Json& parameters, Context& context,
                             const std::function<TaskResult(Context&)>& run) {
  if (!context.receipt_settings || parameters.value("dryRun", false)) return run(context);
  WINNOW_TRY(const auto receipts, begin(manifest, parameters, context));
  context.receipts = receipts.get();
  auto result = run(context);
  context.receipts = nullptr;
  auto& counts = result ? *result : result.error().done;
  const auto ended = receipts->end(counts, result ? nullptr : &result.error());
  if (counts.is_object()) counts["receipts"] = receipts->summary();
  if (ended || !result) return result;
  auto failure = ended.error();
  failure.message += "; what the run was to remove is removed";
  return tl::unexpected(TaskFailure(std::move(failure), std::move(counts)));
}

}  // namespace winnow::tasks
