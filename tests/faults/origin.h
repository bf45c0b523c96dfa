// What is known of where an allocation comes from. It is not made to fail where nlohmann's JSON
// allocates in its destructor, which is noexcept, so that a failure there ends any process that
// uses the library: that is no fault which winnow could meet in another way, and the rest is to be
// tried. What libmariadb loses when its own allocation fails (the columns of an answer that it was
// reading, the buffer of a connection that it was making) winnow can't free.
#pragma once

namespace winnow::tests {

enum class Origin { any, unfailing, connector };

// Reads where that destructor and libmariadb are; before anything is armed. Throws when one is not
// found.
void learn_origins();
// Where the allocation that is being asked for comes from. Allocates nothing.
Origin origin_of_allocation();

}  // namespace winnow::tests
