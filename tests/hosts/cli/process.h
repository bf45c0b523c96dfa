// Runs a program and collects its output; ends it if it takes too long.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace winnow::tests {

struct Finished {
  int status = -1;  // exit status; 128 + the signal that ended it
  std::string out;
  std::string err;
};

struct Start {
  std::vector<std::string> words;                  // the program and its arguments
  std::map<std::string, std::string> environment;  // added to a small one of the tests' own
  std::string folder;                              // working directory; empty: the test's
  bool terminal = false;                           // stderr is a terminal
  bool deaf = false;                               // stderr is not read
};

class Process {
 public:
  explicit Process(const Start& start);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  void signal(int number) const;
  // Reads until stderr contains the text; false if it ended before.
  bool wait_for(const std::string& text);
  Finished finish();

 private:
  void read_some();

  pid_t id_ = -1;
  int out_ = -1;
  int err_ = -1;
  Finished finished_;
};

Finished run(const Start& start);

}  // namespace winnow::tests
