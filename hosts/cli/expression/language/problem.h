// What is wrong with an expression, and where in its text.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace winnow::cli::expression {

struct Problem {
  std::string message;
  std::size_t offset = 0;  // byte of the text where it stands
  bool undefined = false;  // a variable or attribute that is not there: `??` and default() catch it
};

template <class T>
using Result = tl::expected<T, Problem>;

inline tl::unexpected<Problem> problem(std::string message, std::size_t offset = 0) {
  return tl::unexpected<Problem>(Problem{std::move(message), offset, false});
}

inline tl::unexpected<Problem> undefined(std::string message, std::size_t offset) {
  return tl::unexpected<Problem>(Problem{std::move(message), offset, true});
}

inline tl::unexpected<Problem> problem(Problem problem) {
  return tl::unexpected<Problem>(std::move(problem));
}

}  // namespace winnow::cli::expression
