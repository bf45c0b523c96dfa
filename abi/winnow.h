/*
 * winnow.h - the contract between winnow and its hosts. ABI 1.
 *
 * winnow keeps a Kestra database small and its listings fast. A host opens the library, passes a
 * task's name and its parameters as JSON, and gets a JSON result back.
 *
 *     winnow *w = NULL; winnow_job *job = NULL;
 *     winnow_buffer out = {sizeof out, 0, NULL, 0};
 *     winnow_open(NULL, config, config_size, &w, &out);
 *     winnow_job_new(w, "PurgeLogs", 9, params, params_size, &job, &out);
 *     winnow_job_run(job, &out);                       (out.data: the result, or what went wrong)
 *     winnow_buffer_free(&out); winnow_job_free(job); winnow_close(w);
 *
 * CONVENTIONS
 *  1. Text is UTF-8, passed as a pointer and a length in bytes. It need not end in NUL, and may be
 *     NULL if the length is 0. Text that is not UTF-8 is refused with WINNOW_INVALID_ARGUMENT (from
 *     Java pass bytes, not GetStringUTFChars).
 *  2. Every struct in the interface starts with `uint32_t size`, which the caller sets to the
 *     sizeof of the struct it was compiled with. The library touches only members that both sides
 *     know. A size smaller than that of ABI 1.0 is refused.
 *  3. Inputs are borrowed for the call. What the library allocates is freed only by
 *     winnow_buffer_free, winnow_job_free or winnow_close.
 *  4. `winnow_buffer *` arguments may be NULL if the caller doesn't want the text. Otherwise the
 *     caller zeroes the struct except for `size`. A buffer that still holds text from an earlier
 *     call is freed before it is filled again.
 *  5. Functions return WINNOW_OK or another constant of `winnow_status`. A host must treat numbers
 *     that it does not know as failures. An error's text is one JSON object:
 *       {"code": "INVALID_PARAMETER", "message": "...", "pointer": "/endDate", "retryable": false,
 *        "sqlstate": "", "done": {...}}
 *     `pointer` is a JSON Pointer into the call's input, or empty; `retryable` says that the same
 *     call may succeed later; `sqlstate` is the server's code if there is one; `done`, after a run,
 *     is what was committed before the failure, in the form of the task's result; it is missing if
 *     there was no memory left to report it. None of them ever contains a password.
 *  6. Handles are checked: an invalid handle, or one that was freed or closed, gives
 *     WINNOW_INVALID_ARGUMENT.
 *  7. Threads: [any] may be called from any thread at any time, also concurrently; [job] from one
 *     thread at a time for each job. A `winnow *` may be used from many threads; its jobs run in
 *     parallel. No function may be called from a signal handler.
 *  8. Callbacks run only on the thread that is inside winnow_job_plan or winnow_job_run, and never
 *     with a lock held. They may call winnow_job_cancel, winnow_job_pause, winnow_job_resume and
 *     winnow_job_progress, and must not call other functions on their own job. Their text is valid
 *     until they return. They must return normally: no exception or longjmp may leave them.
 *  9. The library writes nothing to stdout or stderr, installs no signal handler, changes no
 *     process state (working directory, locale, umask, environment) and keeps no thread, connection
 *     or file beyond the call of run or plan. There are two exceptions. A PostgreSQL server that
 *     hangs may never accept the request to cancel a statement; such a request keeps its thread and
 *     socket until the socket is closed. And if the configuration has `database.keep-alive`, an
 *     opened library keeps the connection of its last listing, and one thread that closes it, for
 *     that time or until winnow_close. No C++ exception leaves the library.
 * 10. Within ABI 1 no function is removed or changed, structs only grow at their end, JSON only
 *     gains fields.
 */
#ifndef WINNOW_H
#define WINNOW_H

#include <stddef.h>
#include <stdint.h>

#if defined(WINNOW_BUILDING)
#define WINNOW_EXPORT __attribute__((visibility("default")))
#else
#define WINNOW_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The ABI that this header describes: (major << 16) + minor. */
enum { WINNOW_ABI_VERSION = (1 << 16) + 1 };

