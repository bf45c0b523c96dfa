// The border that no exception passes: libraries and allocations throw, winnow's own code answers
// with Outcomes.
#pragma once

#include <exception>
#include <new>

#include "outcome/failure.h"

namespace winnow {

// Calls `work`, which returns an Outcome<T>, and turns an exception into a Failure.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail(FailureKind::no_memory, {});  // an empty text: making one could fail again
  } catch (const std::exception& defect) {
    return fail(FailureKind::internal, defect.what());
  }
}

// Calls `tell`, which changes nothing, once more where memory ran out: what a run did can be told
// only then, and another thread may have freed some meanwhile. A second failure is thrown.
template <class Tell>
auto told_in_two_tries(Tell&& tell) -> decltype(tell()) {
  try {
    return tell();
  } catch (const std::bad_alloc&) {
    return tell();
  }
}

}  // namespace winnow
