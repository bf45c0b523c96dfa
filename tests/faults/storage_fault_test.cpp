// The disk is full, broken or read-only, and folders change under the purge: rows whose files
// stayed stay, and nothing outside the storage is touched.
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/faults/fault_bed.h"
#include "tests/faults/intercepted_calls.h"
#include "tests/faults/tally.h"

namespace winnow::tests {
namespace {

namespace fs = std::filesystem;

class StorageFault : public testing::TestWithParam<TestEngine> {
 protected:
  StorageFault() : bed_(GetParam()) {}

  RunResult run(Case& tried) {
    const auto run = bed_.run();
    if (run->prepare()) run->run();
    if (!run->close()) tried.found({"S7: the library can't be closed"});
    return run->result();
  }
  RunResult run_armed(const Interception& interception, Case& tried) {
    const auto run = bed_.run_armed(interception);
    if (!run->close()) tried.found({"S7: the library can't be closed"});
    return run->result();
  }

  FaultBed bed_;
};

TEST_P(StorageFault, RowsStayWhereFilesStay) {
  Tally tally("a file can't be removed", GetParam());
  constexpr std::array kErrors = {EIO, EROFS, EACCES, ENOSPC, EBUSY, EPERM};
  tally.run(cases(24, 500), [&](Case& tried) {
    bed_.fill(tried.seed);
    const auto before = bed_.look();
    const auto error = kErrors[tried.index % kErrors.size()];
    const Interception interception{.action = Interception::Action::fail,
                                    .calls = kRemoveFile,
                                    .nth = 1 + tried.pick(30),
                                    .lasting = tried.pick(2) == 0,
                                    .error = error};
    tried.what = "errno " + std::to_string(error) + " at removal " +
                 std::to_string(interception.nth) + (interception.lasting ? " and after it" : "");
    const auto result = run_armed(interception, tried);
    const auto after = bed_.look();
    tried.found(bed_.broken_now(after));
    tried.found(bed_.miscounted(before, after, result.counters()));
    const auto honest = failed_calls() > 0 ? WINNOW_STORAGE : WINNOW_OK;
    // A folder that is visited again once it is empty may hide a transient failure.
    if (result.status != honest && !(result.status == WINNOW_OK && !interception.lasting)) {
      tried.found({"it ended with " + result.json.dump()});
    }
    tried.found(bed_.finish());
  });
}

// The database's own disk (SQLite), and winnow's list of keys for its second look.
TEST_P(StorageFault, ADiskThatIsFullOrBroken) {
  Tally tally("disk full or broken", GetParam());
  constexpr std::array kErrors = {ENOSPC, EIO};
  tally.run(cases(24, 500), [&](Case& tried) {
    bed_.fill(tried.seed);
    const auto before = bed_.look();
    const auto error = kErrors[tried.index % kErrors.size()];
    const Interception interception{.action = Interception::Action::fail,
                                    .calls = kWriteFile | kSyncFile | kOpenFile | kReadFile,
                                    .nth = 1 + tried.pick(GetParam().name == "sqlite" ? 120 : 40),
                                    .lasting = tried.pick(2) == 0,
                                    .error = error};
    tried.what = "errno " + std::to_string(error) + " at call " + std::to_string(interception.nth) +
                 (interception.lasting ? " and after it" : "");
    const auto result = run_armed(interception, tried);
    const auto after = bed_.look();
    tried.found(bed_.broken_now(after));
    tried.found(bed_.miscounted(before, after, result.counters()));
    if (result.status == WINNOW_INTERNAL) tried.found({result.json.dump()});
    if (result.status == WINNOW_OK) tried.found(bed_.left_over(after));
    tried.found(bed_.finish());
  });
}

TEST_P(StorageFault, AListingThatCanNotBeStoredLeavesNoFile) {
  Tally tally("STORE on a full disk", GetParam());
  bed_.fill(5, 30, 1);
  const auto folder = bed_.storage() / "store";
  tally.run(cases(8, 100), [&](Case& tried) {
    fs::create_directories(folder);
    auto configuration = Json::parse(bed_.configuration({}));
    configuration["store-directory"] = folder.string();
    AbiRun run(configuration.dump(), "ListExecutions", R"({"fetchType": "STORE"})");
    const bool lasting = tried.pick(2) == 0;
    const auto nth = 1 + tried.pick(3);
    tried.what = "call " + std::to_string(nth) + (lasting ? " and after it" : "");
    if (!run.prepare()) return tried.found({run.result().json.dump()});
    arm({.action = Interception::Action::fail,
         .calls = kWriteFile | kSyncFile,
         .nth = nth,
         .lasting = lasting,
         .error = tried.index % 2 == 0 ? ENOSPC : EIO});
    run.run();
    disarm();
    const bool failed = run.result().status != WINNOW_OK;
    if (failed != (failed_calls() > 0)) tried.found({run.result().json.dump()});
    if (failed && run.result().status != WINNOW_STORAGE) tried.found({run.result().json.dump()});
    if (failed && !fs::is_empty(folder)) tried.found({"half a file is left"});
    fs::remove_all(folder);
  });
}

TEST_P(StorageFault, NamesOfAnyBytes) {
  Tally tally("names of any bytes", GetParam());
  tally.run(cases(3, 50), [&](Case& tried) {
    bed_.fill(tried.seed);
    const auto name = [&tried] {
      std::string bytes;
      for (auto left = 1 + tried.pick(40); left > 0; --left) {
        const auto byte = static_cast<char>(1 + tried.pick(255));
        if (byte != '/') bytes += byte;
      }
      return "x" + bytes;
    };
    for (const auto& execution : bed_.chosen()) {
      for (const auto* odd : {"\n", " ", "-rf", "..a", "...", "\\", "*", "%2e%2e", "a\xff", "'"}) {
        bed_.add_file(execution, std::string("tasks/") + odd);
      }
      bed_.add_file(execution, name());
      bed_.add_file(execution, "deep/" + name() + "/" + name());
      bed_.add_file(execution, std::string(255, 'n'));
    }
    const auto before = bed_.look();
    const auto result = run(tried);
    const auto after = bed_.look();
    if (result.status != WINNOW_OK) tried.found({result.json.dump()});
    tried.found(bed_.broken_now(after));
    tried.found(bed_.left_over(after));
    tried.found(bed_.miscounted(before, after, result.counters()));
  });
}

// Somebody exchanges a folder for a link while the purge is on its way.
struct Exchange {
  std::atomic<std::uint64_t> left;
  fs::path folder;
  fs::path outside;

