// Two sessions that answer each JSON line on stdin with one JSON line on stdout, so that the runner
// in Python times statements and calls without its own cost.
#pragma once

#include <string>

namespace winnow::bench {

// Requests {"sql", "times" (1)}: runs the statement that many times on one connection. Answers
// {"microseconds": [...], "rows": [[...], ...]} with the rows of the last run.
void answer_statements(const std::string& url);

// Requests {"do": "open" | "describe" | "run", "times" (1), and for a run "task", "params"}: calls
// the library through abi/winnow.h; `open` includes winnow_close, `run` winnow_job_new and
// winnow_job_free. `config` is the configuration's text. Answers {"microseconds": [...], "result":
// ...}.
void answer_calls(const std::string& config);

}  // namespace winnow::bench
