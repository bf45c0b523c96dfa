// Passes the settings to the connector.
#pragma once

#include <mysql.h>
#include <string>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// The connector's options, and whether it had memory for each. It copies a text without checking
// the result, and goes on without it: with no CA, no certificate would be verified.
class MysqlOptions {
 public:
  explicit MysqlOptions(MYSQL* mysql) : mysql_(mysql) {}

  void set(mysql_option option, const void* value);
  void set_text(mysql_option option, const std::string& value);
  // A text that can't be read back from the connector: set twice, so that a failed copy is made
  // after all.
  void set_unread(mysql_option option, const char* value);

  // False if one of them does not have the value that was set.
  bool complete() const { return complete_; }

 private:
  MYSQL* mysql_;
  bool complete_ = true;
};

// Sets everything that mysql_real_connect uses besides its arguments. Refuses unusable values (an
// unreadable file). `attribute` is the session's (cancel.h), `wait` the connector's
// MARIADB_OPT_IO_WAIT.
Outcome<void> set_mysql_options(MYSQL* mysql, const Settings& settings,
                                const std::string& attribute, const void* wait);

}  // namespace winnow::database
