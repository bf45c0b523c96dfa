#include "storage/storage.h"

namespace winnow::storage {

Outcome<std::string> Storage::missing(const std::optional<std::string>& /*tenant*/,
                                      const Cancellation& /*cancellation*/) {
  return std::string();
}

Outcome<void> Storage::find(const SearchArea& /*area*/, const FolderHandler& /*handler*/,
                            const Cancellation& /*cancellation*/) {
  return fail(FailureKind::configuration,
              "the storage can't be searched for the folders of executions: configure one of type "
              "local, s3 or minio",
              "/storage/type");
}

}  // namespace winnow::storage
