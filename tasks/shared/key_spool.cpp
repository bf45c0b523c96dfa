#include "tasks/shared/key_spool.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <system_error>
#include <unistd.h>

#include <sys/stat.h>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

tl::unexpected<Failure> spool_failure(const char* what) {
  return fail(FailureKind::storage,
              std::string("the list of purged keys can't be ") + what +
                  " in the folder for temporary files: " + std::generic_category().message(errno) +
                  "; make room there or set TMPDIR");
}

// Never had a name, where the file system can do that; elsewhere its name goes at once.
int nameless_file(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return descriptor;
  auto name = (folder / "winnow-keys.XXXXXX").string();
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

// As std::filesystem::temp_directory_path() has it, which fails where the folder is none; an empty
// name is none here.
std::filesystem::path temporary_folder() {
  for (const auto* const variable : {"TMPDIR", "TMP", "TEMP", "TEMPDIR"}) {
    const char* const named = std::getenv(variable);
    if (named != nullptr && *named != '\0') return named;
  }
  return "/tmp";
}

// glibc's tmpfile() does not look at TMPDIR. Null, with errno, where it can't be made.
std::FILE* temporary_file() {
  const int descriptor = nameless_file(temporary_folder());
  if (descriptor < 0) return nullptr;
  std::FILE* const file = ::fdopen(descriptor, "w+");
  if (file == nullptr) {
    const int cause = errno;
    ::close(descriptor);
    errno = cause;
  }
  return file;
}

}  // namespace

Outcome<void> KeySpool::open() {
  if (!file_) file_.reset(temporary_file());
  return file_ ? Outcome<void>{} : spool_failure("made");
}

Outcome<void> KeySpool::append(const std::vector<std::string>& keys) {
  if (taken_ > 0 && empty()) *this = KeySpool();
  WINNOW_CHECK(open());
  for (const auto& key : keys) {
    if (key.size() > std::numeric_limits<std::uint16_t>::max()) {
      return fail(FailureKind::storage, "a key of " + std::to_string(key.size()) +
                                            " bytes is too long for the list of purged keys");
    }
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
