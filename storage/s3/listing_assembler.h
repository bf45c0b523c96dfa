// The folders of executions in a listing, put together from keys that follow each other.
#pragma once

#include <optional>
#include <string>

#include "storage/s3/responses.h"
#include "storage/storage.h"

namespace winnow::storage::s3 {

class ListingAssembler {
 public:
  // `root` stands before all keys of the tenant. `handler` must outlive it.
  ListingAssembler(std::string root, std::optional<std::string> tenant,
                   const FolderHandler& handler)
      : root_(std::move(root)), tenant_(std::move(tenant)), handler_(handler) {}

  // A `storage` failure where the keys are not in their order; then a folder may be met twice.
  Outcome<void> take(const Page& page);
  // After the last page.
  Outcome<void> end();

 private:
  Outcome<void> take(const ListedObject& object);

  std::string root_;
  std::optional<std::string> tenant_;
  const FolderHandler& handler_;
  std::string before_;
  std::string current_path_;
  std::optional<FoundFolder> current_;
};

}  // namespace winnow::storage::s3
