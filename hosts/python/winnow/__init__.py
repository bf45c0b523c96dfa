"""winnow from Python: purges and lists a Kestra database by the native library, with the standard library only.

    with Winnow({"database": {"url": "postgresql://kestra@127.0.0.1/kestra"}}) as winnow:
        print(winnow.run("ListExecutions", {"size": 10})["rows"])

A call that fails raises WinnowError. Callbacks run on the thread that is inside plan() or run(); an exception in one cancels the job
and comes out of that call, and so does what a signal's handler raises meanwhile (Ctrl-C: KeyboardInterrupt). A Winnow may be shared by threads; a Job belongs to one thread at a time, but for cancel() and progress(). When the interpreter ends, jobs
that daemon threads still run are cancelled and waited for: Python would end such a thread inside of the library.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import json
import os
import pathlib
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Callable, Iterator, NamedTuple

from winnow._library import Buffer, DeleteFiles, Event, Host, IsCancelled, Log, Progress, load

__all__ = ["Job", "JobProgress", "Winnow", "WinnowError", "manifests"]

LogFunction = Callable[[int, str], None]
EventFunction = Callable[[dict[str, Any]], None]
DeleteFilesFunction = Callable[[dict[str, Any]], int]

_OVER = "the job's run is over, or the job was freed"


class WinnowError(Exception):
    """A failure that the library reports.

    status     the number of winnow.h
    code       its name: "INVALID_PARAMETER", "UNAVAILABLE", ...
    pointer    a JSON Pointer into what the call was given, or ""
    retryable  whether the same call may succeed later
    done       what was committed before the failure, in the form of the task's result
    """

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{error.get('code', status)}: {error.get('message', '')}")
        self.status = status
        self.code: str = error.get("code", "")
        self.pointer: str = error.get("pointer", "")
        self.retryable: bool = error.get("retryable", False)
        self.done: dict[str, Any] = error.get("done", {})


class JobProgress(NamedTuple):
    """A snapshot of a job: its phase (winnow_phase in winnow.h), rows, batches and milliseconds, and whether it waits, paused or
    for its pace. rows_planned is counted or estimated, -1 when unknown."""

    phase: int
    rows_done: int
    rows_planned: int
    batches: int
    retries: int
    elapsed_ms: int
    waiting: bool


def manifests() -> pathlib.Path | None:
    """The folder of the tasks' manifests (YAML), which can be read without loading the library; None where none is installed."""
    beside = pathlib.Path(__file__).with_name("manifests")
    for folder in (beside, pathlib.Path("/usr/local/share/winnow/manifests"), pathlib.Path("/usr/share/winnow/manifests")):
        if folder.is_dir():
            return folder
    return None


