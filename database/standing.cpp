#include "database/standing.h"

#include <utility>

namespace winnow::database {

bool Standing::note(std::string found, bool takes_writes, Target wanted) {
  if (!is_wanted(wanted, takes_writes)) return false;
  noted_ = std::move(found);
  return true;
}

void Standing::begin_call() {
  to_be_asked_ = true;
  answered_ = false;
}

bool Standing::take_question() {
  return std::exchange(to_be_asked_, false);
}

}  // namespace winnow::database
