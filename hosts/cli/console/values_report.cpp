// A result by its shape: values, lists and objects as they come.
#include <algorithm>
#include <string_view>
#include <vector>

#include "document/strings.h"
#include "hosts/cli/console/figures.h"
#include "hosts/cli/console/report.h"
#include "hosts/cli/console/table.h"

namespace winnow::cli {
namespace {

using document::Json;

// So many members of an object stand in a cell.
constexpr std::size_t kMembersOfACell = 3;

// {"position": 1, "of": 5}: a line rather than a block.
bool fits_a_cell(const Json& value) {
  return value.is_object() && value.size() > 1 && value.size() <= kMembersOfACell &&
         std::all_of(value.begin(), value.end(),
                     [](const Json& each) { return each.is_primitive(); });
}

bool has_sentence(const Json& list) {
  return std::any_of(list.begin(), list.end(), [](const Json& entry) {
    return entry.is_string() && entry.get_ref<const std::string&>().find(' ') != std::string::npos;
  });
}

bool holds_objects(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(),
                     [](const Json& entry) { return entry.is_object(); });
}

// What stands below the table that names it: statements, sentences, and what is a table of its own.
bool stands_below(const std::string& key, const Json& value) {
  if (value.is_array()) return holds_objects(value) || has_sentence(value);
  return key == "sql" || (value.is_object() && value.size() > kMembersOfACell);
}

// 0, missing or empty: a column of such has nothing to say.
bool says_nothing(const Json& value) {
  return value.is_null() || value == Json(0) || (value.is_structured() && value.empty());
}

// "executionsCount" is "executions", "keptBy" is "kept by".
std::string title_of(std::string_view key) {
  constexpr std::string_view kCount = "Count";
  if (key.size() > kCount.size() && key.ends_with(kCount)) key.remove_suffix(kCount.size());
  std::string title;
  for (const char c : printable(key)) {
    const bool begins = document::lower(c) != c && !title.empty();
    if (begins) title += ' ';
    title += document::lower(c);
  }
  return title;
}

// Rows of a listing are the database's own values under the names that `columns` takes. Of `named`
// the names alone are the database's: they have winnow's counts. All others are winnow's.
enum class Source { winnow, named, database };

std::string name_of(std::string_view key, Source source) {
  return source == Source::winnow ? title_of(key) : printable(key);
}

// {"company.Team": 7}, {"executions": 7}: names of namespaces and tables are no words of winnow's.
Source source_of(const std::string& key, Source source) {
  const bool by_name = key == "namespaces" || key == "rows";
  return by_name && source == Source::winnow ? Source::named : source;
}

std::string joined(const Json& list, Source source);

std::string cell(std::string_view key, const Json& value, Source source) {
  if (value.is_null()) return "-";
  if (value.is_string()) return printable(value.get_ref<const std::string&>());
  if (value.is_structured() && source != Source::database) return joined(value, source);
  if (value.is_number() && source != Source::database) {
    if (key == "bytes" || key.ends_with("Bytes")) return size_text(value.get<double>());
    if (value.is_number_integer()) return grouped(value.get<std::int64_t>());
  }
  return printable(value.dump());
}

// "a, b" or "company.team 7, system 2".
std::string joined(const Json& list, Source source) {
  std::string text;
  for (const auto& entry : list.items()) {
    if (!text.empty()) text += ", ";
    if (list.is_object()) text += printable(entry.key()) + " ";
    text += cell(entry.key(), entry.value(), source);
  }
  return text.empty() ? "-" : text;
}

std::vector<std::string> keys_of(const Json& rows) {
  std::vector<std::string> keys;
  for (const auto& row : rows) {
    for (const auto& member : row.items()) {
      if (std::find(keys.begin(), keys.end(), member.key()) == keys.end()) {
        keys.push_back(member.key());
      }
    }
  }
  return keys;
}

bool are_numbers(const Json& rows, const std::string& key) {
  return std::all_of(rows.begin(), rows.end(), [&](const Json& row) {
    const auto found = row.find(key);
    return found == row.end() || found->is_number() || found->is_null();
  });
}

bool wraps(const Json& rows, const std::string& key) {
  return std::any_of(rows.begin(), rows.end(), [&](const Json& row) {
    const auto found = row.find(key);
    if (found == row.end() || found->is_number()) return false;
    return found->is_structured() || has_sentence(Json::array({*found}));
  });
}

class ValuesReport {
 public:
  explicit ValuesReport(const Screen& screen) : screen_(screen) {}

  void add_members(const Json& object, Source source) {
    for (const auto& member : object.items()) add(member.key(), member.value(), source);
    end_values();
  }

  std::string take() { return std::move(text_); }

 private:
  struct Value {
    std::string name = {};
    std::string text = {};
    bool is_number = false;
  };

