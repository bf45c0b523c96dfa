#include "storage/s3/listing_assembler.h"

#include <algorithm>
#include <chrono>

#include "document/instant.h"
#include "document/utf8.h"
#include "outcome/try.h"
#include "storage/path.h"
#include "storage/s3/folders.h"

namespace winnow::storage::s3 {
namespace {

// `.../executions/<id>` of a key that lies in it; empty where it lies in none.
std::string folder_path(std::string_view key) {
  constexpr std::string_view kExecutions = "/executions/";
  const auto mark = key.find(kExecutions);
  if (mark == std::string_view::npos) return {};
  const auto end = key.find('/', mark + kExecutions.size());
  return end == std::string_view::npos ? std::string() : std::string(key.substr(0, end));
}

// Whether a key inside of the folder at `path` lies in a folder of other files of Kestra.
bool is_key_of_others(std::string_view key, std::string_view path) {
  auto folders = path_parts(key.substr(path.size()));
  if (!key.ends_with('/')) folders.pop_back();  // a file
  std::size_t depth = 0;
  return std::any_of(folders.begin(), folders.end(), [&](const auto& name) {
    return is_of_others(folders.front(), name, ++depth);
  });
}

}  // namespace

Outcome<void> ListingAssembler::take(const Page& page) {
  for (const auto& object : page.objects) {
    if (object.key <= before_ || !object.key.starts_with(root_)) {
      return fail(FailureKind::storage, "the storage does not list its keys in their order: " +
                                            document::printable(object.key));
    }
    before_ = object.key;
    WINNOW_CHECK(take(object));
  }
  return {};
}

Outcome<void> ListingAssembler::end() {
  if (!current_) return {};
  auto found = std::move(*current_);
  current_.reset();
  return handler_(std::move(found));
}

Outcome<void> ListingAssembler::take(const ListedObject& object) {
  const auto key = std::string_view(object.key).substr(root_.size());
  const auto path = folder_path(key);
  if (path != current_path_) {
    WINNOW_CHECK(end());
    current_path_ = path;
    if (auto folder = path.empty() ? std::nullopt : execution_of(path)) {
      folder->tenant = tenant_;
      current_ = FoundFolder{.folder = std::move(*folder)};
    }
  }
  if (current_ && is_key_of_others(key, path)) current_.reset();
  if (!current_) return {};
  // A date that can't be read counts as now: too young for anybody to remove it.
  const auto changed = document::parse_instant(object.last_modified);
  current_->newest = std::max(current_->newest, changed ? *changed : document::now());
  if (!is_marker(object.key)) ++current_->files;
  return {};
}

}  // namespace winnow::storage::s3
