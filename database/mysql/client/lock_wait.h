// What a session of MySQL's waits for.
#pragma once

#include <string>

namespace winnow::database {

class MysqlSession;

// In the form of LockWait::what, asked over `other`; empty where the session with this number waits
// for no lock, or nobody may say. Where the account lacks a right to know more, the words say so
// unless they were `told_what_is_missing` before.
std::string mysql_lock_wait(MysqlSession& other, unsigned long number, bool& told_what_is_missing);

}  // namespace winnow::database
