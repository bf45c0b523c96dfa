// Executions for listings, and the expected result of a listing: computed only from the documents,
// by a second implementation of the rules, never through winnow's SQL.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/support/kestra_rows.h"
#include "tests/support/task_bed.h"

namespace winnow::tests {

// A finished execution of tenant main; the caller changes what matters to it.
Json execution_document(const std::string& id, const std::string& start);

// Some dozens of executions with few different values, so that equal and missing ones are common:
// namespaces that begin alike, two tenants and none, deleted ones, unfinished ones.
std::vector<Json> random_executions(std::mt19937_64& random, int count);
// Parameters of ListExecutions: filters, order, direction.
Json random_listing(std::mt19937_64& random);

void insert_executions(KestraRows& rows, const std::vector<Json>& documents);

// Ids in order. `ignores_case`: as MySQL's collation compares.
std::vector<std::string> expected_ids(const std::vector<Json>& documents, const Json& parameters,
                                      const std::string& tenant, bool ignores_case);

// All rows by FETCH, page by page, each page checked against its `size` and `cursor`.
std::vector<Json> all_pages(TaskBed& bed, const std::string& task, Json parameters,
                            std::size_t page_size);
std::vector<std::string> ids_of(const std::vector<Json>& rows);

}  // namespace winnow::tests
