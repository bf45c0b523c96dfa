// Fills a database (and a storage) with a sample.
#pragma once

#include <functional>

#include "database/connection.h"
#include "document/yaml.h"
#include "tools/sample/generator.h"

namespace winnow::sample {

// Called after each batch with the number of inserted executions.
using FillProgress = std::function<void(std::int64_t done)>;

// Inserts every row of the generator in batches, each a short transaction, and writes its files
// first. The tables must exist. The result counts the rows by table, and `files`.
Outcome<document::Json> fill(database::Connection& connection, const Generator& generator,
                             const FillProgress& progress = {});

}  // namespace winnow::sample
