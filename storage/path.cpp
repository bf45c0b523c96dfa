// Where an execution's folder lies, by the rules of Kestra's StorageContext and Slugify.
#include "storage/path.h"

#include <cstdlib>
#include <memory>
#include <utf8proc.h>

#include "document/strings.h"
#include "document/utf8.h"
#include "outcome/try.h"

namespace winnow::storage {
namespace {

struct Free {
  // utf8proc hands out memory of malloc. NOLINTNEXTLINE
  void operator()(utf8proc_uint8_t* text) const { std::free(text); }
};

// Java's \s without its Unicode flag.
bool is_java_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r';
}

// Letters apart from their accents, which are dropped later. Text that is not UTF-8 stays: what
// isn't ASCII goes anyway.
std::string decomposed(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),  // NOLINT
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(mapped);
  if (size < 0) return std::string(text);
  return std::string(mapped, mapped + size);
}

Outcome<void> check_segment(const char* what, const std::string& segment) {
  if (is_segment(segment)) return {};
  return fail(FailureKind::storage, std::string("the ") + what + " \"" +
                                        document::printable(segment) +
                                        "\" can't be the name of a folder in the storage");
}

// The namespace's parts, each followed by `/`. Empty parts (`a..b`, `.a`) vanish, as Java's Path
// joins them.
std::string namespace_path(std::string_view name_space) {
  std::string path;
  for (const auto part : document::split(name_space, '.')) {
    if (!part.empty()) path.append(part).append("/");
  }
  return path;
}

}  // namespace

std::string slug(std::string_view flow) {
  std::string spaced(flow);
  for (char& c : spaced) {
    if (is_java_space(c)) c = '-';
  }
  std::string result;
  for (const char c : decomposed(spaced)) {
    const bool dash = c == '-' || c == '_';
    if (!dash && !document::is_letter(c) && !document::is_digit(c)) continue;
    if (dash && result.ends_with('-')) continue;
    result += dash ? '-' : document::lower(c);
  }
  if (result.ends_with('-')) result.pop_back();
  if (result.starts_with('-')) result.erase(0, 1);
  return result;
}

Outcome<std::string> execution_path(const ExecutionFolder& folder) {
  if (folder.tenant) {
    WINNOW_CHECK(check_segment("tenant", *folder.tenant));
  }
  WINNOW_CHECK(check_segment("execution id", folder.execution));
  const std::string parents = namespace_path(folder.name_space);
  const bool odd = folder.name_space.find('/') != std::string::npos ||
                   folder.name_space.find('\0') != std::string::npos;
  if (odd || parents.empty()) {
    return fail(FailureKind::storage, "the namespace \"" + document::printable(folder.name_space) +
                                          "\" can't be a folder in the storage");
  }
  const std::string flow = slug(folder.flow);
  return parents + (flow.empty() ? "" : flow + "/") + "executions/" + folder.execution;
}

bool is_segment(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

bool is_reserved(std::string_view part) {
  return part.starts_with('_') || part == "executions" || part == "states" || part == "cache";
}

bool is_of_others(std::string_view first, std::string_view name, std::size_t depth) {
  const bool named_by_flow =
      first == "tasks" || first == "inputs" || first == "trigger" || first == "triggers";
  if (!named_by_flow) return is_reserved(name);
  return name == "executions" || (depth == 2 && name.starts_with('_'));
}

std::vector<std::string> path_parts(std::string_view path) {
  std::vector<std::string> parts;
  for (const auto part : document::split(path, '/')) {
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

Outcome<std::string> search_path(const SearchArea& area) {
  // What can't be a part of an execution's path can't be one of an area's.
  const ExecutionFolder within{.tenant = area.tenant,
                               .name_space = area.name_space.empty() ? "any" : area.name_space,
                               .flow = "any",
                               .execution = "any"};
  WINNOW_CHECK(execution_path(within));
  std::string path = namespace_path(area.name_space);
  if (!path.empty()) path.pop_back();
  return path;
}

std::optional<ExecutionFolder> execution_of(std::string_view path) {
  const auto parts = document::split(path, '/');
  const auto count = parts.size();
  if (count < 4 || parts[count - 2] != "executions") return std::nullopt;
  // No id begins like `_files`, which a namespace called `executions` has here, and the database
  // knows texts alone.
  if (is_reserved(parts[count - 1]) || !document::is_utf8(path)) return std::nullopt;
  ExecutionFolder folder{.tenant = std::nullopt,
                         .name_space = {},
                         .flow = std::string(parts[count - 3]),
                         .execution = std::string(parts[count - 1])};
  for (std::size_t i = 0; i + 2 < count; ++i) {
    if (is_reserved(parts[i])) return std::nullopt;
    if (i + 3 == count) break;
    if (i > 0) folder.name_space += '.';
    folder.name_space += parts[i];
  }
  // A part that can't have come from a namespace or a flow leads elsewhere on the way back.
  const auto back = execution_path(folder);
  if (!back || *back != path) return std::nullopt;
  return folder;
}

}  // namespace winnow::storage
