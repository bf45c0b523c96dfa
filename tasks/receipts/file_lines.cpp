#include "tasks/receipts/file_lines.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

constexpr std::size_t kChunk = std::size_t{256} * 1024;
// A batch of 10,000 keys in full is less than a hundredth of it.
constexpr std::size_t kLongestLine = std::size_t{64} * 1024 * 1024;

// As many bytes as there are, at most `size`.
Outcome<std::size_t> read_at(int descriptor, const std::string& path, char* into, std::size_t size,
                             std::int64_t from) {
  while (true) {
    const auto count = ::pread(descriptor, into, size, static_cast<off_t>(from));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return file_failure(path, "read");
  }
}

}  // namespace

tl::unexpected<Failure> file_failure(const std::string& path, const char* what) {
  const int cause = errno;
  return fail(FailureKind::storage, "the file of receipts \"" + path + "\" can't be " + what +
                                        ": " + std::generic_category().message(cause));
}

Outcome<bool> FileLines::read_more() {
  buffer_.erase(0, taken_);
  taken_ = 0;
  const auto had = buffer_.size();
  if (had > kLongestLine) {
    return fail(FailureKind::storage,
                "\"" + path_ + "\" has a line that is longer than any receipt: it is no such file");
  }
  buffer_.resize(had + kChunk);
  WINNOW_TRY(const auto count, read_at(descriptor_, path_, buffer_.data() + had, kChunk, read_to_));
  buffer_.resize(had + count);
  read_to_ += static_cast<std::int64_t>(count);
  return count > 0;
}

Outcome<std::optional<FileLines::Line>> FileLines::next() {
  auto searched = taken_;
  while (true) {
    const auto end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      const Line line{.text = std::string_view(buffer_).substr(taken_, end - taken_)};
      taken_ = end + 1;
      return line;
    }
    searched = buffer_.size() - taken_;
    WINNOW_TRY(const bool more, read_more());
    if (more) continue;
    if (taken_ == buffer_.size()) return std::nullopt;
    const Line line{.text = std::string_view(buffer_).substr(taken_), .whole = false};
    taken_ = buffer_.size();
    return line;
  }
}

Outcome<std::optional<std::int64_t>> last_line_with(int descriptor, const std::string& path,
                                                    std::int64_t size, std::string_view beginning) {
  const auto wanted = "\n" + std::string(beginning);
  // Chunks overlap, so that what is searched for lies whole in one of them.
  const auto overlap = static_cast<std::int64_t>(wanted.size());
  std::string chunk;
  for (auto end = size; end > 0;) {
    const auto begin = std::max<std::int64_t>(0, end - static_cast<std::int64_t>(kChunk));
    chunk.resize(static_cast<std::size_t>(std::min(size, end + overlap) - begin));
    WINNOW_TRY(const auto count, read_at(descriptor, path, chunk.data(), chunk.size(), begin));
    chunk.resize(count);
    const auto found = chunk.rfind(wanted);
    if (found != std::string::npos) return begin + static_cast<std::int64_t>(found) + 1;
    if (begin == 0 && chunk.starts_with(beginning)) return 0;
    end = begin;
  }
  return std::nullopt;
}

}  // namespace winnow::tasks
