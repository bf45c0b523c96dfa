// How the command uses a loaded library; the library is tests/hosts/cli's own.
#include "hosts/cli/library/library.h"

#include <new>

#include <gtest/gtest.h>

#include "tests/hosts/cli/environment_guard.h"

namespace winnow::cli {
namespace {

class OutOfMemory final : public Listener {
 public:
  void log(std::int32_t /*level*/, std::string_view /*text*/) override {
    ++calls;
    throw std::bad_alloc();
  }
  bool is_cancelled() override {
    ++calls;
    throw std::bad_alloc();
  }
  int calls = 0;
};

// An exception that left a callback would end the process, and the result would be lost.
TEST(Library, EndsARunThoughTheListenerHasNoMemory) {
  const tests::EnvironmentGuard path("WINNOW_LIBRARY", WINNOW_STUB);
  const tests::EnvironmentGuard behaviour("STUB", "brief");
  const auto library = Library::load();
  ASSERT_TRUE(library) << library.error().message;
  OutOfMemory listener;
  const auto session = Session::open(*library, listener, "");
  ASSERT_TRUE(session);
  auto job = session->job("PurgeLogs", Json::object());
  ASSERT_TRUE(job);
  EXPECT_EQ(job->run(), "{}");
  EXPECT_GT(listener.calls, 20);
}

}  // namespace
}  // namespace winnow::cli
