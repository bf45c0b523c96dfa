// The library's own tasks. Each is read when it is first requested: a short call needs only one,
// and reading all took about half of its time.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "document/embedded_file.h"
#include "outcome/failure.h"
#include "plugin/manifests/task.h"

namespace winnow::plugin {

// Thread-safe. A failure (no memory) is not kept.
class BuiltinTasks {
 public:
  // They never change, so a process reads each of them once, although Kestra opens the library for
  // each run. They may still be in use while the process ends.
  static std::shared_ptr<BuiltinTasks> of_this_process();

  using Pointer = std::shared_ptr<const Task>;
  // By name or alias; nullptr if there is none.
  Outcome<Pointer> find(std::string_view name);

  using ByName = std::map<std::string, Pointer, std::less<>>;
  Outcome<ByName> all();

 private:
  // With the lock held: a task may use others.
  Outcome<Pointer> found(std::string_view name);
  Outcome<Pointer> read(const document::EmbeddedFile& file);
  Outcome<void> read_all();

  std::mutex mutex_;
  ByName read_;
};

}  // namespace winnow::plugin
