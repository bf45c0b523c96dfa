// Finds out what a MySQL session waits for.
#pragma once

#include <string>

namespace winnow::database {

class MysqlSession;

// In the form of LockWait::what, asked over `other`; empty if the session with this number waits
// for no lock, or the account may not see it. If the account lacks a right to know more, the text
// says so, unless `told_what_is_missing`.
std::string mysql_lock_wait(MysqlSession& other, unsigned long number, bool& told_what_is_missing);

}  // namespace winnow::database
