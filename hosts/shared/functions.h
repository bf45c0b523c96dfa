// The functions of libwinnow, for a host that loads it at run time, and a buffer that the library
// fills. Uses only abi/winnow.h of winnow.
#pragma once

#include <dlfcn.h>
#include <string>
#include <string_view>

#include "abi/winnow.h"

// Every function of abi/symbols.txt, without its prefix (tests/architecture checks that).
#define WINNOW_EACH_FUNCTION(DO) \
  DO(abi_version)                \
  DO(buffer_free)                \
  DO(build_info)                 \
  DO(close)                      \
  DO(describe)                   \
  DO(job_cancel)                 \
  DO(job_free)                   \
  DO(job_new)                    \
  DO(job_pause)                  \
  DO(job_plan)                   \
  DO(job_progress)               \
  DO(job_resume)                 \
  DO(job_run)                    \
  DO(open)

namespace winnow::hosts {

struct Functions {
// A name that is declared takes no parentheses.
#define WINNOW_FUNCTION(name) \
  decltype(&winnow_##name) name = nullptr;  // NOLINT(bugprone-macro-parentheses)
  WINNOW_EACH_FUNCTION(WINNOW_FUNCTION)
#undef WINNOW_FUNCTION
};

// The loader's message about the failure of the previous call, on this thread.
inline std::string loader_error() {
  const char* text = ::dlerror();  // NOLINT(concurrency-mt-unsafe): it keeps one text per thread
  return text == nullptr ? "unknown error" : text;
}

// Finds all functions in a library from dlopen(). Empty, or why it is not winnow's.
inline std::string find_functions(void* library, Functions& functions) {
#define WINNOW_FUNCTION(name)                                                                     \
  functions.name = reinterpret_cast<decltype(functions.name)>(::dlsym(library, "winnow_" #name)); \
  if (functions.name == nullptr) return loader_error();
  WINNOW_EACH_FUNCTION(WINNOW_FUNCTION)
#undef WINNOW_FUNCTION
  return {};
}

// Text from the library; the destructor gives it back. `functions` must outlive it.
class Buffer {
 public:
  explicit Buffer(const Functions& functions) : functions_(functions) {
    buffer_.size = sizeof buffer_;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { functions_.buffer_free(&buffer_); }

  winnow_buffer* out() { return &buffer_; }
  std::string_view text() const {
    return buffer_.data == nullptr ? std::string_view()
                                   : std::string_view(buffer_.data, buffer_.length);
  }

 private:
  const Functions& functions_;
  winnow_buffer buffer_ = {};
};

}  // namespace winnow::hosts
