#include "tasks/key_spool.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace winnow::tasks {
namespace {

tl::unexpected<Failure> spool_failure(const char* what) {
  return fail(FailureKind::storage,
              std::string("the list of purged keys can't be ") + what +
                  " in the folder for temporary files: " + std::generic_category().message(errno) +
                  "; make room there or set TMPDIR");
}

}  // namespace

Outcome<void> KeySpool::append(const std::vector<std::string>& keys) {
  if (!file_) {
    file_.reset(std::tmpfile());
    if (!file_) return spool_failure("made");
  }
  for (const auto& key : keys) {
    const auto length = static_cast<std::uint16_t>(key.size());
    if (std::fwrite(&length, sizeof length, 1, file_.get()) != 1 ||
        std::fwrite(key.data(), 1, length, file_.get()) != length) {
      return spool_failure("written");
    }
    ++appended_;
  }
  return {};
}

Outcome<std::vector<std::string>> KeySpool::take(std::size_t most) {
  std::vector<std::string> keys;
  if (taken_ == 0 && file_) std::rewind(file_.get());
  for (; keys.size() < most && taken_ < appended_; ++taken_) {
    std::uint16_t length = 0;
    if (std::fread(&length, sizeof length, 1, file_.get()) != 1) return spool_failure("read");
    std::string key(length, '\0');
    if (std::fread(key.data(), 1, length, file_.get()) != length) return spool_failure("read");
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace winnow::tasks
