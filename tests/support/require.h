// Unwraps an Outcome in a test's set-up; a failure there ends the test with its message.
#pragma once

#include <stdexcept>

#include "outcome/failure.h"

namespace winnow::tests {

inline void require(const Outcome<void>& outcome) {
  if (!outcome) throw std::runtime_error(outcome.error().message);
}

template <class T>
T require(Outcome<T> outcome) {
  if (!outcome) throw std::runtime_error(outcome.error().message);
  return std::move(*outcome);
}

}  // namespace winnow::tests
