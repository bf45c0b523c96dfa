"""The databases for measurements, with their numbers of rows. They are made once and kept."""

import dataclasses
import datetime
import hashlib

from places import REPOSITORY

# Every world is a multiple of this sample, so documents and namespaces are those of winnow-sample.
SAMPLE = ["--schema", "1.1", "--executions", "2000", "--logs", "10", "--metrics", "2", "--one-zone", "--seed", "4"]
TERMINAL = "'SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED', 'RESUBMITTED'"
PURGED = f"tenant_id = 'main' AND end_date IS NOT NULL AND state_current IN ({TERMINAL})"
LISTED = "end_date IS NOT NULL"
# An execution's document in a flow of its own.
FLOWS = {
    "postgres": "value || jsonb_build_object('namespace', 'company.flows', 'flowId', 'flow-' || (before + place) % {flows})",
    "mysql": "json_replace(value, '$.namespace', 'company.flows', '$.flowId', concat('flow-', (before_it + place) % {flows}))",
}


@dataclasses.dataclass(frozen=True)
class World:
    name: str
    executions: int
    logs: int  # of each execution
    metrics: int
    filter: str  # which executions of the sample are copied
    flows: int = 0  # that the executions are spread over, in turn; 0: those of the sample

    def rows(self, executions):
        return executions * (1 + self.logs + self.metrics)

    def script(self, engine):
        text = (REPOSITORY / "bench/sql" / engine / "world.sql").read_text()
        document = FLOWS[engine].format(flows=self.flows) if self.flows else "value"
        return text.format(executions=self.executions, logs=self.logs, metrics=self.metrics, filter=self.filter, document=document)

    def kept_name(self, engine):
        """Another shape, sample or script makes another database."""
        return f"{self.name}_{hashlib.sha256((self.script(engine) + ' '.join(SAMPLE)).encode()).hexdigest()[:8]}"


def end_of(executions):
    """The end date (UTC) of the last of this many executions: world.sql ends one every 30 seconds."""
    return datetime.datetime(2025, 1, 1) + datetime.timedelta(seconds=30 * (executions - 1))


def utc(moment):
    """In the form that both servers and both APIs accept."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


TINY = World("tiny", 300, 2, 2, PURGED)
SMALL = World("small", 12_200, 2, 2, PURGED)
# 2.0 million rows.
LARGE = World("large", 154_000, 10, 2, PURGED)
TINY_LISTING = World("tiny_listing", 2_000, 0, 0, LISTED)
LISTING = World("listing", 100_000, 0, 0, LISTED)
LARGE_LISTING = World("large_listing", 1_000_000, 0, 0, LISTED)
TINY_FLOWS = World("tiny_flows", 2_000, 0, 0, PURGED, flows=100)
# One log each, because a purge without logs would avoid most of its work.
RETENTION_SMALL = World("retention_small", 100_000, 1, 0, PURGED)
FLOWS_SMALL = World("flows_small", 100_000, 0, 0, PURGED, flows=10_000)
RETENTION_LARGE = World("retention_large", 1_000_000, 1, 0, PURGED)
FLOWS_LARGE = World("flows_large", 1_000_000, 0, 0, PURGED, flows=10_000)
