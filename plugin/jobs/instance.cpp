// Opens the library for a host.
#include "plugin/jobs/instance.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace winnow::plugin {

namespace {

// Takes what both sides know of the struct (convention 2).
Outcome<winnow_host> copied(const winnow_host* host) {
  winnow_host copy = {};
  copy.size = sizeof copy;
  if (host == nullptr) return copy;
  if (host->size < sizeof copy) {
    return fail(FailureKind::invalid_argument, "`host->size` is " + std::to_string(host->size) +
                                                   "; set it to sizeof(winnow_host), " +
                                                   std::to_string(sizeof copy) + " or more.");
  }
  std::memcpy(&copy, host, sizeof copy);
  copy.size = sizeof copy;
  return copy;
}

bool needs_host_storage(const Configuration& configuration) {
  return configuration.storage && configuration.storage->kind == StorageKind::host;
}

}  // namespace

Instance::Instance(const winnow_host& host, Configuration configuration, Registry registry)
    : host_(host), configuration_(std::move(configuration)), registry_(std::move(registry)) {}

Outcome<std::shared_ptr<Instance>> Instance::open(const winnow_host* host,
                                                  std::string_view configuration) {
  const auto offered = copied(host);
  if (!offered) return fail(offered.error());
  auto settings = read_configuration(configuration);
  if (!settings) return fail(std::move(settings.error()));
  if (needs_host_storage(*settings) && offered->delete_files == nullptr) {
    return fail(
        FailureKind::configuration,
        "storage.type is `host`, but this host removes no files (its delete_files is NULL). "
        "Configure a storage of another type.",
        "/storage/type");
  }
  auto registry = Registry::load(settings->manifest_folders);
  if (!registry) return fail(std::move(registry.error()));
  return std::shared_ptr<Instance>(
      new Instance(*offered, std::move(*settings), std::move(*registry)));
}

bool Instance::close() {
  const std::lock_guard lock(mutex_);
  if (closed_ || leases_ > 0) return false;
  closed_ = true;
  return true;
}

Outcome<Lease> Lease::take(const std::shared_ptr<Instance>& instance) {
  const std::lock_guard lock(instance->mutex_);
  if (instance->closed_) {
    return fail(FailureKind::invalid_argument, "`w` was closed by another thread.");
  }
  ++instance->leases_;
  return Lease(instance);
}

Lease::~Lease() {
  if (!instance_) return;
  const std::lock_guard lock(instance_->mutex_);
  --instance_->leases_;
}

}  // namespace winnow::plugin
