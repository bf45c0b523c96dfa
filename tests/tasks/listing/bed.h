// What the tests of listings share: an empty database of Kestra's schema, a bed to run tasks in,
// and a folder for what they store.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/kestra_rows.h"
#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tools/sample/schema.h"

namespace winnow::tests {

class ListingBed : public testing::TestWithParam<TestEngine> {
 protected:
  ListingBed()
      : database_(TestDatabase::create(GetParam())),
        connection_(database_.connection()),
        rows_(
            (require(sample::create_schema(*connection_, GetParam().schema_version)), *connection_),
            {"executions", "logs", "metrics"}),
        bed_(database_.settings()) {
    bed_.policy.tenants = {"main"};
    auto name = (std::filesystem::temp_directory_path() / "winnow listing-XXXXXX").string();
    bed_.store_directory = ::mkdtemp(name.data());
  }
  ~ListingBed() override { std::filesystem::remove_all(bed_.store_directory); }

  bool on(const std::string& dialect) const { return connection_->dialect().name() == dialect; }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  KestraRows rows_;
  TaskBed bed_;
};

}  // namespace winnow::tests
