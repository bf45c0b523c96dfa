// The listing engine: keyset pages, counts, and all rows into a file, for any table that a manifest
// describes.
#pragma once

#include <cstddef>
#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// A page of FETCH ends early, with a cursor, before its rows take more bytes than this as JSON. It
// always has at least one row.
inline constexpr std::size_t kLongestPage = std::size_t{16} * 1024 * 1024;

// See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_listing(const Manifest& manifest,
                                                    const Json& parameters, const Policy& policy);

}  // namespace winnow::tasks
