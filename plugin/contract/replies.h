// Everything that is returned to the host: statuses, buffers and the JSON of an error. The only
// place where an exception or a Failure becomes a status of abi/winnow.h.
#pragma once

#include <cstdint>
#include <string_view>

#include "abi/winnow.h"
#include "document/task_failure.h"
#include "outcome/failure.h"
#include "tasks/task.h"

namespace winnow::plugin {

using document::Json;

// A call's reply: JSON for the host's buffer, or null if success has no text.
using Reply = tasks::TaskResult;

// Whether the caller's buffer is valid: NULL (not wanted), or at least of ABI 1.0's size.
bool usable(const winnow_buffer* buffer) noexcept;

// Frees the text and zeroes the struct except for `size`.
void release(winnow_buffer& buffer) noexcept;

// Puts a call's reply into the buffer and returns its status. May throw std::bad_alloc.
std::int32_t deliver(winnow_buffer* buffer, const Reply& reply);

// For a catch block: the status of the current exception, with its error in the buffer. Allocates
// nothing after a failed allocation.
std::int32_t deliver_exception(winnow_buffer* buffer) noexcept;

// Every function of the ABI that can fail works through this.
template <class Body>
std::int32_t replied(winnow_buffer* buffer, const Body& body) noexcept {
  if (!usable(buffer)) return WINNOW_INVALID_ARGUMENT;
  if (buffer != nullptr) release(*buffer);
  try {
    return deliver(buffer, body());
  } catch (...) {
    return deliver_exception(buffer);
  }
}

// A text from the host, checked before it is read: NULL and length are consistent, not longer than
// `limit` (a length of -1 would otherwise be read to the end of memory), UTF-8. `name` is the
// argument's name, for the message.
Outcome<std::string_view> text_argument(const char* name, const char* text, std::size_t size,
                                        std::size_t limit);

}  // namespace winnow::plugin
