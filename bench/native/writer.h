// A foreground that must not suffer: inserts executions with their logs as a Kestra server does.
#pragma once

#include <string>

namespace winnow::bench {

// Inserts an execution and two logs, each its own transaction, `per_second` times a second until
// stdin ends, then prints {"count", "p50_us", "p99_us", "max_us"} of the single inserts to stdout.
// Latency counts from when an insert was due, so that one that waits is not forgiven those behind
// it. The rows copy the documents of the newest execution and end as late.
void write_until_stdin_ends(const std::string& url, int per_second);

}  // namespace winnow::bench
