// Where an allocation is not made to fail: nlohmann's JSON allocates in its destructor, which is
// noexcept, so that a failure there ends any process that uses the library. That is no fault which
// winnow could meet in another way, and the rest is to be tried.
#pragma once

namespace winnow::tests {

// Reads where that destructor is in libwinnow; before anything is armed. Throws when it is not
// found.
void learn_unfailing();
// Whether the call comes from there. Allocates nothing.
bool inside_unfailing();

}  // namespace winnow::tests
