// Kestra's own application.yml, so that an operator need not say twice where the database and the
// files are.
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
  std::string problem;  // why there are none, for a person; empty where there are
};

// Keys are found as Micronaut binds them: `base-path` is `basePath`, `datasources.postgres.url: x`
// may stand on one line, and a variable of the environment such as DATASOURCES_POSTGRES_URL comes
// before the file.
class KestraConfiguration {
 public:
  // The names of all variables that begin so, without that beginning.
  using Names = std::function<std::vector<std::string>(const std::string& beginning)>;
  // Of several documents, from one file or from several, the last one that has a value counts.
  KestraConfiguration(std::vector<document::Document> documents, Lookup lookup, Names names)
      : documents_(std::move(documents)),
        lookup_(std::move(lookup)),
        variables_(std::move(names)) {}

  // As a running Kestra has its settings: placeholders are replaced already, and the environment
  // says no more than they do.
  static KestraConfiguration resolved(document::Document settings, Lookup lookup);

  // The datasource that `kestra.repository.type` names, or the only one there is. A configuration
  // failure with file:line where it is none that winnow works on.
  Outcome<database::Settings> database() const;

  // Kestra's storage, where winnow can remove files from it itself. Another one is no failure: only
  // a task that removes files needs it.
  Outcome<KestraStorage> storage() const;

 private:
  using Path = std::vector<std::string>;
  struct Found {
    const document::Document* document = nullptr;
    const document::Json* value = nullptr;
    std::string pointer;
  };
  Found find(const Path& path) const;
  // The string, integer or boolean at the path with its placeholders replaced; empty where there is
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
