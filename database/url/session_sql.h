// Turns what a URL or a connection pool sets in each new session into settings for each of winnow's
// transactions: behind a pooler a session is never winnow's own.
#pragma once

#include <string>
#include <string_view>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// One setting of PostgreSQL, by name. search_path goes to Settings::search_path; settings that
// winnow makes itself in every transaction are left out; session_replication_role and
// session_authorization are refused, because they would change what a deletion does and who does
// it.
Outcome<void> add_session_setting(Settings& settings, const std::string& name,
                                  const std::string& value);

// PostgreSQL's `options`: `-c name=value --name=value`, separated by white space, with backslashes.
// A search_path is used only if Settings::search_path is empty (currentSchema takes precedence).
Outcome<void> add_command_line_options(Settings& settings, std::string_view options);

// The statements that HikariCP runs in a new connection (`connection-init-sql`), after all else. On
// PostgreSQL SET, SET ROLE, SET SCHEMA and SELECT set_config(...) are honoured. On MySQL USE is
// honoured; a SET of variables is ignored, because winnow sets those that it depends on. SELECT of
// a constant does nothing. Every other statement is refused; the message has its first words, never
// its values.
Outcome<void> add_init_sql(Settings& settings, std::string_view sql);

// A search_path of only this name: in quotes.
std::string search_path_of(std::string_view schema);

}  // namespace winnow::database
