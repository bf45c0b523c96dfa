// A lock that one program at a time has, by name, beside a database file: SQLite's own locks last
// no longer than a transaction.
#pragma once

#include <memory>
#include <string>

#include "database/connection.h"
#include "outcome/failure.h"

namespace winnow::database {

// Holds `<database>-winnow-<name>.lock` by flock(2) until it is destroyed or the process ends, and
// removes the file then; a process that was killed leaves an empty-handed file, which hinders
// nobody.
class SqliteFileLock {
 public:
  // nullptr: another has it, and `holder` says who. An empty database path (in memory) is a lock
  // that nobody else can want.
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
