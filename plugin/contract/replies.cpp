// Fills the host's buffers. Their memory comes from malloc, so that filling one can fail without
// throwing and freeing one needs no more than its address.
#include "plugin/contract/replies.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <typeinfo>

#include "document/json_text.h"
#include "document/utf8.h"
#include "outcome/guard.h"

namespace winnow::plugin {

namespace {

// Handed out when there is no memory for a text; release() knows its address and leaves it alone.
// It has no `done`: the counts of what was committed are lost, and must not be reported wrong.
char no_memory_text[] =
    R"({"code":"NO_MEMORY","message":"Out of memory. What was committed stays; free some memory and try again.",)"
    R"("pointer":"","retryable":true,"sqlstate":""})";

// Where memory runs out, release() frees what is there.
void append(winnow_buffer& buffer, std::string_view text) {
  const auto length = buffer.length + text.size();
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory,cppcoreguidelines-no-malloc)
  auto* const data = static_cast<char*>(std::realloc(buffer.data, length + 1));
  if (data == nullptr) throw std::bad_alloc();
  buffer.data = data;
  std::memcpy(data + buffer.length, text.data(), text.size());
  data[length] = '\0';
  buffer.length = length;
}

// The host owns what it gets, until winnow_buffer_free. A page of rows is copied here, and nowhere
// else on its way.
void fill(winnow_buffer& buffer, const Json& json) {
  document::write_json(json, [&buffer](std::string_view piece) { append(buffer, piece); });
}

std::int32_t deliver_no_memory(winnow_buffer* buffer) noexcept {
  if (buffer != nullptr) {
    release(*buffer);
    buffer->data = static_cast<char*>(no_memory_text);
    buffer->length = sizeof no_memory_text - 1;
  }
  return WINNOW_NO_MEMORY;
}

}  // namespace

bool usable(const winnow_buffer* buffer) noexcept {
  return buffer == nullptr || buffer->size >= sizeof(winnow_buffer);
}

void release(winnow_buffer& buffer) noexcept {
  if (buffer.data != static_cast<char*>(no_memory_text)) {
    std::free(buffer.data);  // NOLINT(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)
  }
  buffer.data = nullptr;
  buffer.length = 0;
  buffer.reserved = 0;
}

std::int32_t deliver(winnow_buffer* buffer, const Reply& reply) {
  const auto write = [buffer](const auto& make) {
    if (buffer == nullptr) return;
    told_in_two_tries([&] {
      release(*buffer);
      fill(*buffer, make());
    });
  };
  if (!reply) {
    write([&] { return to_json(reply.error()); });
    return static_cast<std::int32_t>(reply.error().kind);
  }
  if (!reply->is_null()) write([&]() -> const Json& { return *reply; });
  return WINNOW_OK;
}

std::int32_t deliver_exception(winnow_buffer* buffer) noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return deliver_no_memory(buffer);
  } catch (const std::exception& error) {
    if (buffer != nullptr) release(*buffer);
    // Its type and not its text: the text of a parser's exception may repeat a password.
    try {
      return deliver(buffer,
                     fail(FailureKind::internal,
                          std::string("A defect of winnow: an exception of type ") +
                              typeid(error).name() + " was not handled. Please report it."));
    } catch (...) {
      return deliver_no_memory(buffer);
    }
  } catch (...) {
    return WINNOW_INTERNAL;
  }
}

Outcome<std::string_view> text_argument(const char* name, const char* text, std::size_t size,
                                        std::size_t limit) {
  const auto refused = [name](const std::string& what) {
    return fail(FailureKind::invalid_argument, std::string("`") + name + "` " + what);
  };
  if (size == 0) return std::string_view();
  if (text == nullptr) return refused("is NULL but its length is " + std::to_string(size) + ".");
  if (size > limit) {
    return refused("has a length of " + std::to_string(size) + " bytes; at most " +
                   std::to_string(limit) + " are taken.");
  }
  const std::string_view view(text, size);
  if (!document::is_utf8(view)) return refused("is not UTF-8 text.");
  return view;
}

}  // namespace winnow::plugin
