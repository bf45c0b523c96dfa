// Writes bound values for MySQL's binary protocol.
#pragma once

#include <deque>
#include <mysql.h>
#include <string>
#include <vector>

#include "database/statement.h"
#include "outcome/failure.h"

namespace winnow::database {

// Refuses a text that is not UTF-8.
Outcome<void> check_texts(const std::vector<Parameter>& values);

// The values of one statement; binds() point into this object, which must not be moved.
class MysqlParameters {
 public:
  // Fails as check_texts().
  static Outcome<MysqlParameters> make(const std::vector<Parameter>& values);

  MYSQL_BIND* binds() { return binds_.data(); }
  std::size_t size() const { return binds_.size(); }

 private:
  struct Adder;

  std::vector<MYSQL_BIND> binds_;
  std::deque<std::string> texts_;  // deques: elements keep their addresses
  std::deque<MYSQL_TIME> times_;
  std::deque<long long> numbers_;
};

}  // namespace winnow::database