class Winnow:
    """An opened library.

    config        the operator's configuration, as a dict or as YAML or JSON text
    library       the path of libwinnow.so; without it $WINNOW_LIBRARY, the one that the wheel carries, or the system's
    log           gets (level, text): 0 trace to 4 error
    event         gets one dict for each batch, wait and receipt
    delete_files  removes executions' files for `storage: {type: host}`: gets the request of winnow.h, returns how many files went,
                  and raises when one stays
    """

    def __init__(self, config: dict[str, Any] | str, *, library: str | os.PathLike[str] | None = None, log: LogFunction | None = None,
                 event: EventFunction | None = None, delete_files: DeleteFilesFunction | None = None) -> None:
        self._library = load(library)
        self._callbacks = _Callbacks(log, event, delete_files)
        self._handle = ctypes.c_void_p()
        text = (config if isinstance(config, str) else json.dumps(config)).encode()
        self._call(self._library.winnow_open, ctypes.byref(self._callbacks.host), text, len(text), ctypes.byref(self._handle))

    @property
    def build_info(self) -> dict[str, Any]:
        """The library's version, ABI, engines, client libraries and compiler."""
        return json.loads(self._library.winnow_build_info())

    def describe(self, task: str = "") -> dict[str, Any]:
        """The manifest and JSON Schema of a task; of all tasks without a name."""
        name = task.encode()
        return self._call(self._library.winnow_describe, self._handle, name, len(name))

    def job(self, task: str, params: dict[str, Any] | None = None) -> Job:
        """A job that is not run yet. Its parameters are checked here; no connection is made."""
        return Job(self, task, params)

    def plan(self, task: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the task would do, and which index serves it; changes nothing."""
        with self.job(task, params) as job:
            return job.plan()

    def run(self, task: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Does the task and gives its outputs."""
        with self.job(task, params) as job:
            return job.run()

    def close(self) -> None:
        """Gives the handle back; a second time does nothing. Raises while a job is not freed."""
        if self._handle:
            handle, self._handle = self._handle, ctypes.c_void_p()
            try:
                self._call(self._library.winnow_close, handle, refusal="a job of this library is not freed yet")
            except WinnowError:
                self._handle = handle
                raise

    def __enter__(self) -> Winnow:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _call(self, function: Any, *arguments: Any, refusal: str = "") -> dict[str, Any]:
        """`refusal`: why a function says no that takes no buffer to say it in."""
        out = Buffer(ctypes.sizeof(Buffer), 0, None, 0)
        try:
            status = function(*arguments) if refusal else function(*arguments, ctypes.byref(out))
            text = ctypes.string_at(out.data, out.length).decode() if out.data else "{}"
        finally:
            self._library.winnow_buffer_free(ctypes.byref(out))
        self._callbacks.raise_what_was_raised()
        if status != 0:
            raise WinnowError(status, json.loads(text) or {"code": "INVALID_ARGUMENT", "message": refusal})
        return json.loads(text)


class Job:
    """One task with its parameters, run at most once; a context manager, which frees it."""

    def __init__(self, winnow: Winnow, task: str, params: dict[str, Any] | None) -> None:
        self._winnow = winnow
        self._handle = ctypes.c_void_p()
        name, text = task.encode(), json.dumps(params or {}).encode()
        winnow._call(winnow._library.winnow_job_new, winnow._handle, name, len(name), text, len(text), ctypes.byref(self._handle))

    def plan(self) -> dict[str, Any]:
        """What the job would do; changes nothing, and may be called any number of times before run()."""
        with _at_work(self), self._winnow._callbacks.signals_kept():
            return self._winnow._call(self._winnow._library.winnow_job_plan, self._handle)

    def run(self) -> dict[str, Any]:
        """Does the task; blocks until it is done, and lets other threads of Python run meanwhile."""
        with _at_work(self), self._winnow._callbacks.signals_kept():
            return self._winnow._call(self._winnow._library.winnow_job_run, self._handle)

    def cancel(self) -> None:
        """Asks the job to stop, from any thread; what was committed stays."""
        self._winnow._library.winnow_job_cancel(self._handle)

    def pause(self) -> None:
        """Lets a run that removes something wait before its next batch, until resume(), from any thread; nothing is locked meanwhile.
        Any number of times. Raises WinnowError where the run is over."""
        self._winnow._call(self._winnow._library.winnow_job_pause, self._handle, refusal=_OVER)

    def resume(self) -> None:
        """Ends what pause() asked for, however often it did, from any thread. Raises WinnowError where the run is over."""
        self._winnow._call(self._winnow._library.winnow_job_resume, self._handle, refusal=_OVER)

    def progress(self) -> JobProgress:
        """How far it is, from any thread."""
        progress = Progress(ctypes.sizeof(Progress))
        self._winnow._library.winnow_job_progress(self._handle, ctypes.byref(progress))
        return JobProgress(progress.phase, progress.rows_done, progress.rows_planned, progress.batches, progress.retries,
                           progress.elapsed_ms, progress.waiting != 0)

    def free(self) -> None:
        """Gives the job back; a second time does nothing."""
        handle, self._handle = self._handle, ctypes.c_void_p()
        self._winnow._library.winnow_job_free(handle)

    def __enter__(self) -> Job:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.free()


_SECONDS_TO_END = 10


class _AtWork:
    """The jobs that are inside of the library. As the interpreter ends, a daemon thread that comes out of a callback is ended by
    pthread_exit(), which unwinds through the library's code and aborts the process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: list[tuple[Job, int]] = []  # with the number of its thread
        self._ender: int | None = None  # the thread that ends the interpreter, from then on

    @contextlib.contextmanager
    def __call__(self, job: Job) -> Iterator[None]:
        entry = (job, threading.get_ident())
        with self._changed:
            if self._ender not in (None, entry[1]):
                raise WinnowError(9, {"code": "CANCELLED", "message": "Python is about to end"})
            self._jobs.append(entry)
        try:
            yield
        finally:
            with self._changed:
                self._jobs.remove(entry)
                self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self._ender = threading.get_ident()
            over = time.monotonic() + _SECONDS_TO_END
            while others := [job for job, thread in self._jobs if thread != self._ender]:
                for job in others:
                    job.cancel()
                # Whoever stands in a callback by then waits for something else, and comes out of it no more.
                if not self._changed.wait(over - time.monotonic()):
                    return

    def forget(self) -> None:
        """In a forked process, which has none of the other threads."""
        self._changed = threading.Condition()
        self._jobs = [entry for entry in self._jobs if entry[1] == threading.get_ident()]


_at_work = _AtWork()
atexit.register(_at_work.end)
os.register_at_fork(after_in_child=_at_work.forget)


class _Callbacks:
    """The host of winnow.h. No exception may leave a callback: it is kept for the callback's thread, and cancels the job."""

    def __init__(self, log: LogFunction | None, event: EventFunction | None, delete_files: DeleteFilesFunction | None) -> None:
        self._kept = threading.local()

        def on_log(_context: object, level: int, text: int, length: int) -> None:
            if log is not None:
                self._keep(lambda: log(level, ctypes.string_at(text, length).decode()))

        def on_event(_context: object, text: int, length: int) -> None:
            if event is not None:
                self._keep(lambda: event(json.loads(ctypes.string_at(text, length))))

        def on_is_cancelled(_context: object) -> int:
            return 0 if getattr(self._kept, "error", None) is None else 1

        def on_delete_files(_context: object, text: int, length: int, deleted: Any) -> int:
            assert delete_files is not None
            count = self._keep(lambda: delete_files(json.loads(ctypes.string_at(text, length))))
            if count is None:
                return 1
            deleted[0] = count
            return 0

        # Kept for as long as this object lives: ctypes frees objects without a reference.
        self.host = Host(ctypes.sizeof(Host), 0, None, Log(on_log), Event(on_event), IsCancelled(on_is_cancelled),
                         DeleteFiles(on_delete_files) if delete_files is not None else DeleteFiles())

    def _keep(self, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except BaseException as error:  # KeyboardInterrupt too
            self._kept.error = error
            return None

    @contextlib.contextmanager
    def signals_kept(self) -> Iterator[None]:
        """While the library works, Python runs a signal's handler as a callback begins, where nothing could catch what it raises: the
        job would go on as if there had been no Ctrl-C. So that is kept, like a callback's exception."""
        replaced: list[tuple[int, Any, Any]] = []
        if threading.current_thread() is threading.main_thread():  # handlers run on no other
            for number in signal.valid_signals():
                handler = signal.getsignal(number)
                if callable(handler):
                    keeping = self._keeping(handler)
                    with contextlib.suppress(ValueError):  # an interpreter beside the first one has no signals
                        signal.signal(number, keeping)
                        replaced.append((number, handler, keeping))
        try:
            yield
        finally:
            for number, handler, keeping in replaced:
                if signal.getsignal(number) is keeping:  # the handler may have put another one in its place
                    signal.signal(number, handler)
            self.raise_what_was_raised()

    def _keeping(self, handler: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], Any]:
        return lambda number, frame: self._keep(lambda: handler(number, frame))

    def raise_what_was_raised(self) -> None:
        error = getattr(self._kept, "error", None)
        if error is not None:
            self._kept.error = None
            raise error
