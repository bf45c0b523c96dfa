// The values of expressions, and Pebble's rules for printing, truth and emptiness.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "document/yaml.h"
#include "hosts/cli/expression/refuse.h"
#include "outcome/failure.h"

namespace winnow::cli::expression {

using document::Json;

// Either a calculated value, or a reference to one in the scope or the template: a task's outputs
// may be large, so `outputs.x.y` copies nothing. The referenced value must outlive this.
class Value {
 public:
  Value(Json own = nullptr) : own_(std::move(own)) {}  // NOLINT(google-explicit-constructor)
  static Value lent(const Json& value) {
    Value result;
    result.lent_ = &value;
    return result;
  }

  const Json& operator*() const { return lent_ != nullptr ? *lent_ : own_; }
  const Json* operator->() const { return &**this; }
  Json take() && {
    if (lent_ != nullptr) return *lent_;
    return std::move(own_);
  }

  // The member or element `part` of this value.
  Value narrowed(const Json& part) const { return lent_ != nullptr ? lent(part) : Value(part); }

 private:
  Json own_;
  const Json* lent_ = nullptr;
};

// As printed into a string: null is empty, lists and maps are JSON.
std::string printed(const Json& value);

// "a list", "the string 'abc'": for messages; long strings are shortened.
std::string described(const Json& value);

// A whole number that fits into 64 bits, or nothing.
std::optional<std::int64_t> whole_number(const Json& value);

// Null, a blank string, and a list or map without entries are empty.
bool is_empty(const Json& value);

// As a condition: a string is true unless it is empty, a number unless it is 0; null, a list and a
// map are refused.
Outcome<bool> truth(const Json& value);

}  // namespace winnow::cli::expression