/* What a function returns. */
enum winnow_status {
  WINNOW_OK = 0,
  WINNOW_INVALID_ARGUMENT = 1,  /* a NULL, size, handle or order of calls that is not allowed */
  WINNOW_UNKNOWN_TASK = 2,      /* no manifest has that name or alias */
  WINNOW_INVALID_PARAMETER = 3, /* a parameter is unknown, missing or ill-formed: see `pointer` */
  WINNOW_CONFIGURATION = 4,     /* the configuration or a manifest is invalid */
  WINNOW_DENIED = 5,            /* the operator's policy forbids it (tenant, namespace) */
  WINNOW_UNAVAILABLE = 6,       /* a server can't be reached, or refused the log-in */
  WINNOW_SCHEMA = 7,            /* a table, column, index or right that the task needs is missing */
  WINNOW_CONFLICT = 8,          /* locks, deadlocks or serialization failures used up the retries */
  WINNOW_CANCELLED = 9,         /* winnow_job_cancel, or is_cancelled returned other than 0 */
  WINNOW_LIMIT = 10,            /* a cap of the policy was hit; nothing was deleted */
  WINNOW_STORAGE = 11,          /* a file can't be removed or written; its execution's rows stay */
  WINNOW_NO_MEMORY = 12,        /* an allocation failed */
  WINNOW_INTERNAL = 13          /* a bug in winnow */
};

/* Levels of a log line. */
enum winnow_level {
  WINNOW_TRACE = 0,
  WINNOW_DEBUG = 1,
  WINNOW_INFO = 2,
  WINNOW_WARN = 3,
  WINNOW_ERROR = 4
};

/* Where a job is; a later version may add phases. */
enum winnow_phase {
  WINNOW_PHASE_NEW = 0,
  WINNOW_PHASE_CONNECTING = 1,
  WINNOW_PHASE_SELECTING = 2,
  WINNOW_PHASE_WORKING = 3,
  WINNOW_PHASE_FINISHING = 4,
  WINNOW_PHASE_DONE = 5
};

/*
 * An opened library: configuration and manifests. C++ code with a namespace `winnow` of its own
 * defines WINNOW_NO_SHORT_NAME before it includes this file, and writes winnow_library.
 */
typedef struct winnow_library winnow_library;
#if !defined(WINNOW_NO_SHORT_NAME)
typedef winnow_library winnow;
#endif

/* One task with its parameters, run at most once. */
typedef struct winnow_job winnow_job;

/*
 * Text that the library made. `data` ends in a NUL that `length` (bytes) does not count; it belongs
 * to the library.
 */
typedef struct winnow_buffer {
  uint32_t size;     /* sizeof(winnow_buffer) */
  uint32_t reserved; /* 0 */
  char *data;
  uint64_t length;
} winnow_buffer;

/*
 * A callback of the host writes its reply here. Valid until the callback returns.
 */
typedef struct winnow_reply {
  uint32_t size;     /* sizeof(winnow_reply), set by the library */
  uint32_t reserved; /* 0 */
  void *sink;        /* the library's own; pass it to `write` */

  /* Copies `length` bytes of text. A second call replaces the text of the first. Never fails. */
  void (*write)(void *sink, const char *text, size_t length);
} winnow_reply;

/*
 * The functions of the host. Each may be NULL. winnow_open copies the struct; `context` is passed
 * to every call and must stay valid until winnow_close. Convention 8 says on which thread they run.
 */
