package io.winnow;

/**
 * One task with its parameters, run at most once. {@link #plan()} and {@link #run()} from one thread at a time; the others from
 * any thread.
 *
 * <p>Interrupting the thread that is inside plan or run cancels the job: the call ends with a {@link WinnowException} of code
 * CANCELLED within about 50 ms, and the thread's interrupt flag stays set.
 */
public final class WinnowJob implements AutoCloseable {
    private final Bridge bridge;
    private final Callbacks callbacks;
    private final long handle;
    // Guarded by `this`, which is never held during plan or run.
    private boolean working;
    private boolean closed;

    WinnowJob(Bridge bridge, Callbacks callbacks, long handle) {
        this.bridge = bridge;
        this.callbacks = callbacks;
        this.handle = handle;
    }

    /**
     * What would go and which index serves it, as JSON. Read-only; any number of times before {@link #run()}.
     *
     * @throws WinnowException what went wrong
     */
    public String plan() {
        return work(bridge::plan);
    }

    /**
     * Does the task and gives its result as JSON. Blocks; a virtual thread pins its carrier meanwhile.
     *
     * <p>An unchecked exception that a callback of the host throws cancels the job and leaves from here as it is, with a suppressed
     * {@link WinnowException} whose {@link WinnowException#done()} says what was committed before. Exceptions of a
     * {@link WinnowHost.FileStorage} don't: they stand in the message.
     *
     * @throws WinnowException what went wrong and what was committed before it
     */
    public String run() {
        return work(bridge::run);
    }

    /** Asks the job to stop and returns at once. Idempotent; also from callbacks, before and after the run. */
    public synchronized void cancel() {
        if (!closed) bridge.cancel(handle);
    }

    /**
     * A run that removes something waits before its next batch, until {@link #resume()}; returns at once. Nothing is locked while it
     * waits. Idempotent; also from callbacks, and before the run. After the run it does nothing.
     */
    public synchronized void pause() {
        if (!closed) bridge.pause(handle);
    }

    /** Ends what {@link #pause()} asked for, however often it did. */
    public synchronized void resume() {
        if (!closed) bridge.resume(handle);
    }

    /** A snapshot of the job. */
    public synchronized WinnowProgress progress() {
        long[] numbers = new long[WinnowProgress.FIELDS];
        if (closed || bridge.progress(handle, numbers) != 0) throw new IllegalStateException("this job is closed");
        return WinnowProgress.of(numbers);
    }

    /** Gives the job back. One that is inside plan or run is cancelled, and given back when that call ends. */
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        if (working) {
            bridge.cancel(handle);
        } else {
            bridge.freeJob(handle);
        }
    }

    private interface Call {
        int with(long handle, CallResult result);
    }

    private String work(Call call) {
        begin();
        Callbacks.Turn turn = callbacks.beginTurn();
        try {
            CallResult result = new CallResult();
            int status = call.with(handle, result);
            turn.rethrow(status, result);
            return result.orThrow(status);
        } finally {
            turn.end();
            end();
        }
    }

    private synchronized void begin() {
        if (closed) throw new IllegalStateException("this job is closed");
        if (working) throw new IllegalStateException("this job is inside plan or run on another thread");
        working = true;
    }

    private synchronized void end() {
        working = false;
        if (closed) bridge.freeJob(handle);
    }
}
