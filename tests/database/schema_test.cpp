// Which index serves, of those that the probe found.
#include "database/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::database {
namespace {

Table table_with(std::vector<Index> indexes) {
  Table table;
  table.indexes = std::move(indexes);
  return table;
}

TEST(IndexOn, TakesLeadingColumnsInAnyOrder) {
  const auto table = table_with({{.name = "i", .columns = {"deleted", "tenant_id", "end_date"}}});
  EXPECT_NE(table.index_on({"deleted"}), nullptr);
  EXPECT_NE(table.index_on({"tenant_id", "deleted"}), nullptr);
  EXPECT_NE(table.index_on({"end_date", "tenant_id", "deleted"}), nullptr);
  EXPECT_EQ(table.index_on({"end_date"}), nullptr);
  EXPECT_EQ(table.index_on({"deleted", "end_date"}), nullptr);
  EXPECT_EQ(table.index_on({"deleted", "tenant_id", "end_date", "key"}), nullptr);
}

TEST(IndexOn, PassesOverIndexesThatDoNotServe) {
  const auto table = table_with({{.name = "partial", .columns = {"a"}, .partial = true},
                                 {.name = "gin", .columns = {"a"}, .ordered = false},
                                 {.name = "expression", .columns = {""}},
                                 {.name = "good", .columns = {"a", "b"}}});
  ASSERT_NE(table.index_on({"a"}), nullptr);
  EXPECT_EQ(table.index_on({"a"})->name, "good");
}

}  // namespace
}  // namespace winnow::database
