package io.winnow;

/**
 * Where the library's callbacks enter Java, on the thread that is inside plan or run. No exception leaves from here: the first one of
 * a turn is kept, cancels the job, and comes out of plan or run.
 */
final class Callbacks {
    private final WinnowHost host;
    private final WinnowHost.FileStorage storage;
    private final ThreadLocal<Turn> turns = new ThreadLocal<>();

    Callbacks(WinnowHost host) {
        this.host = host;
        this.storage = host.storage();
    }

    boolean hasStorage() {
        return storage != null;
    }

    /** One call of plan or run on the current thread. A callback may begin another one, of another job. */
    final class Turn {
        private final Turn outer = turns.get();
        private Throwable thrown;

        void rethrow(int status, CallResult result) {
            if (thrown == null) return;
            WinnowException outcome = status == 0
                ? new WinnowException("CANCELLED", "A callback failed after the work was done.", "", false, "", Winnow.text(result.text))
                : Json.exception(status, Winnow.text(result.text));
            thrown.addSuppressed(outcome);
            if (thrown instanceof RuntimeException unchecked) throw unchecked;
            throw (Error) thrown;  // callbacks throw nothing that is checked
        }

        void end() {
            if (outer == null) {
                turns.remove();
            } else {
                turns.set(outer);
            }
        }
    }

    Turn beginTurn() {
        Turn turn = new Turn();
        turns.set(turn);
        return turn;
    }

    void log(int level, byte[] text) {
        try {
            if (thrown() == null) host.log(level(level), Winnow.text(text));
        } catch (Throwable thrown) {
            keep(thrown);
        }
    }

    void event(byte[] json) {
        try {
            if (thrown() == null) host.event(Winnow.text(json));
        } catch (Throwable thrown) {
            keep(thrown);
        }
    }

    boolean isCancelled() {
        try {
            return Thread.currentThread().isInterrupted() || thrown() != null || host.isCancelled();
        } catch (Throwable thrown) {
            keep(thrown);
            return true;
        }
    }

    /** The reply, which says what went wrong where the host's storage failed; null where an earlier callback has ended the job. */
    byte[] storage(byte[] request) {
        try {
            return thrown() == null ? Winnow.utf8(storage.handle(Winnow.text(request))) : null;
        } catch (Exception failed) {
            return Winnow.utf8(Json.error(failed));
        } catch (Throwable thrown) {
            keep(thrown);
            return null;
        }
    }

    private static WinnowHost.Level level(int number) {
        WinnowHost.Level[] levels = WinnowHost.Level.values();
        return levels[Math.min(Math.max(number, 0), levels.length - 1)];
    }

    private Throwable thrown() {
        Turn turn = turns.get();
        return turn == null ? null : turn.thrown;
    }

    private void keep(Throwable thrown) {
        Turn turn = turns.get();
        if (turn != null && turn.thrown == null) turn.thrown = thrown;
    }
}
