// The operator's configuration (winnow.yaml, or the same keys in JSON), read and checked without
// network access.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/url/settings.h"
#include "outcome/failure.h"
#include "storage/s3/s3.h"
#include "tasks/task.h"

namespace winnow::plugin {

enum class StorageKind { none, local, s3, host };

struct StorageSettings {
  StorageKind kind = StorageKind::none;
  std::string base_path = {};    // local
  storage::S3Settings s3 = {};   // s3, with minio
  std::int32_t hold_ms = 5'000;  // how long a transaction's locks wait for files to be removed
  bool allow_missing = false;    // purge even if the storage holds nothing of the tenant
  // `auto`: `kind` is winnow's own if Kestra's settings suffice, otherwise the host's.
  bool is_automatic = false;
  std::string why_host = {};  // `auto`: why winnow can't use Kestra's storage itself
};

struct Configuration {
  // Nothing: tasks are refused, describe works.
  std::optional<database::Settings> database;
  // Nothing: a purge decides (tasks/purge/run.cpp).
  std::optional<std::int32_t> connections;
  // How long a listing's connection is kept for the next listing; nothing: it is closed.
  std::optional<std::chrono::milliseconds> keep_alive;
  // Nothing: not configured; a task that needs files is refused.
  std::optional<StorageSettings> storage;
  std::string storage_problem;  // why Kestra's storage is not used, for that refusal; or empty
  tasks::Policy policy;
  std::optional<tasks::Pace> pace;
  std::optional<tasks::ReceiptSettings> receipts;  // nothing: no receipts
  bool exclusive = false;                          // one run of a task at a time on the database
  std::string store_directory;  // for STORE; default: the system's folder for temporary files
  std::vector<std::string> manifest_folders;
};

// Empty text is an empty configuration. An unknown key is refused with name:line and the most
// similar known key. Secrets ({env: NAME}, {file: PATH} or a plain string) are resolved here. With
// `kestra: PATH` the database and the storage come from Kestra's own application.yml unless the
// configuration itself names them.
Outcome<Configuration> read_configuration(std::string_view text);

// The error of a storage's folder, judged only by its text: relative, the root, not a path.
// Nothing: it is valid.
std::optional<std::string> wrong_base_path(const std::string& path);

}  // namespace winnow::plugin
