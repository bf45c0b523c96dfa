#include "database/postgres/client/answer.h"

#include "database/postgres/errors.h"
#include "document/strings.h"

namespace winnow::database {
namespace {

class ResultRow final : public Row {
 public:
  explicit ResultRow(const PGresult* result) : result_(result) {}
  std::size_t size() const override { return static_cast<std::size_t>(PQnfields(result_)); }
  std::optional<std::string_view> text(std::size_t column) const override {
    const int field = static_cast<int>(column);
    if (column >= size() || PQgetisnull(result_, 0, field) == 1) return std::nullopt;
    return std::string_view(PQgetvalue(result_, 0, field),
                            static_cast<std::size_t>(PQgetlength(result_, 0, field)));
  }

 private:
  const PGresult* result_;
};

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

Failure failure_of(const PGresult* result, bool cancelled) {
  const auto state = field(result, PG_DIAG_SQLSTATE);
  if (state.empty()) return postgres_failure({}, PQresultErrorMessage(result), cancelled);
  auto message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  const auto hint = field(result, PG_DIAG_MESSAGE_HINT);
  if (!hint.empty()) message += "; " + hint;
  return postgres_failure(state, message, cancelled);
}

std::int64_t changed_rows(PGresult* result) {
  // A SELECT's tag carries a number too, of rows that it did not change.
  if (std::string_view(PQcmdStatus(result)).starts_with("SELECT")) return 0;
  return document::number_of<std::int64_t>(PQcmdTuples(result)).value_or(0);
}

}  // namespace

PostgresAnswer read_answer(PostgresSession& session, const RowHandler* handler) {
  PostgresAnswer answer;
  bool wants_more = handler != nullptr;
  if (wants_more) session.stream_rows();
  while (true) {
    auto result = session.next();
    if (!result) {
      answer.lost = true;
      if (!answer.failure) answer.failure = std::move(result.error());
      return answer;
    }
    if (!*result) return answer;
    switch (PQresultStatus(result->get())) {
      case PGRES_SINGLE_TUPLE:
        wants_more =
            wants_more && !session.asked_to_cancel() && (*handler)(ResultRow(result->get()));
        break;
      case PGRES_PIPELINE_ABORTED:
        answer.skipped = true;
        break;
      case PGRES_FATAL_ERROR:
      case PGRES_BAD_RESPONSE:
        if (!answer.failure) answer.failure = failure_of(result->get(), session.asked_to_cancel());
        break;
      default:
        answer.tag = PQcmdStatus(result->get());
        answer.changed = changed_rows(result->get());
    }
    // Nothing more comes from a connection that is gone but libpq's own repeated complaint.
    if (session.broken()) {
      answer.lost = true;
      if (!answer.failure) answer.failure = session.lost();
      return answer;
    }
  }
}

bool read_group_end(PostgresSession& session) {
  const auto result = session.next();
  return result && *result && PQresultStatus(result->get()) == PGRES_PIPELINE_SYNC;
}

}  // namespace winnow::database
