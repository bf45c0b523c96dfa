package io.winnow;

/**
 * What the host offers to the library. All methods are called on the thread that is inside {@link WinnowJob#plan()} or
 * {@link WinnowJob#run()}, and on no other. They may call {@link WinnowJob#cancel()} and {@link WinnowJob#progress()}. An exception
 * cancels the job and reaches the caller of plan or run.
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

    /** Removes files for a configuration that has {@code storage: {type: host}}; null when this host has no storage. Asked once. */
    default FileRemover fileRemover() {
        return null;
    }

    /** A storage of the host's own. */
    @FunctionalInterface
    interface FileRemover {
        /**
         * Removes the files of executions, or counts them when the request says {@code "dryRun": true}.
         *
         * @param request JSON: {@code {"tenant", "dryRun", "executions": [{"id", "namespace", "flowId", "path"}]}}, where path is
         *     the folder under the tenant's root
         * @return how many files went
         * @throws Exception when a file stays; then the rows of all these executions stay too
         */
        long remove(String request) throws Exception;
    }
}
