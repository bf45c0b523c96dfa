package io.winnow;

/**
 * What the host offers to the library. All methods are called on the thread that is inside {@link WinnowJob#plan()} or
 * {@link WinnowJob#run()}, and on no other. They may call {@link WinnowJob#cancel()} and {@link WinnowJob#progress()}. An exception
 * cancels the job and reaches the caller of plan or run; {@link FileStorage} says what its own do.
 */
public interface WinnowHost {
    /** Levels of a log line, in the library's order. */
    enum Level { TRACE, DEBUG, INFO, WARN, ERROR }

    /** A log line for the operator. */
    default void log(Level level, String text) {}

    /** Progress and receipts: a JSON object with a field {@code event}. */
    default void event(String json) {}

    /** Asked about every 50 ms of a run; true cancels the job. An interrupted thread cancels it in any case. */
    default boolean isCancelled() {
        return false;
    }

    /** Removes files for a configuration with {@code storage: {type: host}} or {@code auto}; null when this host can't. Asked once. */
    default FileStorage storage() {
        return null;
    }

    /** A storage of the host's own. */
    @FunctionalInterface
    interface FileStorage {
        /**
         * Removes or counts the files of at most 25 executions, or says whether the tenant has any.
         *
         * @param request JSON: {@code {"action": "remove", "tenant", "milliseconds", "executions": [{"id", "namespace", "flowId",
         *     "path"}]}}; abi/winnow.h says what each of them means
         * @return JSON: {@code {"executions": [{"id", "files", "error", "unfinished"}]}}, or {@code {"exists"}}
         * @throws Exception when the request failed as a whole: then each of its executions is asked for once more by itself, and keeps
         *     its rows where it fails again
         */
        String handle(String request) throws Exception;
    }
}
