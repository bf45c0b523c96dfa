package io.winnow;

/**
 * Where the library's callbacks enter Java, on the thread that is inside plan or run. No exception leaves from here: the first one of
 * a turn is kept, cancels the job, and comes out of plan or run.
 */
final class Callbacks {
    /** What {@link #removeFiles} answers when files stay. */
    static final long FAILED = -1;

    private final WinnowHost host;
    private final WinnowHost.FileRemover remover;
    private final ThreadLocal<Turn> turns = new ThreadLocal<>();

    Callbacks(WinnowHost host) {
        this.host = host;
        this.remover = host.fileRemover();
    }

    /** One call of plan or run on the current thread. A callback may begin another one, of another job. */
    final class Turn {
        private final Turn outer = turns.get();
        private Throwable thrown;

        void rethrow(int status, Answer answer) {
            if (thrown == null) return;
            WinnowException outcome = status == 0
                ? new WinnowException("CANCELLED", "A callback failed after the work was done.", "", false, "", Winnow.text(answer.text))
                : Json.exception(status, Winnow.text(answer.text));
            if (thrown instanceof RuntimeException || thrown instanceof Error) {
                thrown.addSuppressed(outcome);
                if (thrown instanceof RuntimeException unchecked) throw unchecked;
                throw (Error) thrown;
            }
            outcome.initCause(thrown);
            throw outcome;
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

    long removeFiles(byte[] request) {
        try {
            return thrown() == null ? remover.remove(Winnow.text(request)) : FAILED;
        } catch (Throwable thrown) {
            keep(thrown);
            return FAILED;
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
