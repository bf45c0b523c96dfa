// Calls of PostgreSQL's client library that may fail by its own documentation.
#include <libpq-fe.h>

#include "tests/faults/intercepted_calls.h"

using namespace winnow::tests;  // NOLINT(google-build-using-namespace): names of libpq follow
using intercepted::around;
using intercepted::next;

extern "C" {

PGconn* PQconnectStartParams(const char* const* names, const char* const* values, int expand) {
  static auto* const original =
      next<PGconn*(const char* const*, const char* const*, int)>("PQconnectStartParams");
  return around(kClient, {}, static_cast<PGconn*>(nullptr),
                [&] { return original(names, values, expand); });
}

PostgresPollingStatusType PQconnectPoll(PGconn* connection) {
  static auto* const original = next<PostgresPollingStatusType(PGconn*)>("PQconnectPoll");
  return around(kClient, {}, PGRES_POLLING_FAILED, [&] { return original(connection); });
}

int PQsetnonblocking(PGconn* connection, int on) {
  static auto* const original = next<int(PGconn*, int)>("PQsetnonblocking");
  return around(kClient, {}, -1, [&] { return original(connection, on); });
}

int PQenterPipelineMode(PGconn* connection) {
  static auto* const original = next<int(PGconn*)>("PQenterPipelineMode");
  return around(kClient, {}, 0, [&] { return original(connection); });
}

int PQsendQueryParams(PGconn* connection, const char* sql, int count, const Oid* types,
                      const char* const* values, const int* lengths, const int* formats,
                      int result_format) {
  static auto* const original = next<int(PGconn*, const char*, int, const Oid*, const char* const*,
                                         const int*, const int*, int)>("PQsendQueryParams");
  return around(kClient, sql, 0, [&] {
    return original(connection, sql, count, types, values, lengths, formats, result_format);
  });
}

int PQpipelineSync(PGconn* connection) {
  static auto* const original = next<int(PGconn*)>("PQpipelineSync");
  return around(kClient, {}, 0, [&] { return original(connection); });
}

int PQflush(PGconn* connection) {
  static auto* const original = next<int(PGconn*)>("PQflush");
  return around(kClient, {}, -1, [&] { return original(connection); });
}

int PQconsumeInput(PGconn* connection) {
  static auto* const original = next<int(PGconn*)>("PQconsumeInput");
  return around(kClient, {}, 0, [&] { return original(connection); });
}

}  // extern "C"
