#include "bench/native/give_up.h"

#include <cstdlib>
#include <iostream>

namespace winnow::bench {

void give_up(std::string_view what) {
  std::cerr << "winnow-bench: " << what << '\n';
  std::_Exit(1);
}

}  // namespace winnow::bench