typedef struct winnow_host {
  uint32_t size;     /* sizeof(winnow_host) */
  uint32_t reserved; /* 0 */
  void *context;

  /* A log line for the operator; `level` is one of winnow_level, `length` in bytes. */
  void (*log)(void *context, int32_t level, const char *text, size_t length);

  /* Progress and receipts: one JSON object with a field `event`, e.g. {"event": "batch", ...}. */
  void (*event)(void *context, const char *json, size_t length);

  /*
   * Called when plan or run begins and about every 50 ms until it ends; a result other than 0
   * cancels the job as winnow_job_cancel does.
   */
  int32_t (*is_cancelled)(void *context);

  /*
   * Removes the files of executions, for a host with a storage of its own; used when the
   * configuration has `storage: {type: host}` and the host has no `storage` below. `request` is
   *   {"tenant": "main" or null, "dryRun": false,
   *    "executions": [{"id", "namespace", "flowId", "path"}]}
   * with at most 25 executions, where `path` is the folder under the tenant's root. Stores in
   * `deleted` how many files were deleted (or, with dryRun, would be), also when it fails. Returns
   * 0, or any other number if a file stays: then the library calls it again for each of these
   * executions separately, and those that fail again keep their rows. Files that were deleted
   * before are not a failure.
   */
  int32_t (*delete_files)(void *context, const char *request, size_t length, uint64_t *deleted);

  /*
   * From ABI 1.1 on. A storage of the host's own, like delete_files, but with a result per
   * execution. `request` is
   *   {"action": "remove", "tenant": "main" or null, "milliseconds": 4200,
   *    "executions": [{"id", "namespace", "flowId", "path"}]}
   * and `action` one of
   *   remove  deletes the files of each execution, until the storage lists none of it any more;
   *   count   counts the files that `remove` would delete, and deletes none;
   *   exists  asks whether the storage holds anything of the tenant; there are no `executions`.
   * The executions' rows are locked meanwhile: begin nothing new after `milliseconds` (missing if
   * nothing is locked). Writes the reply and returns 0:
   *   {"executions": [{"id": "...", "files": 2}, {"id": "...", "files": 1, "error": "reason"},
   *                   {"id": "...", "files": 0, "unfinished": true}]}
   * or {"exists": true}, or {} if the host can't know that. `files` is the number of deleted files,
   * without folders; `error` says why others stay, and keeps the execution's rows; `unfinished`
   * says that the time was over, and that the library has to ask for the execution again. If the
   * whole request failed, the reply is {"error": "reason"}, or the return value is not 0. The
   * library asks again for each execution that the reply lacks, one by one.
   */
  int32_t (*storage)(void *context, const char *request, size_t length, winnow_reply *reply);
} winnow_host;

/* A snapshot of a job. */
typedef struct winnow_progress {
  uint32_t size;        /* sizeof(winnow_progress) */
  int32_t phase;        /* one of winnow_phase */
  int64_t rows_done;    /* executions (or logs, metrics) purged, or rows listed */
  int64_t rows_planned; /* the expected total, counted or estimated; -1: not known */
  int64_t batches;      /* transactions committed */
  int64_t retries;      /* batches retried after a conflict */
  int64_t elapsed_ms;   /* since run or plan began, until it returned */
  int64_t waiting;      /* from ABI 1.1 on. 1: waits, paused or for its pace; 0: does not wait */
} winnow_progress;

/*
 * [any] The ABI of the library that was loaded, (major << 16) + minor. A host's first call:
 * continue if the major number equals that of WINNOW_ABI_VERSION and the minor number is not
 * smaller. Never fails.
 */
WINNOW_EXPORT uint32_t winnow_abi_version(void);

/*
 * [any] Static JSON: {"version", "abi", "engines": [...], "clients": {"libpq": "15.18", ...},
 * "compiler"}. It belongs to the library, ends in NUL and stays valid while the library is loaded.
 * Never fails.
 */
WINNOW_EXPORT const char *winnow_build_info(void);

/*
 * [any] Reads the configuration and the manifests. No network.
 *   host    the host's functions, or NULL for none; copied.
 *   config  the operator's configuration, YAML or JSON, `size` bytes; docs/configuration.md lists
 *           its keys. Relative paths in it start at the working directory.
 *   out     receives the handle; NULL is stored when the call fails.
 *   error   receives the error's JSON, or NULL.
 * Errors: INVALID_ARGUMENT, CONFIGURATION (with file, line and reason), NO_MEMORY, INTERNAL.
 */
WINNOW_EXPORT int32_t winnow_open(const winnow_host *host, const char *config, size_t size,
                                  winnow_library **out, winnow_buffer *error);

/*
 * [any] Closes the handle; NULL does nothing. Refused with INVALID_ARGUMENT while one of its jobs
 * is not freed, or was freed inside a call that has not returned: then the handle stays valid.
 */
WINNOW_EXPORT int32_t winnow_close(winnow_library *w);

/*
 * [any] The manifest and the JSON Schema of a task: {"name", "aliases", "title", "description",
 * "engine", "parameters" (a JSON Schema), "outputs" (a JSON Schema)}; with `size` 0
 * {"tasks": [...]} of all, by name.
 *   task    name or alias, `size` bytes.
 *   out     receives the JSON, or the error's.
 * Errors: INVALID_ARGUMENT, UNKNOWN_TASK, NO_MEMORY, INTERNAL.
 */
WINNOW_EXPORT int32_t winnow_describe(winnow_library *w, const char *task, size_t size,
                                      winnow_buffer *out);

