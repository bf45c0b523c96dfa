// A named lock beside a database file, which one program at a time has: SQLite's own locks last no
// longer than a transaction.
#pragma once

#include <memory>
#include <string>

#include "database/connection.h"
#include "outcome/failure.h"

namespace winnow::database {

// Holds `<database>-winnow-<name>.lock` by flock(2) until it is destroyed or the process ends, and
// then removes the file. A killed process leaves an unlocked file, which does no harm.
class SqliteFileLock {
 public:
  // nullptr: another program has it, and `holder` says which. With an empty database path (in
  // memory) nobody else can want the lock.
  static Outcome<std::unique_ptr<SqliteFileLock>> take(const std::string& database,
                                                       const std::string& name,
                                                       SessionLock& holder);
  SqliteFileLock(const SqliteFileLock&) = delete;
  SqliteFileLock& operator=(const SqliteFileLock&) = delete;
  ~SqliteFileLock();

 private:
  SqliteFileLock(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  bool is_in_place() const;

  std::string path_;
  int descriptor_;
};

}  // namespace winnow::database
