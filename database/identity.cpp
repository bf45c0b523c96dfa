#include "database/identity.h"

#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

tl::unexpected<Failure> differs(const std::string& key, const std::string& expected,
                                const std::string& found) {
  const auto has = found.empty() ? "none that winnow can see" : "\"" + found + "\"";
  return fail(FailureKind::configuration,
              "winnow's connection does not lead where it is expected to: its " + key + " is " +
                  has + ", and `database.expect." + key + "` says \"" + expected +
                  "\". Nothing was read or deleted. Correct the database's URL (a schema is named "
                  "by `currentSchema=...`; in Kestra's configuration the URL is "
                  "`winnow.database.url`)",
              "/database/expect/" + key);
}

}  // namespace

Outcome<void> check_identity(const Expectation& expected, const Identity& found) {
  if (!expected.database.empty() && expected.database != found.database) {
    return differs("database", expected.database, found.database);
  }
  const auto& schemas = expected.schemas;
  const auto current = schemas.size() == 1 && !found.schemas.empty()
                           ? std::vector<std::string>{found.schemas.front()}
                           : found.schemas;
  if (!schemas.empty() && schemas != current) {
    return differs("schema", document::joined(schemas, ", "), document::joined(current, ", "));
  }
  if (!expected.server.empty() && expected.server != found.server) {
    return differs("server", expected.server, found.server);
  }
  return {};
}

}  // namespace winnow::database
