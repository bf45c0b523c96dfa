// libcurl without memory: no option of a request may be lost, least of all the one that names the
// authorities of TLS.
#include <cstdarg>
#include <dlfcn.h>
#include <new>

#include <curl/curl.h>
#include <gmock/gmock.h>

#include "tests/storage/s3_bed.h"
#include "tests/storage/s3_server.h"
#include "tests/storage/scratch.h"

namespace {

int calls = 0;
int failing = 0;  // the call that finds no memory; 0: none

}  // namespace

#undef curl_easy_setopt
// The program's own definition precedes libcurl's. Every option takes one long or one pointer.
extern "C" CURLcode curl_easy_setopt(CURL* handle, CURLoption option, ...) {
  std::va_list arguments;
  va_start(arguments, option);
  void* value = va_arg(arguments, void*);
  va_end(arguments);
  if (++calls == failing) return CURLE_OUT_OF_MEMORY;
  static const auto real = reinterpret_cast<CURLcode (*)(CURL*, CURLoption, ...)>(
      ::dlsym(RTLD_NEXT, "curl_easy_setopt"));
  return real(handle, option, value);
}

namespace winnow::tests {
namespace {

TEST(S3Memory, ARequestThatLacksAnOptionIsNeverSent) {
  S3Server server;
  auto settings = settings_for(server.endpoint());
  settings.ca_file = "/etc/ssl/certs/ca-certificates.crt";
  settings.proxy = server.endpoint();
  settings.proxy_user = "me";
  const auto bucket = open_bucket(settings);
  calls = 0;
  remove_one(*bucket, folder("a"));
  const int all = calls;
  const auto sent = server.seen().size();
  ASSERT_GT(sent, 0U);
  const int each = all / static_cast<int>(sent);
  ASSERT_GT(each, 15);
  for (failing = 1; failing <= each; ++failing) {
    calls = 0;
    const auto before = server.seen().size();
    EXPECT_THROW(remove_one(*open_bucket(settings), folder("a")), std::bad_alloc) << failing;
    EXPECT_EQ(server.seen().size(), before) << failing;
  }
  failing = 0;
}

}  // namespace
}  // namespace winnow::tests
