// A variable of the process's environment for the time of a test: its old value comes back.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace winnow::tests {

class EnvironmentGuard {
 public:
  // Null removes the variable.
  EnvironmentGuard(std::string name, const char* value) : name_(std::move(name)) {
    if (const char* present = std::getenv(name_.c_str())) before_ = present;
    set(value);
  }
  EnvironmentGuard(const EnvironmentGuard&) = delete;
  EnvironmentGuard& operator=(const EnvironmentGuard&) = delete;
  ~EnvironmentGuard() { set(before_ ? before_->c_str() : nullptr); }

  void set(const char* value) const {
    if (value == nullptr) {
      ::unsetenv(name_.c_str());
    } else {
      ::setenv(name_.c_str(), value, 1);
    }
  }

 private:
  std::string name_;
  std::optional<std::string> before_;
};

}  // namespace winnow::tests
