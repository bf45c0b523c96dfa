package io.winnow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A JVM that is killed in the middle of a purge leaves a database that the next run finishes. */
class KilledIT {
    private static final String PURGE = "{\"endDate\": \"2026-06-01T00:00:00Z\", \"purgeStorage\": false, \"batchSize\": %d}";
    private static final int EXECUTIONS = 500;
    private static final String SQLITE = "sqlite";
    private static final Map<String, String> SERVERS = Map.of("postgresql", "WINNOW_TEST_POSTGRES_URL", "mysql", "WINNOW_TEST_MYSQL_URL");

    @TempDir
    Path folder;

    /** What runs in the JVM that is killed: says each batch. */
    public static void main(String[] arguments) {
        WinnowHost host = new WinnowHost() {
            @Override
            public void event(String json) {
                System.out.println(json);
            }
        };
        try (Winnow winnow = Winnow.open(arguments[0], host); WinnowJob job = winnow.job("PurgeExecutions", PURGE.formatted(1))) {
            job.run();
        }
    }

    /** SQLite, and each server that the tests were given. */
    static List<String> engines() {
        return Stream.concat(Stream.of(SQLITE), SERVERS.keySet().stream().filter(engine -> System.getenv(SERVERS.get(engine)) != null)).toList();
    }

    private SampleDatabase database(String engine) throws Exception {
        return engine.equals(SQLITE) ? new SampleDatabase(folder) : new SampleDatabase(URI.create(System.getenv(SERVERS.get(engine))));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aRerunFinishesWhatAKilledJvmBegan(String engine) throws Exception {
        try (SampleDatabase database = database(engine).withExecutions("company", EXECUTIONS)) {
            killAfterBatches(database.config(), 20);
            int left = database.count("executions");
            assertTrue(left > 0 && left <= EXECUTIONS - 20, () -> left + " executions left");
            assertEquals(0, database.count("logs WHERE execution_id NOT IN (SELECT \"key\" FROM executions)"));
            assertEquals(0, database.count("executions WHERE \"key\" NOT IN (SELECT execution_id FROM logs)"));
            try (Winnow winnow = Winnow.open(database.config()); WinnowJob job = winnow.job("PurgeExecutions", PURGE.formatted(100))) {
                int purged = new ObjectMapper().readTree(job.run()).path("executionsCount").asInt();
                // A server may still be at the COMMIT that each of the dead JVM's two connections sent last.
                assertTrue(purged <= left && purged >= left - 2, () -> purged + " of " + left + " executions purged");
            }
            assertEquals(0, database.count("executions") + database.count("logs"));
        }
    }

    private static void killAfterBatches(String config, int batches) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dwinnow.bridge=" + System.getProperty("winnow.bridge", "jni"), "-cp", System.getProperty("java.class.path"), KilledIT.class.getName(), config)
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = process.inputReader()) {
            for (int seen = 0; seen < batches; ) {
                String line = lines.readLine();
                assertNotNull(line, "the purge ended before it was killed");
                if (line.contains("\"event\":\"batch\"")) seen++;
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
