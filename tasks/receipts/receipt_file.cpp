#include "tasks/receipts/receipt_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

#include "document/sha256.h"
#include "document/text_file.h"
#include "outcome/try.h"
#include "tasks/receipts/digest.h"
#include "tasks/receipts/file_lines.h"
#include "tasks/receipts/open_receipts.h"
#include "tasks/shared/backoff.h"
#include "tasks/shared/lock_wait.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kBegin = "{\"receipt\":\"begin\"";

// A new file's name is on the disk before the first receipt counts on it.
Outcome<void> sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  const storage::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid() || ::fsync(opened.get()) != 0) return file_failure(path, "made");
  return {};
}

// A file that ends within its first line may end within these words.
bool may_begin_a_receipt(const FileLines::Line& line) {
  if (line.whole) return line.text.starts_with(kReceiptBeginning);
  const auto shared = std::min(line.text.size(), kReceiptBeginning.size());
  return line.text.substr(0, shared) == kReceiptBeginning.substr(0, shared);
}

}  // namespace

Outcome<std::unique_ptr<ReceiptFile>> ReceiptFile::open(const std::string& path, Context& context) {
  // What is no regular file must not block the open.
  constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  storage::Descriptor opened(::open(path.c_str(), kFlags));
  if (!opened.valid() && errno == ENOENT) {
    constexpr mode_t kMode = S_IRUSR | S_IWUSR | S_IRGRP;
    opened = storage::Descriptor(::open(path.c_str(), kFlags | O_CREAT, kMode));
    if (opened.valid()) WINNOW_CHECK(sync_folder_of(path));
  }
  if (!opened.valid()) return file_failure(path, "opened");
  std::unique_ptr<ReceiptFile> file(new ReceiptFile(path, std::move(opened)));
  struct stat found = {};
  if (::fstat(file->descriptor(), &found) != 0) return file_failure(path, "opened");
  if (!S_ISREG(found.st_mode)) {
    return fail(FailureKind::storage, "\"" + path + "\" is no file that receipts could be kept in");
  }
  WINNOW_CHECK(file->lock(context));
  WINNOW_CHECK(file->read_end());
  return file;
}

// Runs follow each other, so that each chains on to the last.
Outcome<void> ReceiptFile::lock(Context& context) {
  Backoff backoff({.first = milliseconds(20), .longest = milliseconds(1'000)});
  LongWait waiting;
  bool told = false;
  while (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return file_failure(path_, "locked");
    if (!told) {
      WINNOW_TRY(const auto who, holder());
      context.host.log(LogLevel::warn, "waiting for the file of receipts \"" + path_ +
                                           "\", which another run has" + who);
      told = true;
    }
    if (const auto waited = waiting.note()) {
      report(context.host,
             {.waited = *waited, .what = "the file of receipts, which another run has"});
    }
    if (!backoff.wait(context.cancellation)) {
      return fail(FailureKind::cancelled, "the job was cancelled");
    }
  }
  return {};
}

// ` (the last that began: PurgeLogs of kestra on worker-1, run 1f..)`; empty where it has written
// nothing yet.
Outcome<std::string> ReceiptFile::holder() const {
  struct stat found = {};
  if (::fstat(descriptor_.get(), &found) != 0) return file_failure(path_, "read");
  WINNOW_TRY(const auto begins, last_line_with(descriptor_.get(), path_, found.st_size, kBegin));
  if (!begins) return std::string();
  FileLines lines(descriptor_.get(), path_, *begins);
  WINNOW_TRY(const auto line, lines.next());
  if (!line) return std::string();
  const auto begin = Json::parse(line->text, nullptr, false);
  if (!begin.is_object()) return std::string();
  return " (the last that began: " + text_in(begin, "task") + " of " + text_in(begin, "user") +
         " on " + text_in(begin, "host") + ", run " + text_in(begin, "run") + ")";
}

Outcome<void> ReceiptFile::read_end() {
  struct stat found = {};
  if (::fstat(descriptor_.get(), &found) != 0) return file_failure(path_, "read");
  size_ = found.st_size;
  last_ = kNoRecord;
  if (size_ == 0) return {};
  FileLines first(descriptor_.get(), path_, 0);
  WINNOW_TRY(const auto beginning, first.next());
  if (!beginning || !may_begin_a_receipt(*beginning)) {
    return fail(FailureKind::storage,
                "\"" + path_ +
                    "\" is no file of receipts: its first line is no receipt. Name "
                    "another file in `receipts.file`");
  }
  // From the last line that begins as a receipt does: it, and what may be torn behind it.
  WINNOW_TRY(const auto last, last_line_with(descriptor_.get(), path_, size_, kReceiptBeginning));
  auto whole = last.value_or(0);
  FileLines lines(descriptor_.get(), path_, whole);
  WINNOW_TRY(const auto line, lines.next());
  if (line && line->whole && Json::accept(line->text)) {
    last_ = document::sha256(line->text);
    whole += static_cast<std::int64_t>(line->text.size()) + 1;
  } else if (whole > 0) {
    // It is torn itself: the one before it is the last.
    WINNOW_TRY(const auto before,
               last_line_with(descriptor_.get(), path_, whole - 1, kReceiptBeginning));
    FileLines earlier(descriptor_.get(), path_, before.value_or(0));
    WINNOW_TRY(const auto previous, earlier.next());
    if (!previous || !previous->whole || !Json::accept(previous->text)) {
      return fail(FailureKind::storage, "the file of receipts \"" + path_ +
                                            "\" is damaged near its end: `winnow verify` names the "
                                            "line. Move it away, and a new one begins");
    }
    last_ = document::sha256(previous->text);
  }
  return whole < size_ ? cut_torn(whole) : Outcome<void>();
}

Outcome<void> ReceiptFile::cut_torn(std::int64_t whole) {
  std::string end(static_cast<std::size_t>(size_ - whole), '\0');
  std::size_t have = 0;
  while (have < end.size()) {
    const auto count = ::pread(descriptor_.get(), end.data() + have, end.size() - have,
                               static_cast<off_t>(whole + static_cast<std::int64_t>(have)));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return file_failure(path_, "read");
    have += static_cast<std::size_t>(count);
  }
  torn_ = Torn{.bytes = size_ - whole, .sha256 = document::sha256(end)};
  if (::ftruncate(descriptor_.get(), static_cast<off_t>(whole)) != 0)
    return file_failure(path_, "mended");
  size_ = whole;
  return {};
}

Outcome<std::optional<std::int64_t>> ReceiptFile::last_run() const {
  return last_line_with(descriptor_.get(), path_, size_, kBegin);
}

Outcome<void> ReceiptFile::append(std::string_view line) {
  if (broken_) {
    return fail(FailureKind::storage, "the file of receipts \"" + path_ +
                                          "\" could not be written before, and is not written to "
                                          "any more");
  }
  const auto text = std::string(line) + "\n";
  if (!document::write_all(descriptor_.get(), text)) {
    auto failure = file_failure(path_, "written");
    broken_ = ::ftruncate(descriptor_.get(), static_cast<off_t>(size_)) != 0;
    return failure;
  }
  size_ += static_cast<std::int64_t>(text.size());
  return {};
}

Outcome<void> ReceiptFile::sync() {
  if (::fdatasync(descriptor_.get()) == 0) return {};
  return file_failure(path_, "written to the disk");
}

}  // namespace winnow::tasks
