#include "tasks/listing/store.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "document/strings.h"
#include "document/text_file.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

constexpr std::size_t kBufferSize = std::size_t{256} * 1024;
constexpr int kAttempts = 8;

std::string random_name(const std::string& task) {
  std::random_device source;  // the kernel's: two processes don't meet
  std::string name = "winnow-" + task + "-";
  for (int part = 0; part < 4; ++part) {
    std::array<char, 9> digits{};
    (void)std::snprintf(digits.data(), digits.size(), "%08x", source());
    name += digits.data();
  }
  return name + ".jsonl";
}

std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

Outcome<StoreFile> StoreFile::create(const std::string& directory, const std::string& task) {
  std::error_code error;
  const auto folder = std::filesystem::absolute(directory, error);
  if (directory.empty() || error) {
    return fail(FailureKind::storage, "no folder is set for the files that STORE writes");
  }
  int last = 0;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto path = (folder / random_name(task)).string();
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor >= 0) return StoreFile(std::move(path), descriptor);
    last = errno;
    if (last != EEXIST && last != EINTR) break;
  }
  return fail(FailureKind::storage,
              "can't create a file in \"" + folder.string() + "\" for the rows: " + reason(last));
}

StoreFile::StoreFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {
  buffer_.reserve(kBufferSize);
}

StoreFile::StoreFile(StoreFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      complete_(std::exchange(other.complete_, true)),
      buffer_(std::move(other.buffer_)) {}

StoreFile::~StoreFile() {
  if (descriptor_ >= 0) (void)::close(descriptor_);
  if (!complete_) (void)::unlink(path_.c_str());
}

Outcome<void> StoreFile::write_line(std::string_view line) {
  if (buffer_.size() + line.size() >= kBufferSize) {
    WINNOW_CHECK(flush());
  }
  buffer_ += line;
  buffer_ += '\n';
  return {};
}

Outcome<void> StoreFile::flush() {
  if (!document::write_all(descriptor_, buffer_)) return failure("write", errno);
  buffer_.clear();
  return {};
}

Outcome<std::string> StoreFile::finish() {
  WINNOW_CHECK(flush());
  if (::fsync(descriptor_) != 0) return failure("sync", errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) return failure("close", errno);
  complete_ = true;
  return file_uri(path_);
}

tl::unexpected<Failure> StoreFile::failure(const std::string& doing, int error) const {
  return fail(FailureKind::storage,
              "can't " + doing + " the file \"" + path_ + "\" for the rows: " + reason(error));
}

std::string file_uri(std::string_view path) {
  return "file://" + document::percent_encoded(path, "/");
}

}  // namespace winnow::tasks
