// The bounds and the lines are kept here, so that YAML and JSON are refused for the same reasons.
#include "document/tree_builder.h"

#include <algorithm>
#include <utility>

#include "document/pointer.h"
#include "document/utf8.h"

namespace winnow::document {
namespace {

constexpr std::size_t kMostValues = 100'000;
constexpr std::size_t kDeepest = 100;
// Each value's pointer is kept with its line; long keys above many values would multiply.
constexpr std::size_t kMostPointerBytes = std::size_t{64} * 1024 * 1024;

}  // namespace

Failure Refusal::failure(const std::string& name) const {
  return {.kind = FailureKind::configuration,
          .message = name + ":" + std::to_string(line) + ": " + reason,
          .pointer = pointer};
}

bool TreeBuilder::refuse(int line, std::string reason, std::string pointer) {
  if (!refusal_) refusal_ = Refusal{line, std::move(reason), std::move(pointer)};
  return false;
}

bool TreeBuilder::counts(std::size_t values, std::size_t depth, int line) {
  values_ += values;
  if (values_ > kMostValues) return refuse(line, "more than 100,000 values");
  if (frames_.size() + depth > kDeepest) return refuse(line, "nested deeper than 100 levels");
  return true;
}

std::string TreeBuilder::next_pointer() const {
  if (frames_.empty()) return {};
  const Frame& frame = frames_.back();
  return frame.key ? pointer_to(frame.pointer, *frame.key)
                   : pointer_to(frame.pointer, frame.value.size());
}

bool TreeBuilder::key(std::string name, int line) {
  Frame& frame = frames_.back();
  if (!frame.keys.insert(name).second && repeated_ == Repeated::refused) {
    return refuse(line, "the key \"" + shortened(name, 60) + "\" stands here twice",
                  pointer_to(frame.pointer, name));
  }
  frame.key = std::move(name);
  frame.key_line = line;
  return true;
}

bool TreeBuilder::begin(Json empty, int line) {
  if (!counts(1, 1, line)) return false;
  auto pointer = next_pointer();
  const bool keyed = !frames_.empty() && frames_.back().key.has_value();
  const int own_line = keyed ? frames_.back().key_line : line;
  frames_.push_back(Frame{.value = std::move(empty),
                          .pointer = std::move(pointer),
                          .line = own_line,
                          .first_value = values_ - 1});
  return true;
}

bool TreeBuilder::scalar(Json value, int line) {
  if (!counts(1, 0, line)) return false;
  return place(std::move(value), next_pointer(), line, 0);
}

bool TreeBuilder::alias(const Anchored& anchored, int line) {
  if (!counts(anchored.values, anchored.depth, line)) return false;
  return place(anchored.value, next_pointer(), line, anchored.depth);
}

bool TreeBuilder::end(int line, std::optional<Anchored>* keep) {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (keep != nullptr) {
    const std::size_t inside = values_ - frame.first_value;
    if (!counts(inside, 0, line)) return false;  // the copy is held to the same bound
    *keep = Anchored{frame.value, inside, frame.depth};
  }
  return place(std::move(frame.value), frame.pointer, frame.line, frame.depth);
}

bool TreeBuilder::place(Json value, const std::string& pointer, int line, std::size_t depth) {
  pointer_bytes_ += pointer.size();
  if (pointer_bytes_ > kMostPointerBytes) return refuse(line, "keys too long for so many values");
  if (frames_.empty()) {
    document_.lines[pointer] = line;
    document_.value = std::move(value);
    return true;
  }
  Frame& frame = frames_.back();
  frame.depth = std::max(frame.depth, depth + 1);
  document_.lines[pointer] = frame.key ? frame.key_line : line;
  if (!frame.key) {
    frame.value.push_back(std::move(value));
    return true;
  }
  // Not by operator[]: it would search the keys again, from the first to the last.
  frame.value.get_ref<Json::object_t&>().emplace_back(*std::exchange(frame.key, std::nullopt),
                                                      std::move(value));
  return true;
}

Document TreeBuilder::take(std::string name) && {
  document_.name = std::move(name);
  if (document_.value.is_null())
    document_.lines[""] = 1;  // an empty text ends on no line of its own
  return std::move(document_);
}

}  // namespace winnow::document
