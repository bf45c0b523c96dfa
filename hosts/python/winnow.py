"""winnow from Python: a thin layer of ctypes over abi/winnow.h, with the standard library only.

    with Winnow("libwinnow.so", {"database": {"url": "postgresql://kestra@127.0.0.1/kestra"}}) as winnow:
        print(winnow.run("ListExecutions", {"size": 10})["rows"])

A call that fails raises WinnowError with `code`, `pointer` and `done` (what was committed before the failure). Callbacks run on the thread that
called run(); an exception in one cancels the job and is raised by run().
"""

import ctypes
import json
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

ABI_MAJOR = 1


class _Buffer(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("reserved", c_uint32), ("data", c_void_p), ("length", c_uint64)]


class _Progress(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("phase", c_int32), ("rows_done", c_int64), ("rows_planned", c_int64), ("batches", c_int64),
                ("retries", c_int64), ("elapsed_ms", c_int64)]


_LOG = CFUNCTYPE(None, c_void_p, c_int32, c_void_p, c_size_t)
_EVENT = CFUNCTYPE(None, c_void_p, c_void_p, c_size_t)
_IS_CANCELLED = CFUNCTYPE(c_int32, c_void_p)


class _Host(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("reserved", c_uint32), ("context", c_void_p), ("log", _LOG), ("event", _EVENT),
                ("is_cancelled", _IS_CANCELLED), ("delete_files", c_void_p)]


class WinnowError(Exception):
    """A failure that the library reports; `status` is the number of abi/winnow.h."""

    def __init__(self, status, error):
        super().__init__(f"{error.get('code', status)}: {error.get('message', '')}")
        self.status = status
        self.code = error.get("code", "")
        self.pointer = error.get("pointer", "")
        self.done = error.get("done", {})


class Winnow:
    """An opened library. Not to be shared between threads while a callback is set."""

    def __init__(self, library, config, log=None, event=None):
        self._library = ctypes.CDLL(library)
        self._declare()
        version = self._library.winnow_abi_version()
        if version >> 16 != ABI_MAJOR:
            raise RuntimeError(f"{library} has ABI {version >> 16}, this module needs {ABI_MAJOR}")
        self._raised = None
        # The callbacks are kept here: ctypes frees what nobody holds.
        self._host = _Host(ctypes.sizeof(_Host), 0, None, _LOG(self._guarded(log, 2)), _EVENT(self._guarded(event, 1)),
                           _IS_CANCELLED(lambda context: 0 if self._raised is None else 1), None)
        self._handle = c_void_p()
        text = json.dumps(config).encode()
        self._call(self._library.winnow_open, byref(self._host), text, len(text), byref(self._handle))

    def _declare(self):
        library = self._library
        library.winnow_abi_version.restype = c_uint32
        library.winnow_build_info.restype = c_char_p
        library.winnow_job_free.restype = None
        library.winnow_buffer_free.restype = None
        buffer = POINTER(_Buffer)
        library.winnow_open.argtypes = [POINTER(_Host), c_char_p, c_size_t, POINTER(c_void_p), buffer]
        library.winnow_close.argtypes = [c_void_p]
        library.winnow_describe.argtypes = [c_void_p, c_char_p, c_size_t, buffer]
        library.winnow_job_new.argtypes = [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p), buffer]
        for name in ("plan", "run"):
            getattr(library, f"winnow_job_{name}").argtypes = [c_void_p, buffer]
        library.winnow_job_cancel.argtypes = [c_void_p]
        library.winnow_job_progress.argtypes = [c_void_p, POINTER(_Progress)]
        library.winnow_job_free.argtypes = [c_void_p]
        library.winnow_buffer_free.argtypes = [buffer]

    def _guarded(self, function, kind):
        def call(*arguments):
            if function is None:
                return
            try:
                text = ctypes.string_at(arguments[-2], arguments[-1]).decode()
                function(arguments[1], text) if kind == 2 else function(json.loads(text))
            except BaseException as raised:  # nothing may leave a callback
                self._raised = raised
        return call

    def _call(self, function, *arguments):
        out = _Buffer(ctypes.sizeof(_Buffer), 0, None, 0)
        try:
            status = function(*arguments, byref(out))
            text = ctypes.string_at(out.data, out.length).decode() if out.data else "{}"
        finally:
            self._library.winnow_buffer_free(byref(out))
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised
        if status != 0:
            raise WinnowError(status, json.loads(text))
        return json.loads(text)

    def describe(self, task=""):
        """The manifest and JSON Schema of a task; of all tasks without a name."""
        name = task.encode()
        return self._call(self._library.winnow_describe, self._handle, name, len(name))

    def plan(self, task, params=None):
        """What the task would do, read-only."""
        return self._job(task, params, self._library.winnow_job_plan)

    def run(self, task, params=None):
        """Does the task and gives its outputs."""
        return self._job(task, params, self._library.winnow_job_run)

    def _job(self, task, params, function):
        job = c_void_p()
        name, text = task.encode(), json.dumps(params or {}).encode()
        self._call(self._library.winnow_job_new, self._handle, name, len(name), text, len(text), byref(job))
        try:
            return self._call(function, job)
        finally:
            self._library.winnow_job_free(job)

    def close(self):
        self._library.winnow_close(self._handle)
        self._handle = c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
