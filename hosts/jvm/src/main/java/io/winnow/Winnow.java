package io.winnow;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The winnow library, opened with an operator's configuration.
 *
 * <pre>{@code
 * try (Winnow winnow = Winnow.open("{database: {url: 'postgresql://kestra@localhost/kestra'}}");
 *      WinnowJob job = winnow.job("PurgeLogs", "{\"endDate\": \"2026-01-01T00:00:00Z\"}")) {
 *     System.out.println(job.run());
 * }
 * }</pre>
 *
 * Safe for use from many threads; jobs run beside each other. Which way leads to the native library is chosen once for
 * a class loader by the system property {@value #BRIDGE_PROPERTY}: {@code jni} (default) or {@code ffm} (Java 22 and
 * later). The library comes from inside the jar, or from the folder that {@value #LIBRARY_PATH_PROPERTY} names.
 */
public final class Winnow implements AutoCloseable {
    /** {@code jni} or {@code ffm}. */
    public static final String BRIDGE_PROPERTY = "winnow.bridge";
    /** A folder that holds libwinnow.so and, for JNI, libwinnow_jni.so. */
    public static final String LIBRARY_PATH_PROPERTY = "winnow.library.path";

    private final Bridge bridge;
    private final Callbacks callbacks;
    // close() writes; whoever uses the handle reads. A run holds no lock: the library refuses to close while a job is open.
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private long handle;

    private Winnow(Bridge bridge, Callbacks callbacks, long handle) {
        this.bridge = bridge;
        this.callbacks = callbacks;
        this.handle = handle;
    }

    /** Opens without a host: no logs, no events, no files of the host's own. */
    public static Winnow open(String config) {
        return open(config, new WinnowHost() {});
    }

    /**
     * Reads the configuration (YAML or JSON, see docs/configuration.md; empty for none) and the manifests. No network.
     *
     * @throws WinnowException with code CONFIGURATION, with file, line and reason
     */
    public static Winnow open(String config, WinnowHost host) {
        Objects.requireNonNull(host, "host");
        Bridge bridge = Bridges.chosen();
        Callbacks callbacks = new Callbacks(host);
        CallResult result = new CallResult();
        int status = bridge.open(utf8(config), callbacks, callbacks.hasStorage(), result);
        result.orThrow(status);
        return new Winnow(bridge, callbacks, result.handle);
    }

    /** JSON: version, ABI, engines, versions of the client libraries, compiler. */
    public static String buildInfo() {
        return text(Bridges.chosen().buildInfo());
    }

    /** Names of all tasks, in order. */
    public List<String> tasks() {
        return Json.taskNames(describe(""));
    }

    /**
     * JSON of one task by name or alias: title, description, JSON Schemas of parameters and outputs. An empty name gives all:
     * {@code {"tasks": [...]}}.
     *
     * @throws WinnowException with code UNKNOWN_TASK
     */
    public String describe(String task) {
        return reading(open -> {
            CallResult result = new CallResult();
            return result.orThrow(bridge.describe(open, utf8(task), result));
        });
    }

    /**
     * Makes a job; parameters (a JSON object) are checked strictly, nothing is connected to.
     *
     * @throws WinnowException with code UNKNOWN_TASK, INVALID_PARAMETER (and a pointer to it), DENIED or CONFIGURATION
     */
    public WinnowJob job(String task, String parameters) {
        return reading(open -> {
            CallResult result = new CallResult();
            result.orThrow(bridge.newJob(open, utf8(task), utf8(parameters), result));
            return new WinnowJob(bridge, callbacks, result.handle);
        });
    }

    /**
     * Gives everything back. A second call does nothing.
     *
     * @throws IllegalStateException while a job is open; then this stays open too
     */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle == 0) return;
            if (bridge.close(handle) != 0) throw new IllegalStateException("close the jobs of this Winnow first");
            handle = 0;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private interface Use<T> {
        T with(long handle);
    }

    private <T> T reading(Use<T> use) {
        lock.readLock().lock();
        try {
            if (handle == 0) throw new IllegalStateException("this Winnow is closed");
            return use.with(handle);
        } finally {
            lock.readLock().unlock();
        }
    }

    static byte[] utf8(String text) {
        return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] utf8) {
        return utf8 == null ? "" : new String(utf8, StandardCharsets.UTF_8);
    }
}
