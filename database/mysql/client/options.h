// Hands the settings to the connector.
#pragma once

#include <mysql.h>
#include <string>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// The connector's options, and whether it had the memory for each. It copies a text without a look
// at whether that went well, and then goes on without it: no CA, and no certificate is verified.
class MysqlOptions {
 public:
  explicit MysqlOptions(MYSQL* mysql) : mysql_(mysql) {}

  void set(mysql_option option, const void* value);
  void set_text(mysql_option option, const std::string& value);
  // A text that the connector does not let be read back: set twice, so that a copy that failed is
  // made after all.
  void set_unread(mysql_option option, const char* value);

  // False when one of them is not what was set.
  bool complete() const { return complete_; }

 private:
  MYSQL* mysql_;
  bool complete_ = true;
};

// Sets all that mysql_real_connect looks at beside its arguments. Refuses what can't be used (a
// file that can't be read). `attribute` is the session's (cancel.h), `wait` the connector's
// MARIADB_OPT_IO_WAIT.
Outcome<void> set_mysql_options(MYSQL* mysql, const Settings& settings,
                                const std::string& attribute, const void* wait);

}  // namespace winnow::database
