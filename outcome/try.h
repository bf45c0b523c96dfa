// One way to pass a failure on: the value of an Outcome, or a return with its failure.
//
//   Outcome<Plan> plan_of(const Request& request) {
//     WINNOW_CHECK(check(request));                  // Outcome<void>
//     WINNOW_TRY(const auto table, find(request));   // Outcome<Table>: `table` is a Table
//     return Plan{table};
//   }
//
// Both are whole statements; WINNOW_TRY is not for the body of an `if` without braces.
#pragma once

#include <utility>

#include "outcome/failure.h"

#define WINNOW_TRY(declaration, ...) \
  WINNOW_TRY_NAMED(WINNOW_JOINED(winnow_outcome_, __LINE__), declaration, __VA_ARGS__)
#define WINNOW_CHECK(...) WINNOW_CHECK_NAMED(WINNOW_JOINED(winnow_outcome_, __LINE__), __VA_ARGS__)

#define WINNOW_TRY_NAMED(outcome, declaration, ...)                \
  auto outcome = (__VA_ARGS__);                                    \
  if (!outcome) return ::winnow::fail(std::move(outcome.error())); \
  declaration = std::move(*outcome)

#define WINNOW_CHECK_NAMED(outcome, ...) \
  if (auto outcome = (__VA_ARGS__); !outcome) return ::winnow::fail(std::move(outcome.error()))

#define WINNOW_JOINED(first, second) WINNOW_JOINED_AGAIN(first, second)
#define WINNOW_JOINED_AGAIN(first, second) first##second