  void add(const std::string& key, const Json& value, Source source) {
    if (key == "rows" && value.is_array()) return add_rows(value);
    if (key == "row" && value.is_object()) return add_block("", value, Source::database);
    const bool named = source_of(key, source) != source;
    if (value.is_object() && (named || !fits_a_cell(value))) {
      return add_block(title_of(key), value, source_of(key, source));
    }
    if (holds_objects(value)) return add_table(title_of(key), value, source);
    if (value.is_array() && has_sentence(value)) return add_list(title_of(key), value);
    if (value.is_array() && value.empty()) return;
    values_.push_back({name_of(key, source), cell(key, value, source), value.is_number()});
  }

  void add_rows(const Json& rows) {
    if (rows.empty()) return values_.push_back({"rows", "-"});
    add_table("", rows, Source::database);
  }

  void begin_block(const std::string& title) {
    end_values();
    separate();
    begins_ = true;
    if (title.empty()) return;
    for (const auto& line : wrapped(title, screen_.columns)) text_ += heading(line, screen_) + "\n";
  }

  // An empty line, unless a block has just begun.
  void separate() {
    if (!begins_) text_ += '\n';
    begins_ = false;
  }

  void add_block(const std::string& title, const Json& object, Source source) {
    if (object.empty()) return;
    begin_block(title);
    add_members(object, source);
  }

  void add_list(const std::string& title, const Json& list) {
    begin_block(title);
    separate();
    for (const auto& entry : list) text_ += item(cell("", entry, Source::winnow), screen_);
  }

  void add_table(const std::string& title, const Json& rows, Source source) {
    begin_block(title);
    auto keys = keys_of(rows);
    std::vector<std::string> below;
    if (source == Source::winnow) {
      below = take_what_stands_below(rows, keys);
      take_what_says_nothing(rows, keys);
    }
    std::vector<Column> columns;
    columns.reserve(keys.size());
    for (const auto& key : keys) {
      columns.push_back({.title = name_of(key, source),
                         .align = are_numbers(rows, key) ? Align::right : Align::left,
                         .wraps = wraps(rows, key)});
    }
    Table table(std::move(columns));
    for (const auto& row : rows) {
      std::vector<std::string> cells;
      for (const auto& key : keys) {
        const auto found = row.find(key);
        cells.push_back(found == row.end() ? "-" : cell(key, *found, source));
      }
      table.add(std::move(cells));
    }
    separate();
    text_ += table.text(screen_);
    for (const auto& key : below) add_below(rows, key);
  }

  static std::vector<std::string> take_what_stands_below(const Json& rows,
                                                         std::vector<std::string>& keys) {
    const auto first = std::stable_partition(keys.begin(), keys.end(), [&](const auto& key) {
      return std::none_of(rows.begin(), rows.end(), [&](const Json& row) {
        const auto found = row.find(key);
        return found != row.end() && stands_below(key, *found);
      });
    });
    std::vector<std::string> below(first, keys.end());
    keys.erase(first, keys.end());
    return below;
  }

  // The first names the row; of the others those go that say nothing in any of several rows.
  static void take_what_says_nothing(const Json& rows, std::vector<std::string>& keys) {
    if (rows.size() < 2 || keys.empty()) return;
    keys.erase(std::remove_if(keys.begin() + 1, keys.end(),
                              [&](const auto& key) {
                                return std::all_of(rows.begin(), rows.end(), [&](const Json& row) {
                                  const auto found = row.find(key);
                                  return found == row.end() || says_nothing(*found);
                                });
                              }),
               keys.end());
  }

  // Each under the first cell of its row.
  void add_below(const Json& rows, const std::string& key) {
    for (const auto& row : rows) {
      const auto found = row.find(key);
      if (found == row.end() || found->empty()) continue;
      const auto name = cell("", *row.begin(), Source::winnow);
      const auto title = name + ", " + title_of(key);
      if (found->is_object()) {
        add_block(title, *found, source_of(key, Source::winnow));
        continue;
      }
      if (holds_objects(*found)) {
        add_table(title, without_sql(*found), Source::winnow);
        continue;
      }
      if (found->is_array()) {
        add_list(title, *found);
        continue;
      }
      begin_block(name);
      separate();
      text_ += paragraph(cell(key, *found, Source::winnow), screen_);
    }
  }

  // The statements of several rules are many: their texts are for --json.
  static Json without_sql(Json rows) {
    for (auto& row : rows) row.erase("sql");
    return rows;
  }

  // `name  value`, with numbers to the right among themselves.
  void end_values() {
    if (values_.empty()) return;
    separate();
    std::size_t digits = 0;
    for (const auto& value : values_) {
      if (value.is_number) digits = std::max(digits, display_width(value.text));
    }
    Table table({{.title = ""}, {.title = "", .wraps = true}});
    for (auto& value : values_) {
      const auto width = display_width(value.text);
      if (value.is_number) value.text.insert(0, digits - width, ' ');
      table.add({std::move(value.name), std::move(value.text)});
    }
    values_.clear();
    text_ += table.text(screen_);
  }

  const Screen screen_;
  std::string text_;
  bool begins_ = true;
  // Not written yet: they stand in one column.
  std::vector<Value> values_;
};

}  // namespace

std::string values_report(const Json& result, const Screen& screen) {
  ValuesReport report(screen);
  report.add_members(result, Source::winnow);
  return report.take();
}

}  // namespace winnow::cli
