package io.winnow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API over the real library; runs once for each bridge (pom.xml). */
class WinnowIT {
    private static final String PURGE = "PurgeExecutions";
    private static final String EVERYTHING = "{\"endDate\": \"2026-06-01T00:00:00Z\", \"purgeStorage\": false}";
    private static final String WITH_FILES = "{\"endDate\": \"2026-06-01T00:00:00Z\", \"batchSize\": 10}";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String HOST_STORAGE = "storage: {type: host}";

    @TempDir
    Path folder;

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** A host whose storage is the given function. */
    private static WinnowHost storage(WinnowHost.FileStorage storage) {
        return new WinnowHost() {
            @Override
            public FileStorage storage() {
                return storage;
            }
        };
    }

    /** A reply for each execution of a request. */
    private static String reply(String request, Function<String, ObjectNode> result) {
        ObjectNode reply = MAPPER.createObjectNode();
        ArrayNode results = reply.putArray("executions");
        for (JsonNode execution : json(request).path("executions")) {
            String id = execution.path("id").asText();
            results.add(result.apply(id).put("id", id));
        }
        return reply.toString();
    }

    private static ObjectNode files(int count) {
        return MAPPER.createObjectNode().put("files", count);
    }

    @Test
    void namesAndDescribesItsTasks() throws Exception {
        try (Winnow winnow = Winnow.open("")) {
            List<String> tasks = winnow.tasks();
            assertTrue(tasks.contains(PURGE) && tasks.contains("ListExecutions"), tasks::toString);
            JsonNode task = json(winnow.describe("io.kestra.plugin.core.execution.PurgeExecutions"));
            assertEquals(PURGE, task.path("name").asText());
            assertTrue(task.at("/parameters/properties/endDate").isObject());
        }
        assertEquals("1.1", json(Winnow.buildInfo()).path("abi").asText());
    }

