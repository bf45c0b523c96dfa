#include "tasks/listing/rows.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "document/instant.h"
#include "document/json_text.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using database::ColumnType;

// What a page selects before the fields (ListingQuery::page).
constexpr std::size_t kKey = 0;
constexpr std::size_t kOrder = 1;
constexpr std::size_t kBranch = 2;
constexpr std::size_t kFirstField = 3;

// A branch that gave less is asked for so many rows all the same: they cost next to nothing.
constexpr std::int64_t kFewestOfABranch = 128;

// Printable ASCII but for `"` and `\` needs nothing; the library escapes the rest, and puts U+FFFD
// where SQLite holds something that is not UTF-8.
void append_string(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char letter) {
    return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
  });
  if (!plain) {
    out += document::json_line(text);
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

Outcome<void> RowReader::read_all(const Handler& handler) {
  reads_all_ = true;
  const auto rows = read(std::numeric_limits<std::int64_t>::max(), handler);
  reads_all_ = false;
  if (!rows) return fail(rows.error());
  return {};
}

Outcome<std::int64_t> RowReader::read_region(std::int64_t limit, const Handler& handler) {
  std::int64_t rows = 0;
  do {
    WINNOW_TRY(const auto further, read_page(limit - rows, handler));
    rows += further;
  } while (cut_ && rows < limit);
  return rows;
}

Outcome<std::int64_t> RowReader::read_page(std::int64_t limit, const Handler& handler) {
  if (branch_limits_.empty() && !reads_all_) branch_limits_ = first_limits(query_, limit);
  const PageRequest request{
      .region = region_,
      .after = position_,
      .limit = limit,
      .branch_limits = reads_all_ ? std::vector<std::int64_t>() : branch_limits_,
      .dates = dates_,
      .all = reads_all_};
  std::vector<std::int64_t> given(query_.branches());
  std::int64_t rows = 0;
  cut_ = false;
  Outcome<bool> more = true;
  const auto take = [&](const database::Row& row) {
    if (!write_row(row)) {
      // From here on the server reads the dates.
      dates_ = Dates::by_server;
      cut_ = true;
      return false;
    }
    if (!position_) position_.emplace();
    position_->key.assign(row.text(kKey).value_or(""));
    if (query_.has_order() && region_ == Region::with_value) {
      position_->order.emplace(row.text(kOrder).value_or(""));
    }
    ++rows;
    const auto branch = row.text(kBranch) == "1" ? std::size_t{1} : std::size_t{0};
    more = handler(listed(row, branch));
    cut_ = ++given[branch] == request.limit_of(branch) && rows < limit;
    return more.value_or(false) && !cut_;
  };
  const auto queried = connection_.query(query_.page(request), take);
  if (!more) return fail(std::move(more.error()));
  stopped_ = !*more;
  cut_ = cut_ && !stopped_;
  if (!queried) return fail(queried.error());
  if (!reads_all_) expect_as(request, given);
  return rows;
}

// Twice as many as a branch gave last, by powers of two: a statement of the same text is prepared
// once.
void RowReader::expect_as(const PageRequest& request, const std::vector<std::int64_t>& given) {
  for (std::size_t branch = 0; branch < given.size(); ++branch) {
    const bool full = given[branch] == request.limit_of(branch);
    const auto expected = full ? 2 * request.limit_of(branch) : 2 * given[branch];
    branch_limits_[branch] =
        std::max(kFewestOfABranch,
                 static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(expected))));
  }
}

// Rows that are marked deleted are few.
std::vector<std::int64_t> RowReader::first_limits(const ListingQuery& query, std::int64_t limit) {
  constexpr std::int64_t kShare = 8;
  std::vector<std::int64_t> limits(query.branches(), std::max(kFewestOfABranch, limit / kShare));
  limits.front() = limit;
  return limits;
}

ListedRow RowReader::listed(const database::Row& row, std::size_t branch) const {
  ListedRow listed{.text = row_,
                   .position = *position_,
                   .deleted = query_.selection().deleted_branches()[branch]};
  if (!query_.has_flow()) return listed;
  const auto flow = kFirstField + query_.fields().size();
  listed.flow.name_space = row.text(flow).value_or("");
  listed.flow.flow = row.text(flow + 1).value_or("");
  return listed;
}

// False where a date is not as append_utc() reads it.
bool RowReader::write_row(const database::Row& row) {
  row_.clear();
  for (std::size_t index = 0; index < names_.size(); ++index) {
    row_ += names_[index];
    if (!write_field(query_.fields()[index], row.text(kFirstField + index))) return false;
  }
  row_ += names_.empty() ? "{}" : "}";
  return true;
}

bool RowReader::write_field(const Field& field, std::optional<std::string_view> text) {
  if (!text || !field.as_written || dates_ == Dates::by_server) {
    append_json(row_, field.type(), text);
    return true;
  }
  row_ += '"';
  const bool read = document::append_utc(row_, *text);
  row_ += '"';
  return read;
}

}  // namespace winnow::tasks
