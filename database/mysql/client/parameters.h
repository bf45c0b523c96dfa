// Writes bound values as MySQL's binary protocol takes them.
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

// The values of one statement; binds() point into this object, which has to stay where it is.
class MysqlParameters {
 public:
  // Fails as check_texts().
  static Outcome<MysqlParameters> make(const std::vector<Parameter>& values);

  MYSQL_BIND* binds() { return binds_.data(); }
  std::size_t size() const { return binds_.size(); }

 private:
  struct Adder;

  std::vector<MYSQL_BIND> binds_;
  std::deque<std::string> texts_;  // deques: what has been added stays where it is
  std::deque<MYSQL_TIME> times_;
  std::deque<long long> numbers_;
};

}  // namespace winnow::database
