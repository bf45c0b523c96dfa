package io.winnow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that is killed in the middle of a purge leaves a database that the next run finishes. */
class KilledIT {
    private static final String PURGE = "{\"endDate\": \"2026-06-01T00:00:00Z\", \"purgeStorage\": false, \"batchSize\": %d}";
    private static final int EXECUTIONS = 500;

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

    @Test
    void aRerunFinishesWhatAKilledJvmBegan() throws Exception {
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", EXECUTIONS)) {
            killAfterBatches(database.config(), 20);
            int left = database.count("executions");
            assertTrue(left > 0 && left <= EXECUTIONS - 20, () -> left + " executions left");
            assertEquals(left, database.count("logs"));
            assertEquals(0, database.count("logs WHERE execution_id NOT IN (SELECT key FROM executions)"));
            try (Winnow winnow = Winnow.open(database.config()); WinnowJob job = winnow.job("PurgeExecutions", PURGE.formatted(100))) {
                assertTrue(job.run().contains("\"executionsCount\":" + left));
            }
            assertEquals(0, database.count("executions") + database.count("logs"));
        }
    }

    private static void killAfterBatches(String config, int batches) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", System.getProperty("java.class.path"), KilledIT.class.getName(), config)
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