  static void on_call(void* self, Call /*call*/, std::string_view /*text*/) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (--exchange.left != 0) return;
    std::error_code ignored;
    fs::rename(exchange.folder, exchange.folder.string() + ".moved", ignored);
    if (!ignored) fs::create_directory_symlink(exchange.outside, exchange.folder, ignored);
  }
};

TEST_P(StorageFault, AFolderThatBecomesALinkLeadsNowhere) {
  Tally tally("folder becomes a link", GetParam());
  const auto outside = bed_.storage().string() + "-outside";
  tally.run(cases(24, 500), [&](Case& tried) {
    bed_.fill(tried.seed);
    const auto files = bed_.look()["files"];
    if (files.empty()) return;
    // A folder on the way to some file; below the link the same way leads on, to files that are not
    // Kestra's.
    auto file = fs::path(*std::next(files.begin(), static_cast<long>(tried.pick(files.size()))));
    auto depth =
        1 + tried.pick(static_cast<std::uint64_t>(std::distance(file.begin(), file.end()) - 1));
    fs::path folder;
    fs::path below;
    for (const auto& part : file) (depth > 0 ? (--depth, folder) : below) /= part;
    fs::remove_all(outside);
    fs::create_directories((outside / below).parent_path());
    std::ofstream(outside / below) << "not Kestra's";

    Exchange exchange{
        .left = 1 + tried.pick(60), .folder = bed_.storage() / folder, .outside = outside};
    tried.what = folder.string() + " at call " + std::to_string(exchange.left.load());
    watch(kRemoveFile | kOpenFile, &Exchange::on_call, &exchange);
    const auto result = run(tried);
    watch(0, nullptr, nullptr);
    if (!fs::exists(outside / below)) tried.found({"S1: a file behind the link is gone"});
    if (result.status != WINNOW_OK && result.status != WINNOW_STORAGE) {
      tried.found({result.json.dump()});
    }
    auto after = bed_.look();
    after["files"] = files;  // their place depends on the exchange
    auto broken = bed_.broken_now(after);
    std::erase_if(
        broken, [](const std::string& line) { return line.find(" files ") != std::string::npos; });
    tried.found(broken);
  });
  fs::remove_all(outside);
}

INSTANTIATE_TEST_SUITE_P(Engines, StorageFault, testing::ValuesIn(fault_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
