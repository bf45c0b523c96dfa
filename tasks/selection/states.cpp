#include "tasks/selection/states.h"

namespace winnow::tasks {

const std::vector<std::string>& terminal_states() {
  static const std::vector<std::string> states{"SUCCESS",   "WARNING", "FAILED",  "KILLED",
                                               "CANCELLED", "RETRIED", "SKIPPED", "RESUBMITTED"};
  return states;
}

const std::vector<std::string>& unfinished_states() {
  static const std::vector<std::string> states{"CREATED", "SUBMITTED", "RUNNING",
                                               "PAUSED",  "RESTARTED", "KILLING",
                                               "QUEUED",  "RETRYING",  "BREAKPOINT"};
  return states;
}

}  // namespace winnow::tasks