/*
 * [any] Makes a job from a task's name or alias and its parameters (a JSON object; size 0 means
 * {}). They are checked strictly: an unknown or ill-typed one is refused with its JSON Pointer. It
 * does not connect.
 *   out     receives the job; NULL is stored when the call fails. Free it with winnow_job_free.
 *   error   receives the error's JSON, or NULL.
 * Errors: INVALID_ARGUMENT, UNKNOWN_TASK, INVALID_PARAMETER, DENIED, CONFIGURATION (the task needs
 * a database or storage that the configuration doesn't have), NO_MEMORY, INTERNAL.
 */
WINNOW_EXPORT int32_t winnow_job_new(winnow_library *w, const char *task, size_t task_size,
                                     const char *params, size_t params_size, winnow_job **out,
                                     winnow_buffer *error);

/*
 * [job] Shows what would be deleted and which index serves it. Changes nothing; may be called any
 * number of times before winnow_job_run.
 *   out     receives the plan's JSON, or the error's.
 * Errors: INVALID_ARGUMENT (after or during a run), CONFIGURATION (found only when connecting),
 * DENIED, UNAVAILABLE, SCHEMA, CONFLICT, CANCELLED, LIMIT, STORAGE, NO_MEMORY, INTERNAL.
 */
WINNOW_EXPORT int32_t winnow_job_plan(winnow_job *job, winnow_buffer *out);

/*
 * [job] Runs the task; blocks until it is done. A second call is refused with INVALID_ARGUMENT; a
 * job that was cancelled before ends with CANCELLED and touches nothing. Whatever the status, what
 * was committed stays, and a new job with the same parameters finishes the rest.
 *   out     receives the result's JSON, or the error's, whose `done` says what was committed
 *           before it.
 * Errors: INVALID_ARGUMENT, CONFIGURATION (found only when connecting), DENIED, UNAVAILABLE,
 * SCHEMA, CONFLICT, CANCELLED, LIMIT, STORAGE, NO_MEMORY, INTERNAL.
 */
WINNOW_EXPORT int32_t winnow_job_run(winnow_job *job, winnow_buffer *out);

/*
 * [any] Asks the job to stop and returns at once; the statement in flight is interrupted on the
 * server. Idempotent, also from callbacks, before and after the run.
 * Errors: INVALID_ARGUMENT.
 */
WINNOW_EXPORT int32_t winnow_job_cancel(winnow_job *job);

/*
 * [any] From ABI 1.1 on. Returns at once. A run that deletes then waits before its next batch,
 * until winnow_job_resume. The batch in flight is finished, so the run holds no row lock and no
 * transaction while it waits. It keeps the lock of `exclusive`. The wait is reported like the waits
 * of a pace: in the log, as the events {"event": "paused", "reason": "host"} and "resumed", in
 * winnow_progress.waiting, and in the result's `pace`. The budget of the pace runs on; cancelling
 * ends the wait. If called before the run, the run stops before its first batch. A plan and a task
 * that only reads ignore it. Idempotent; one call of resume ends any number of pauses.
 *   job     the job; it stays the caller's.
 * Errors: INVALID_ARGUMENT, also for a job whose run has returned.
 */
WINNOW_EXPORT int32_t winnow_job_pause(winnow_job *job);

/*
 * [any] From ABI 1.1 on. Ends the pause of winnow_job_pause; returns at once, and the run goes on
 * within 200 ms. Idempotent, and allowed for a job that was not paused.
 *   job     the job; it stays the caller's.
 * Errors: INVALID_ARGUMENT, also for a job whose run has returned.
 */
WINNOW_EXPORT int32_t winnow_job_resume(winnow_job *job);

/*
 * [any] Fills `out`, whose `size` the caller has set. Never waits for a run. Errors:
 * INVALID_ARGUMENT.
 */
WINNOW_EXPORT int32_t winnow_job_progress(winnow_job *job, winnow_progress *out);

/*
 * [any] Frees the job; NULL does nothing. A job that is inside plan or run is cancelled; this call
 * does not wait for it, and its resources are released when that call returns. Freeing twice does
 * nothing.
 */
WINNOW_EXPORT void winnow_job_free(winnow_job *job);

/*
 * [any] Frees the text and zeroes the struct except for `size`. NULL and an empty buffer are
 * allowed, also twice.
 */
WINNOW_EXPORT void winnow_buffer_free(winnow_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif /* WINNOW_H */
