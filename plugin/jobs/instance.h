// The object behind a `winnow *`: the operator's configuration, the tasks, and the host's
// functions.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>

#include "abi/winnow.h"
#include "database/kept_connection.h"
#include "outcome/failure.h"
#include "plugin/configuration/configuration.h"
#include "plugin/manifests/registry.h"

namespace winnow::plugin {

// Whether the host itself can remove files.
bool has_storage(const winnow_host& host);

// Once open, everything except the count of its users is constant, so many threads may use it at
// once.
class Instance {
 public:
  // Copies `host` (NULL: no functions) and reads the configuration and the manifests. No network
  // access.
  static Outcome<std::shared_ptr<Instance>> open(const winnow_host* host,
                                                 std::string_view configuration);

  const winnow_host& host() const { return host_; }
  const Configuration& configuration() const { return configuration_; }
  const Registry& registry() const { return registry_; }
  // nullptr: no connection is kept.
  database::KeptConnection* kept() const { return kept_.get(); }

  // A job's hold on it: while there is one, the instance can't be closed. Refused where it was
  // closed meanwhile.
  static Outcome<std::shared_ptr<const Instance>> hold(const std::shared_ptr<Instance>& instance);

  // Ends its use; false where something uses it still, or it was closed before.
  bool close();

 private:
  Instance(const winnow_host& host, Configuration configuration, Registry registry);

  winnow_host host_;
  Configuration configuration_;
  Registry registry_;
  std::unique_ptr<database::KeptConnection> kept_;
  std::mutex mutex_;
  int holds_ = 0;
  bool closed_ = false;
};

}  // namespace winnow::plugin
