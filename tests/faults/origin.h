// Finds out where an allocation comes from. Allocations in the destructor of nlohmann's JSON are
// not made to fail: it is noexcept, so a failure there ends any process that uses the library, and
// winnow could not handle that. What libmariadb leaks when its own allocation fails (the columns of
// a result that it was reading, the buffer of a connection that it was making) winnow can't free.
#pragma once

namespace winnow::tests {

enum class Origin { any, unfailing, connector };

// Finds that destructor and libmariadb, before anything is armed. Throws if one is not found.
void learn_origins();
// The origin of the current allocation. Allocates nothing.
Origin origin_of_allocation();

}  // namespace winnow::tests
