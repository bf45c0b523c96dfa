#include "database/postgres/client/pipeline.h"

#include <utility>

#include "outcome/try.h"

namespace winnow::database {

void PostgresPipeline::add(const Statement& statement, PostgresGroup& group,
                           const RowHandler* take) {
  const auto name = prepared_.name_of(statement);
  if (name.is_new) {
    group.sent.push_back({.statement = &statement, .name = name.text, .prepares = true});
    group.takers.push_back(nullptr);
  }
  group.sent.push_back({.statement = &statement, .name = name.text});
  group.takers.push_back(take);
}

Outcome<void> PostgresPipeline::send(const PostgresGroup& group) {
  auto sent = send_all(group);
  if (!sent) forget_unprepared(group);
  return sent;
}

Outcome<void> PostgresPipeline::send_all(const PostgresGroup& group) {
  std::vector<PostgresParameters> encoded;
  encoded.reserve(group.size());
  for (const auto& each : group.sent) {
    WINNOW_TRY(auto parameters,
               PostgresParameters::make(each.prepares ? std::vector<Parameter>()
                                                      : each.statement->parameters));
    encoded.push_back(std::move(parameters));
  }
  Outcome<void> sent;
  for (std::size_t at = 0; at < group.size() && sent; ++at) {
    const auto& [statement, name, prepares] = group.sent[at];
    sent = name.empty() ? session_.send(statement->sql, encoded[at])
           : prepares   ? session_.send_prepare(name, statement->sql)
                        : session_.send_prepared(name, encoded[at]);
  }
  if (sent) sent = session_.send_sync();
  if (!sent) dead_ = true;
  return sent;
}

std::optional<Failure> PostgresPipeline::read(PostgresGroup& group) {
  // Until all is read: a handler that throws leaves the rest to nobody, and the session with it.
  dead_ = true;
  group.answers.assign(group.size(), {});
  std::optional<Failure> failure;
  for (std::size_t at = 0; at < group.size(); ++at) {
    auto& answer = group.answers[at];
    answer = read_answer(session_, group.takers[at]);
    if (answer.failure && !failure) {
      failure = answer.failure;
      if (!group.sent[at].name.empty()) prepared_.note(*failure);
    }
    if (answer.lost) return failure;
  }
  dead_ = !read_group_end(session_);
  if (dead_ && !failure) failure = session_.lost();
  if (failure) forget_unprepared(group);
  return failure;
}

// Those of a group that failed which the server has not prepared.
void PostgresPipeline::forget_unprepared(const PostgresGroup& group) {
  for (std::size_t at = 0; at < group.size(); ++at) {
    const bool answered = at < group.answers.size();
    const bool done = answered && !group.answers[at].failure && !group.answers[at].skipped;
    if (group.sent[at].prepares && !done) prepared_.forget(*group.sent[at].statement);
  }
}

}  // namespace winnow::database
