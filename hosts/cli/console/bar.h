// The line that says how far a run is: the share that is done, rows a second, the time left.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "abi/winnow.h"

namespace winnow::cli {

// How fast a run is now: over the last ten seconds, so that a pause or a slower server shows.
class Speed {
 public:
  // As often as one likes; numbers that go back are those of another run.
  void note(std::int64_t rows, std::int64_t elapsed_ms);

  // Nothing before a second has been seen.
  std::optional<double> rows_per_second() const;

 private:
  struct Sample {
    std::int64_t rows = 0;
    std::int64_t ms = 0;
  };
  std::deque<Sample> samples_;
};

// Less than `columns` wide, because a full line would wrap on some terminals; what matters least is
// left off first.
std::string bar(std::string_view title, const winnow_progress& progress,
                std::optional<double> rows_per_second, std::size_t columns);

}  // namespace winnow::cli
