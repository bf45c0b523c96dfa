// Which statements a session of PostgreSQL has prepared. Planning what is sent with each batch, or
// asked in front of each call's first query, costs as much as running it.
#pragma once

#include <map>
#include <string>

#include "database/statement.h"
#include "outcome/failure.h"

namespace winnow::database {

class PostgresPrepared {
 public:
  // Nothing is prepared in a session that a pooler may lend to others, nor before that is known.
  void set_own_session(bool is_own) { is_own_session_ = is_own; }

  struct Name {
    std::string text = {};  // under which the statement runs; empty: it goes as it stands
    bool is_new = false;    // the server has to prepare it first
  };
  // One that may be prepared gets a name with its first use.
  Name name_of(const Statement& statement);

  // The group that was to prepare it has failed.
  void forget(const Statement& statement) { names_.erase(statement.sql); }
  // What a statement failed with that has a name. Where that comes of its being prepared, nothing
  // is prepared from now on, and the same call may do well.
  void note(Failure& failure);

 private:
  std::map<std::string, std::string> names_;  // by the statement's text
  int named_before_ = 0;
  bool is_own_session_ = false;
  bool is_over_ = false;
};

}  // namespace winnow::database
