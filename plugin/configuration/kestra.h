// Kestra's own application.yml, so that an operator need not configure the database and the files
// twice.
#pragma once

#include <string>
#include <vector>

#include "database/url/settings.h"
#include "document/yaml.h"
#include "plugin/configuration/configuration.h"
#include "plugin/configuration/placeholders.h"

namespace winnow::plugin {

struct KestraStorage {
  std::optional<StorageSettings> settings;
  std::string problem;  // why there are none, for a person; empty if there are
};

// Keys are found as in Micronaut: `base-path` is `basePath`, `datasources.postgres.url: x` may be
// on one line, and an environment variable such as DATASOURCES_POSTGRES_URL takes precedence over
// the file.
class KestraConfiguration {
 public:
  // The names of all variables with this prefix, without the prefix.
  using Names = std::function<std::vector<std::string>(const std::string& beginning)>;
  // Of several documents, from one file or from several, the last one that has a value wins.
  KestraConfiguration(std::vector<document::Document> documents, Lookup lookup, Names names)
      : documents_(std::move(documents)),
        lookup_(std::move(lookup)),
        variables_(std::move(names)) {}

  // For the settings of a running Kestra: placeholders are already replaced, and the environment
  // adds nothing.
  static KestraConfiguration resolved(document::Document settings, Lookup lookup);

  // The datasource that `kestra.repository.type` names, or the only one. A configuration failure
  // with file:line if winnow does not support it.
  Outcome<database::Settings> database() const;

  // Kestra's storage, if winnow itself can remove files from it. Any other storage is not a failure
  // here: only a task that removes files needs it.
  Outcome<KestraStorage> storage() const;

 private:
  using Path = std::vector<std::string>;
  struct Found {
    const document::Document* document = nullptr;
    const document::Json* value = nullptr;
    std::string pointer;
  };
  Found find(const Path& path) const;
  // The string, integer or boolean at the path with its placeholders replaced; empty if there is
  // none.
  Outcome<std::string> text(const Path& path) const;
  Outcome<std::string> text_within(const Path& path, int depth) const;
  Outcome<std::string> value_of(const Path& path, const Found& found, int depth) const;
  Outcome<std::string> replaced(const Path& path, const std::string& text, int depth) const;
  Outcome<std::optional<std::string>> named(const std::string& name, int depth) const;
  Outcome<void> check_logs() const;
  std::string names() const;  // of the files
  Outcome<database::Properties> properties(const std::string& datasource) const;
  Outcome<KestraStorage> local_storage() const;
  Outcome<KestraStorage> bucket(const std::string& type) const;  // of `s3` or `minio`
  Outcome<std::string> datasource() const;                       // its name
  std::vector<std::string> datasource_names() const;
  tl::unexpected<Failure> refused(const Path& path, const std::string& reason) const;

  std::optional<std::string> in_environment(const Path& path) const;

  std::vector<document::Document> documents_;
  Lookup lookup_;
  Names variables_;
  enum class Form { as_written, resolved };
  Form form_ = Form::as_written;
};

}  // namespace winnow::plugin
