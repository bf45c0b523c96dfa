#include "document/text_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace winnow::document {
namespace {

struct Close {
  void operator()(std::FILE* file) const {
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): unique_ptr's deleter is where a FILE ends
    std::fclose(file);
  }
};

tl::unexpected<Failure> unreadable(const std::string& path, int error) {
  return fail(FailureKind::configuration,
              "the file \"" + path + "\" can't be read: " + std::generic_category().message(error));
}

// A pipe that somebody else made non-blocking (Node.js does) has no room for the time being: its
// reader is slow.
bool wait_for_room(int descriptor) {
  pollfd room{descriptor, POLLOUT, 0};
  return ::poll(&room, 1, -1) >= 0 || errno == EINTR;
}

}  // namespace

Outcome<std::string> read_text_file(const std::string& path, std::size_t most_bytes) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return unreadable(path, errno);
  std::string text;
  char block[65536];
  while (const std::size_t read = std::fread(block, 1, sizeof block, file.get())) {
    text.append(block, read);
    if (text.size() > most_bytes) {
      return fail(FailureKind::configuration, "the file \"" + path + "\" is larger than " +
                                                  std::to_string(most_bytes) + " bytes");
    }
  }
  if (std::ferror(file.get()) != 0) return unreadable(path, errno);
  return text;
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN && wait_for_room(descriptor)) continue;
    if (written == 0) errno = ENOSPC;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace winnow::document
