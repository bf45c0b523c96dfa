"""The functions and structs of winnow.h for ctypes, and the search for the library."""

from __future__ import annotations

import ctypes
import os
import pathlib
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any

# winnow.h's WINNOW_ABI_VERSION: (major << 16) + minor.
ABI_VERSION = (1 << 16) + 1
# What the released library needs (packaging/toolchain/install.sh).
OLDEST_GLIBC = (2, 28)


class Buffer(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("reserved", c_uint32), ("data", c_void_p), ("length", c_uint64)]


class Progress(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("phase", c_int32), ("rows_done", c_int64), ("rows_planned", c_int64), ("batches", c_int64),
                ("retries", c_int64), ("elapsed_ms", c_int64), ("waiting", c_int64)]


Log = CFUNCTYPE(None, c_void_p, c_int32, c_void_p, c_size_t)
Event = CFUNCTYPE(None, c_void_p, c_void_p, c_size_t)
IsCancelled = CFUNCTYPE(c_int32, c_void_p)
DeleteFiles = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t, POINTER(c_uint64))


class Host(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("reserved", c_uint32), ("context", c_void_p), ("log", Log), ("event", Event),
                ("is_cancelled", IsCancelled), ("delete_files", DeleteFiles)]


def chosen_path(given: str | os.PathLike[str] | None) -> str:
    """The path that was given, $WINNOW_LIBRARY's, the one beside this file, or the system's own."""
    if given is not None:
        return os.fspath(given)
    beside = pathlib.Path(__file__).with_name("libwinnow.so.1")
    return os.environ.get("WINNOW_LIBRARY") or (str(beside) if beside.exists() else "libwinnow.so.1")


def unfit_system() -> str | None:
    """Why the released library can't work on this system, or None."""
    needed = "winnow needs Linux with glibc {}.{} or later (Debian 10, Ubuntu 18.10, RHEL 8 and what came after)".format(*OLDEST_GLIBC)
    try:
        found = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError, AttributeError):
        found = ""
    name, _, version = found.partition(" ")
    if name != "glibc":
        return f"{needed}; this system has another C library (musl, as Alpine has, can't load it)"
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_GLIBC:
        return f"{needed}; this system has glibc {version}"
    return None


def load(given: str | os.PathLike[str] | None) -> Any:
    path = chosen_path(given)
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise OSError(unfit_system() or f"can't load winnow's library: {error}; name its path by library= or $WINNOW_LIBRARY") from error
    library.winnow_abi_version.restype = c_uint32
    version = library.winnow_abi_version()
    if version >> 16 != ABI_VERSION >> 16 or version < ABI_VERSION:
        raise OSError(f"{path} has ABI {_text(version)}, and this module needs {_text(ABI_VERSION)}")
    _declare(library)
    return library


def _text(version: int) -> str:
    return f"{version >> 16}.{version & 0xffff}"


def _declare(library: Any) -> None:
    buffer = POINTER(Buffer)
    library.winnow_build_info.restype = c_char_p
    library.winnow_open.argtypes = [POINTER(Host), c_char_p, c_size_t, POINTER(c_void_p), buffer]
    library.winnow_close.argtypes = [c_void_p]
    library.winnow_describe.argtypes = [c_void_p, c_char_p, c_size_t, buffer]
    library.winnow_job_new.argtypes = [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p), buffer]
    library.winnow_job_plan.argtypes = [c_void_p, buffer]
    library.winnow_job_run.argtypes = [c_void_p, buffer]
    library.winnow_job_cancel.argtypes = [c_void_p]
    library.winnow_job_pause.argtypes = [c_void_p]
    library.winnow_job_resume.argtypes = [c_void_p]
    library.winnow_job_progress.argtypes = [c_void_p, POINTER(Progress)]
    library.winnow_job_free.argtypes, library.winnow_job_free.restype = [c_void_p], None
    library.winnow_buffer_free.argtypes, library.winnow_buffer_free.restype = [buffer], None
