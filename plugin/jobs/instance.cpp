// Opens the library for a host.
#include "plugin/jobs/instance.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "outcome/try.h"

namespace winnow::plugin {

namespace {

// The size of the struct in ABI 1.0.
constexpr std::size_t kFirstHost = offsetof(winnow_host, storage);

// Takes what both sides know of the struct (convention 2).
Outcome<winnow_host> copied(const winnow_host* host) {
  winnow_host copy = {};
  if (host != nullptr && host->size < kFirstHost) {
    return fail(FailureKind::invalid_argument, "`host->size` is " + std::to_string(host->size) +
                                                   "; set it to sizeof(winnow_host), " +
                                                   std::to_string(kFirstHost) + " or more.");
  }
  if (host != nullptr) std::memcpy(&copy, host, std::min<std::size_t>(host->size, sizeof copy));
  copy.size = sizeof copy;
  return copy;
}

bool needs_host_storage(const Configuration& configuration) {
  const auto& storage = configuration.storage;
  return storage && storage->kind == StorageKind::host && !storage->is_automatic;
}

}  // namespace

bool has_storage(const winnow_host& host) {
  return host.storage != nullptr || host.delete_files != nullptr;
}

Instance::Instance(const winnow_host& host, Configuration configuration, Registry registry)
    : host_(host), configuration_(std::move(configuration)), registry_(std::move(registry)) {
  const auto& idle = configuration_.keep_alive;
  if (idle) kept_ = std::make_unique<database::KeptConnection>(*idle);
}

Outcome<std::shared_ptr<Instance>> Instance::open(const winnow_host* host,
                                                  std::string_view configuration) {
  WINNOW_TRY(const auto offered, copied(host));
  WINNOW_TRY(auto settings, read_configuration(configuration));
  if (needs_host_storage(settings) && !has_storage(offered)) {
    return fail(FailureKind::configuration,
                "storage.type is `host`, but this host removes no files (its `storage` and "
                "`delete_files` are NULL). Configure a storage of another type.",
                "/storage/type");
  }
  WINNOW_TRY(auto registry, Registry::load(settings.manifest_folders));
  return std::shared_ptr<Instance>(new Instance(offered, std::move(settings), std::move(registry)));
}

bool Instance::close() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || holds_ > 0) return false;
    closed_ = true;
  }
  if (kept_) kept_->close();
  return true;
}

Outcome<std::shared_ptr<const Instance>> Instance::hold(const std::shared_ptr<Instance>& instance) {
  {
    const std::lock_guard lock(instance->mutex_);
    if (instance->closed_) {
      return fail(FailureKind::invalid_argument, "`w` was closed by another thread.");
    }
    ++instance->holds_;
  }
  return std::shared_ptr<const Instance>(instance.get(), [instance](const Instance*) {
    const std::lock_guard lock(instance->mutex_);
    --instance->holds_;
  });
}

}  // namespace winnow::plugin
