// The progress bar of a run: the share that is done, rows per second, the time left.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "abi/winnow.h"

namespace winnow::cli {

// The current speed of a run: over the last ten seconds, so that a pause or a slower server shows.
class Speed {
 public:
  // May be called at any rate; decreasing numbers belong to another run.
  void note(std::int64_t rows, std::int64_t elapsed_ms);

  // Nothing during the first second.
  std::optional<double> rows_per_second() const;

 private:
  struct Sample {
    std::int64_t rows = 0;
    std::int64_t ms = 0;
  };
  std::deque<Sample> samples_;
};

// Narrower than `columns`, because a full line would wrap on some terminals; the least important
// parts are omitted first.
std::string bar(std::string_view title, const winnow_progress& progress,
                std::optional<double> rows_per_second, std::size_t columns);

}  // namespace winnow::cli
