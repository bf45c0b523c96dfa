// The foreground load that a purge must not slow down: inserts executions with their logs as a
// Kestra server does.
#pragma once

#include <string>

namespace winnow::bench {

// Inserts an execution and two logs, each in its own transaction, `per_second` times per second
// until stdin ends, then prints {"count", "p50_us", "p99_us", "max_us"} of the single inserts to
// stdout. Latency counts from the time when an insert was due, so an insert that waits also delays
// the following ones. The rows copy the documents of the newest execution, with its end date.
void write_until_stdin_ends(const std::string& url, int per_second);

}  // namespace winnow::bench
