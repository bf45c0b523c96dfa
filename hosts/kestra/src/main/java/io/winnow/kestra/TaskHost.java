package io.winnow.kestra;

import io.winnow.WinnowHost;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;

/** What a task offers the library during one run: its log, its end, and the server's storage. */
final class TaskHost implements WinnowHost, AutoCloseable {
    /** Kestra keeps every line of a task's log as a row: a line per batch would fill the tables that a purge empties. */
    private static final String BATCH = "{\"event\":\"batch\"";
    private static final long BETWEEN_BATCHES = Duration.ofSeconds(10).toNanos();

    private final Logger logger;
    private final OptionalLong end;
    private final BooleanSupplier killed;
    private final KestraFiles files;
    private long batchLogged = System.nanoTime();

    /** @param end when the run has to end, in System.nanoTime() */
    TaskHost(Logger logger, KestraServer server, OptionalLong end, BooleanSupplier killed) {
        this.logger = logger;
        this.end = end;
        this.killed = killed;
        this.files = server.storage().map(storage -> new KestraFiles(storage, this::isCancelled)).orElse(null);
    }

    boolean isOver() {
        return end.isPresent() && System.nanoTime() >= end.getAsLong();
    }

    @Override
    public boolean isCancelled() {
        return killed.getAsBoolean() || isOver();
    }

    @Override
    public void log(Level level, String text) {
        switch (level) {
            case TRACE -> logger.trace(text);
            case DEBUG -> logger.debug(text);
            case INFO -> logger.info(text);
            case WARN -> logger.warn(text);
            case ERROR -> logger.error(text);
        }
    }

    @Override
    public void event(String json) {
        if (!json.startsWith(BATCH) || isTimeForABatch()) logger.debug(json);
    }

    private boolean isTimeForABatch() {
        long now = System.nanoTime();
        if (now - batchLogged < BETWEEN_BATCHES) return false;
        batchLogged = now;
        return true;
    }

    @Override
    public FileStorage storage() {
        return files;
    }

    @Override
    public void close() {
        if (files != null) files.close();
    }
}
