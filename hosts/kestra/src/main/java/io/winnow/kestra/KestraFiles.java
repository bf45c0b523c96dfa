package io.winnow.kestra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kestra.core.storages.StorageInterface;
import io.winnow.WinnowHost;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Answers the library's requests about files by the storage that the server itself uses, of whatever type it is: the executions of a
 * request side by side, each with a result of its own.
 *
 * <p>Rows are locked while a request is under way, so it ends in time: in the first half of its time executions are begun; after
 * three quarters, or when the task is cancelled, those under way are interrupted; what has not ended by the end is left to its thread
 * and reported as unfinished.
 */
final class KestraFiles implements WinnowHost.FileStorage, AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration NO_LIMIT = Duration.ofDays(1);
    /** Nanoseconds between two looks whether the task was cancelled, and what a request gets to end in after that. */
    private static final long LOOK = 100_000_000;
    /** Nanoseconds in which a fast storage removes an execution. */
    private static final long MOMENT = 2_000_000;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final StorageInterface storage;
    private final BooleanSupplier cancelled;
    private final ExecutorService threads;
    private final Map<String, Work> leftToTheirThreads = new HashMap<>();

    /** @param cancelled once true, nothing more is begun */
    KestraFiles(StorageInterface storage, BooleanSupplier cancelled) {
        this.storage = storage;
        this.cancelled = cancelled;
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        this.threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "winnow-files");
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        });
    }

    @Override
    public String handle(String json) throws Exception {
        JsonNode request = MAPPER.readTree(json);
        String tenant = request.path("tenant").textValue();
        if (request.path("action").asText().equals("exists")) return exists(tenant).toString();
        boolean removes = request.path("action").asText().equals("remove");
        Duration time = request.has("milliseconds") ? Duration.ofMillis(request.path("milliseconds").asLong()) : NO_LIMIT;
        Call call = new Call(System.nanoTime(), time.toNanos());
        List<Work> works = new ArrayList<>();
        Queue<Work> waiting = new ConcurrentLinkedQueue<>();
        for (JsonNode execution : request.path("executions")) {
            String id = execution.path("id").asText();
            // One that an earlier request left to its thread is waited for, and not begun again beside it.
            Work work = leftToTheirThreads.remove(id);
            if (work == null) {
                work = new Work(id, new ExecutionFolder(storage, tenant, execution.path("namespace").asText(), execution.path("path").asText()), removes, call);
                waiting.add(work);
            }
            works.add(work);
        }
        call.begin(waiting.size());
        try {
            begin(waiting, call);
            return reply(works, call).toString();
        } finally {
            call.passInterruptionOn();
        }
    }

    private ObjectNode reply(List<Work> works, Call call) {
        // One wait for all of them: a thread that is woken for each costs more than a folder does.
        isOpenBeforeInterruption(call.open, call);
        ObjectNode reply = MAPPER.createObjectNode();
        ArrayNode results = reply.putArray("executions");
        for (Work work : works) {
            if (!work.endsWithin(call)) leftToTheirThreads.put(work.id, work);
            // What an earlier request has left counts now; whether it was all of it, the next request tells.
            results.add(work.call == call ? work.result() : work.result().put("unfinished", true));
        }
        return reply;
    }

    /** A fast storage keeps the processors busy, and more threads would only change places; a slow one gets a thread for each execution. */
    private void begin(Queue<Work> waiting, Call call) {
        Work first = waiting.peek();
        addThreads(waiting, Math.min(waiting.size(), PROCESSORS));
        if (call.isOpenWithin(call.open, MOMENT) || first.hasEnded()) return;
        addThreads(waiting, waiting.size());
    }

    /** False: the time has come, or the task was cancelled. */
    private boolean isOpenBeforeInterruption(CountDownLatch latch, Call call) {
        while (!cancelled.getAsBoolean() && call.untilInterruption() > 0) {
            if (call.isOpenWithin(latch, Math.min(call.untilInterruption(), LOOK))) return true;
        }
        return false;
    }

    private void addThreads(Queue<Work> waiting, int count) {
        for (int i = 0; i < count; i++) {
            threads.execute(() -> {
                for (Work work = waiting.poll(); work != null; work = waiting.poll()) work.run();
            });
        }
    }

    /** Local storage knows for sure; an object store has no folders, and is not listed from end to end for this. */
    private ObjectNode exists(String tenant) {
        ObjectNode reply = MAPPER.createObjectNode();
        boolean found = storage.exists(tenant, null, URI.create("kestra:///"));
        return found || LocalFolder.isLocal(storage) ? reply.put("exists", found) : reply;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** When the parts of a request's time are over. */
    private static final class Call {
        private final long begun;
        private final long nanos;
        private long end;
        private CountDownLatch open;
        private boolean interrupted;

        Call(long begun, long nanos) {
            this.begun = begun;
            this.nanos = nanos;
            this.end = begun + nanos;
        }

        /** @param works that it begins, and has not left to an earlier request's threads */
        void begin(int works) {
            open = new CountDownLatch(works);
        }

        boolean mayBegin() {
            return System.nanoTime() - begun < nanos / 2;
        }

        long untilInterruption() {
            return begun + nanos / 4 * 3 - System.nanoTime();
        }

        void endSoon() {
            end = Math.min(end, System.nanoTime() + LOOK);
        }

        long untilEnd() {
            return end - System.nanoTime();
        }

        /** An interruption of the task's thread ends no request: kill() and the timeout do. */
        boolean isOpenWithin(CountDownLatch latch, long nanos) {
            interrupted |= Thread.interrupted();
            try {
                return latch.await(nanos, TimeUnit.NANOSECONDS);
            } catch (InterruptedException again) {
                interrupted = true;
                return latch.getCount() == 0;
            }
        }

        void passInterruptionOn() {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /** One execution of a request. */
    private final class Work {
        private final String id;
        private final ExecutionFolder folder;
        private final boolean removes;
        private final Call call;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile ExecutionFolder.Result done;
        // Guarded by `this`.
        private Thread thread;
        private boolean stopped;

        Work(String id, ExecutionFolder folder, boolean removes, Call call) {
            this.id = id;
            this.folder = folder;
            this.removes = removes;
            this.call = call;
        }

        void run() {
            synchronized (this) {
                if (stopped) return;
                thread = Thread.currentThread();
            }
            try {
                if (call.mayBegin() && !cancelled.getAsBoolean()) done = removes ? folder.remove() : folder.count();
            } finally {
                end();
            }
        }

        private synchronized void end() {
            thread = null;
            Thread.interrupted();  // the next execution's turn
            open();
        }

        private void open() {
            ended.countDown();
            call.open.countDown();
        }

        boolean hasEnded() {
            return ended.getCount() == 0;
        }

        /** One that has begun is interrupted, another one never begins. */
        private synchronized void stop() {
            if (hasEnded()) return;
            stopped = true;
            if (thread == null) {
                open();
            } else {
                thread.interrupt();
            }
        }

        private synchronized boolean isStopped() {
            return stopped;
        }

        /** Waits for it within the time of a call. False: it goes on. */
        boolean endsWithin(Call current) {
            if (isOpenBeforeInterruption(ended, current)) return true;
            stop();
            if (cancelled.getAsBoolean()) current.endSoon();
            return current.isOpenWithin(ended, current.untilEnd());
        }

        ObjectNode result() {
            ObjectNode result = MAPPER.createObjectNode().put("id", id);
            ExecutionFolder.Result known = hasEnded() ? done : null;
            if (known == null) return result.put("files", 0).put("unfinished", true);
            result.put("files", known.files());
            if (known.error() == null) return result;
            return isStopped() ? result.put("unfinished", true) : result.put("error", known.error());
        }
    }
}