    @Test
    void purgesAndReportsWhatWent() throws Exception {
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 25);
             Winnow winnow = Winnow.open(database.config());
             WinnowJob job = winnow.job(PURGE, EVERYTHING)) {
            assertEquals(25, json(job.plan()).path("selected").asInt());
            assertEquals(25, database.count("executions"));
            JsonNode result = json(job.run());
            assertEquals(25, result.path("executionsCount").asInt());
            assertEquals(25, result.path("logsCount").asInt());
            assertEquals(0, database.count("executions") + database.count("logs"));
            assertEquals(WinnowProgress.Phase.DONE, job.progress().phase());
            assertEquals(25, job.progress().rowsDone());
        }
    }

    @Test
    void carriesEveryCharacterBothWays() throws Exception {
        String text = "grüße 🐟";
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 1);
             Winnow winnow = Winnow.open(database.config());
             WinnowJob job = winnow.job("ListLogs", "{\"namespace\": \"company\", \"columns\": [\"message\"]}")) {
            assertEquals(text, json(job.run()).at("/rows/0/message").asText());
            WinnowException unknown = assertThrows(WinnowException.class, () -> winnow.job("List" + text, "{}"));
            assertTrue(unknown.getMessage().contains(text), unknown::getMessage);
        }
    }

    @Test
    void saysWhatIsWrongWithAParameter() {
        try (Winnow winnow = Winnow.open("")) {
            WinnowException refused = assertThrows(WinnowException.class, () -> winnow.job(PURGE, "{\"endDat\": 1}"));
            assertEquals("INVALID_PARAMETER", refused.code());
            assertEquals("/endDat", refused.pointer());
            assertFalse(refused.retryable());
            assertEquals("UNKNOWN_TASK", assertThrows(WinnowException.class, () -> winnow.describe("Nothing")).code());
        }
        assertEquals("CONFIGURATION", assertThrows(WinnowException.class, () -> Winnow.open("datbase: {}")).code());
    }

    @Test
    void callsTheHostOnTheCallingThreadAlone() throws Exception {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        List<String> events = new ArrayList<>();
        WinnowHost host = new WinnowHost() {
            @Override
            public void log(Level level, String text) {
                threads.add(Thread.currentThread());
            }

            @Override
            public void event(String json) {
                threads.add(Thread.currentThread());
                events.add(json);
            }

            @Override
            public boolean isCancelled() {
                threads.add(Thread.currentThread());
                return false;
            }
        };
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 25);
             Winnow winnow = Winnow.open(database.config(), host);
             WinnowJob job = winnow.job(PURGE, EVERYTHING)) {
            job.run();
        }
        assertFalse(threads.isEmpty());
        assertTrue(threads.stream().allMatch(Thread.currentThread()::equals));
        assertTrue(events.stream().anyMatch(event -> event.contains("\"event\":\"batch\"")), events::toString);
    }

    // What a purge asks before its first statement: whether the storage has anything of the tenant.
    private static boolean isExistenceCheck(String request) {
        return json(request).path("action").asText().equals("exists");
    }

    @Test
    void removesFilesThroughTheHost() throws Exception {
        List<String> requests = new ArrayList<>();
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 25);
             Winnow winnow = Winnow.open(database.config(HOST_STORAGE), storage(request -> {
                 if (isExistenceCheck(request)) return "{}";
                 requests.add(request);
                 return reply(request, id -> files(2));
             }));
             WinnowJob job = winnow.job(PURGE, WITH_FILES)) {
            assertEquals(50, json(job.run()).path("storagesCount").asInt());
        }
        JsonNode request = json(requests.get(0));
        assertEquals("remove", request.path("action").asText());
        assertTrue(request.path("milliseconds").asInt() > 0);
        assertTrue(requests.stream().allMatch(each -> json(each).path("executions").size() <= 25), requests::toString);
        assertEquals("main", request.path("tenant").asText());
        assertTrue(request.at("/executions/0/path").asText().startsWith("company/nightly/executions/company-"));
    }

    @Test
    void keepsRowsWhoseFilesStay() throws Exception {
        IOException full = new IOException("the bucket is on fire");
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 25);
             Winnow winnow = Winnow.open(database.config(HOST_STORAGE), storage(request -> {
                 throw full;
             }));
             WinnowJob job = winnow.job(PURGE, WITH_FILES)) {
            WinnowException failed = assertThrows(WinnowException.class, job::run);
            assertEquals("STORAGE", failed.code());
            assertTrue(failed.getMessage().contains("the bucket is on fire"), failed::getMessage);
            assertEquals(25, database.count("executions"));
        }
    }

    @Test
    void anExecutionWhoseFilesStayKeepsItsOwnRowsAlone() throws Exception {
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 25);
             Winnow winnow = Winnow.open(database.config(HOST_STORAGE), storage(request -> reply(request, id ->
                 id.equals("company-7") ? files(1).put("error", "held by someone") : files(2))));
             WinnowJob job = winnow.job(PURGE, WITH_FILES)) {
            WinnowException failed = assertThrows(WinnowException.class, job::run);
            assertEquals("STORAGE", failed.code());
            assertTrue(failed.getMessage().contains("company-7") && failed.getMessage().contains("held by someone"), failed::getMessage);
            assertEquals(24, json(failed.done()).path("executionsCount").asInt());
            assertEquals(49, json(failed.done()).path("storagesCount").asInt());
            assertEquals(1, database.count("executions"));
        }
    }

    @Test
    void aRequestThatFailsIsAskedAgainOneExecutionAtATime() throws Exception {
        List<Integer> sizes = new ArrayList<>();
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 25);
             Winnow winnow = Winnow.open(database.config(HOST_STORAGE), storage(request -> {
                 sizes.add(json(request).path("executions").size());
                 if (request.contains("\"company-7\"")) throw new IOException("no");
                 return reply(request, id -> files(2));
             }));
             WinnowJob job = winnow.job(PURGE, WITH_FILES)) {
            WinnowException failed = assertThrows(WinnowException.class, job::run);
            assertTrue(failed.getMessage().contains("company-7"), failed::getMessage);
            assertEquals(24, json(failed.done()).path("executionsCount").asInt());
            assertEquals(48, json(failed.done()).path("storagesCount").asInt());
            assertTrue(sizes.stream().mapToInt(size -> size).max().orElse(0) > 1, sizes::toString);
        }
    }

    @Test
    void bringsAnExceptionOfACallbackBackAndStops() throws Exception {
        IllegalStateException mine = new IllegalStateException("mine");
        WinnowHost host = new WinnowHost() {
            @Override
            public void event(String json) {
                throw mine;
            }
        };
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 2000);
             Winnow winnow = Winnow.open(database.config(), host);
             WinnowJob job = winnow.job(PURGE, EVERYTHING.replace("{", "{\"batchSize\": 1, "))) {
            assertSame(mine, assertThrows(IllegalStateException.class, job::run));
            assertTrue(mine.getSuppressed()[0] instanceof WinnowException);
            WinnowException outcome = (WinnowException) mine.getSuppressed()[0];
            assertEquals("CANCELLED", outcome.code());
            assertEquals(2000 - database.count("executions"), json(outcome.done()).path("executionsCount").asInt());
            assertTrue(database.count("executions") > 0);
        }
    }

    @Test
    void anErrorInACallbackIsNoDangerToTheProcess() throws Exception {
        class Deep {
            void down() {
                down();
            }
        }
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 25);
             Winnow winnow = Winnow.open(database.config(HOST_STORAGE), storage(request -> {
                 new Deep().down();
                 return "{}";
             }));
             WinnowJob job = winnow.job(PURGE, WITH_FILES)) {
            assertThrows(StackOverflowError.class, job::run);
            assertEquals(25, database.count("executions"));
        }
    }

    @Test
    void interruptingTheThreadCancelsAndLeavesTheFlag() throws Exception {
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 25);
             Winnow winnow = Winnow.open(database.config());
             WinnowJob job = winnow.job(PURGE, EVERYTHING)) {
            Thread.currentThread().interrupt();
            WinnowException cancelled = assertThrows(WinnowException.class, job::run);
            assertTrue(Thread.interrupted());
            assertEquals("CANCELLED", cancelled.code());
            assertEquals(25, database.count("executions"));
        }
    }

    @Test
    void anotherThreadCancels() throws Exception {
        CountDownLatch removing = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 2000);
             Winnow winnow = Winnow.open(database.config(HOST_STORAGE), storage(request -> {
                 if (isExistenceCheck(request)) return "{}";
                 removing.countDown();
                 cancelled.await();
                 return "{}";
             }));
             WinnowJob job = winnow.job(PURGE, WITH_FILES)) {
            Thread runner = new Thread(() -> outcome.set(assertThrows(Throwable.class, job::run)));
            runner.start();
            removing.await();
            assertEquals(WinnowProgress.Phase.WORKING, job.progress().phase());
            job.cancel();
            cancelled.countDown();
            runner.join();
            assertEquals("CANCELLED", ((WinnowException) outcome.get()).code());
            assertTrue(database.count("executions") > 0);
        }
    }

    @Test
    void closingAJobInsideItsRunCancelsIt() throws Exception {
        AtomicReference<WinnowJob> running = new AtomicReference<>();
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 2000);
             Winnow winnow = Winnow.open(database.config(HOST_STORAGE), storage(request -> {
                 running.get().close();
                 return "{}";
             }))) {
            WinnowJob job = winnow.job(PURGE, WITH_FILES);
            running.set(job);
            assertEquals("CANCELLED", assertThrows(WinnowException.class, job::run).code());
            assertThrows(IllegalStateException.class, job::run);
            assertTrue(database.count("executions") > 0);
        }
    }

    @Test
    void refusesToCloseUnderAJob() {
        Winnow winnow = Winnow.open("database: {url: 'sqlite:/nowhere'}");
        WinnowJob job = winnow.job("ListLogs", "{}");
        assertThrows(IllegalStateException.class, winnow::close);
        assertFalse(winnow.tasks().isEmpty());
        job.close();
        winnow.close();
        winnow.close();
        assertThrows(IllegalStateException.class, winnow::tasks);
        assertThrows(IllegalStateException.class, job::progress);
    }

    @Test
    void aSecondRunIsRefused() throws Exception {
        try (SampleDatabase database = new SampleDatabase(folder);
             Winnow winnow = Winnow.open(database.config());
             WinnowJob job = winnow.job(PURGE, EVERYTHING)) {
            job.run();
            assertEquals("INVALID_ARGUMENT", assertThrows(WinnowException.class, job::run).code());
        }
    }

    @Test
    void unpacksNothingThatStays() {
        Winnow.buildInfo();
        File[] left = new File(System.getProperty("java.io.tmpdir")).listFiles(file -> file.isDirectory() && file.getName().startsWith("winnow-"));
        assertArrayEquals(new File[0], left);
    }

    @Test
    void knowsItsFolderInTheJar() {
        assertEquals("linux-x86_64", NativeLibraries.platform("Linux", "amd64"));
        assertEquals("linux-aarch64", NativeLibraries.platform("Linux", "aarch64"));
    }
}
