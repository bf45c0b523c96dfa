#include "tasks/listing/rows.h"

#include <algorithm>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using database::ColumnType;

// What a page selects before the fields (ListingQuery::page).
constexpr std::size_t kKey = 0;
constexpr std::size_t kOrder = 1;
constexpr std::size_t kFirstField = 2;

// Printable ASCII but for `"` and `\` needs nothing; the library escapes the rest, and puts U+FFFD
// where SQLite holds something that is not UTF-8.
void append_string(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char letter) {
    return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
  });
  if (!plain) {
    out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

// NaN and Infinity, which a float may hold, are not JSON.
bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

// Line ends can only stand between the tokens of a document, never inside its strings.
void append_on_one_line(std::string& out, std::string_view document) {
  const auto start = out.size();
  out += document;
  const auto first = out.begin() + static_cast<std::string::difference_type>(start);
  std::replace_if(
      first, out.end(), [](char letter) { return letter == '\n' || letter == '\r'; }, ' ');
}

}  // namespace

void append_json(std::string& out, ColumnType type, std::optional<std::string_view> text) {
  if (!text) {
    out += "null";
    return;
  }
  const bool as_it_stands =
      (type == ColumnType::boolean && (*text == "true" || *text == "false")) ||
      ((type == ColumnType::integer || type == ColumnType::number ||
        type == ColumnType::minute_millis) &&
       is_number(*text));
  if (as_it_stands) {
    out += *text;
  } else if (type == ColumnType::document) {
    append_on_one_line(out, *text);
  } else {
    append_string(out, *text);
  }
}

RowReader::RowReader(database::Connection& connection, const ListingQuery& query)
    : connection_(connection), query_(query) {
  for (const auto& field : query.fields()) {
    std::string name = names_.empty() ? "{" : ",";
    append_string(name, field.name);
    names_.push_back(name + ":");
  }
}

Outcome<void> RowReader::start_after(Position position) {
  const bool fits =
      query_.has_order() ? (position.order || query_.has_rows_without_value()) : !position.order;
  if (!fits) {
    return fail(FailureKind::invalid_parameter,
                "the cursor does not fit the table any more: start again without a cursor",
                "/cursor");
  }
  if (query_.has_order() && !position.order) region_ = Region::without_value;
  position_ = std::move(position);
  return {};
}

Outcome<std::int64_t> RowReader::read(std::int64_t limit, const Handler& handler) {
  WINNOW_TRY(const auto rows, read_region(limit, handler));
  if (rows == limit || stopped_) return rows;
  if (region_ == Region::without_value || !query_.has_rows_without_value()) return rows;
  region_ = Region::without_value;
  position_.reset();
  WINNOW_TRY(const auto further, read_region(limit - rows, handler));
  return rows + further;
}

Outcome<std::int64_t> RowReader::read_region(std::int64_t limit, const Handler& handler) {
  std::int64_t rows = 0;
  Outcome<bool> more = true;
  const auto queried =
      connection_.query(query_.page(region_, position_, limit), [&](const database::Row& row) {
        if (!position_) position_.emplace();
        position_->key.assign(row.text(kKey).value_or(""));
        if (query_.has_order() && region_ == Region::with_value) {
          position_->order.emplace(row.text(kOrder).value_or(""));
        }
        write_row(row);
        ++rows;
        more = handler(row_, *position_);
        return more.value_or(false);
      });
  if (!more) return fail(std::move(more.error()));
  stopped_ = !*more;
  if (!queried) return fail(queried.error());
  return rows;
}

void RowReader::write_row(const database::Row& row) {
  row_.clear();
  for (std::size_t index = 0; index < names_.size(); ++index) {
    row_ += names_[index];
    append_json(row_, query_.fields()[index].type(), row.text(kFirstField + index));
  }
  row_ += names_.empty() ? "{}" : "}";
}

}  // namespace winnow::tasks
