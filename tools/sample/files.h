// Writes an execution's files where Kestra's local storage would.
#pragma once

#include "outcome/failure.h"
#include "tools/sample/generator.h"

namespace winnow::sample {

// How many files were written, sidecars not counted.
Outcome<std::int64_t> write_files(const std::string& base_path, const SampleExecution& execution);

}  // namespace winnow::sample
