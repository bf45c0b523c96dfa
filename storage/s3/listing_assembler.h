// Assembles the folders of executions from the consecutive keys of a listing.
#pragma once

#include <optional>
#include <string>

#include "storage/s3/responses.h"
#include "storage/storage.h"

namespace winnow::storage::s3 {

class ListingAssembler {
 public:
  // `root` is the prefix of all keys of the tenant. `handler` must outlive it.
  ListingAssembler(std::string root, std::optional<std::string> tenant,
                   const FolderHandler& handler)
      : root_(std::move(root)), tenant_(std::move(tenant)), handler_(handler) {}

  // A `storage` failure if the keys are not in order; then a folder could appear twice.
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
