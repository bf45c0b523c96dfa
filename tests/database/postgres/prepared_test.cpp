// Which statements a session of PostgreSQL keeps prepared.
#include "database/postgres/client/prepared.h"

#include <gtest/gtest.h>

namespace winnow::database {
namespace {

Statement kept(const std::string& sql) {
  return {.sql = sql, .parameters = {}, .keeps_plan = true};
}

TEST(PostgresPrepared, PreparesOnceWhatKeepsItsPlanInASessionOfItsOwn) {
  PostgresPrepared prepared;
  EXPECT_EQ(prepared.name_of(kept("a")).text, "") << "a pooler may lend the session to others";
  prepared.set_own_session(true);
  EXPECT_EQ(prepared.name_of(plain("a")).text, "");
  const auto first = prepared.name_of(kept("a"));
  EXPECT_TRUE(first.is_new);
  const auto again = prepared.name_of(kept("a"));
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.text, first.text);
  EXPECT_NE(prepared.name_of(kept("b")).text, first.text);
  prepared.forget(kept("a"));
  const auto anew = prepared.name_of(kept("a"));
  EXPECT_TRUE(anew.is_new);
  EXPECT_NE(anew.text, first.text) << "the server may have the old one after all";
  constexpr int kMany = 100;
  for (int i = 0; i < kMany; ++i) static_cast<void>(prepared.name_of(kept(std::to_string(i))));
  EXPECT_EQ(prepared.name_of(kept("c")).text, "") << "the server keeps each of them in memory";
  EXPECT_EQ(prepared.name_of(kept("a")).text, anew.text);
}

TEST(PostgresPrepared, PreparesNothingMoreOnceWhatWasPreparedIsNoMore) {
  PostgresPrepared prepared;
  prepared.set_own_session(true);
  static_cast<void>(prepared.name_of(kept("a")));
  Failure of_a_row{.kind = FailureKind::schema, .message = {}, .sqlstate = "23503"};
  prepared.note(of_a_row);
  EXPECT_FALSE(of_a_row.retryable);
  EXPECT_NE(prepared.name_of(kept("a")).text, "");
  Failure unknown{.kind = FailureKind::internal, .message = {}, .sqlstate = "26000"};
  prepared.note(unknown);
  EXPECT_TRUE(unknown.retryable);
  EXPECT_EQ(unknown.kind, FailureKind::conflict);
  EXPECT_EQ(prepared.name_of(kept("a")).text, "");
}

}  // namespace
}  // namespace winnow::database
