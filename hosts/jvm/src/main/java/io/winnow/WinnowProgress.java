package io.winnow;

/**
 * Where a job is.
 *
 * @param rowsDone executions (or logs, metrics) purged, or rows listed
 * @param rowsPlanned how many there will be, counted or estimated; -1 when that isn't known
 * @param batches transactions committed
 * @param retries batches tried again after a conflict
 * @param elapsedMillis since plan or run began, until it returned
 * @param waiting it waits between two batches: paused, or for its pace
 */
public record WinnowProgress(Phase phase, long rowsDone, long rowsPlanned, long batches, long retries, long elapsedMillis,
                             boolean waiting) {
    /** Phases of a job; UNKNOWN is one that a newer library has. */
    public enum Phase { NEW, CONNECTING, SELECTING, WORKING, FINISHING, DONE, UNKNOWN }

    static final int FIELDS = 7;

    /** From the numbers in the order of winnow_progress. */
    static WinnowProgress of(long[] numbers) {
        Phase[] phases = Phase.values();
        int phase = (int) Math.min(Math.max(numbers[0], 0), phases.length - 1);
        return new WinnowProgress(phases[phase], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6] != 0);
    }
}
