package io.winnow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads, many handles and two class loaders in one process. */
class StressIT {
    private static final int THREADS = 64;
    private static final int CYCLES = Integer.getInteger("winnow.cycles", 300);

    @TempDir
    Path folder;

    @Test
    void manyThreadsShareOneLibrary() throws Exception {
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 50);
             Winnow winnow = Winnow.open(database.config())) {
            List<Callable<Void>> calls = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                calls.add(() -> {
                    for (int round = 0; round < 10; round++) {
                        try (WinnowJob job = winnow.job("ListExecutions", "{\"fetchType\": \"NONE\"}")) {
                            assertTrue(job.run().contains("\"size\":50"));
                            job.cancel();
                        }
                    }
                    return null;
                });
            }
            ExecutorService pool = Executors.newFixedThreadPool(THREADS);
            try {
                for (Future<Void> call : pool.invokeAll(calls)) call.get();
            } finally {
                pool.shutdown();
            }
        }
    }

    @Test
    void openingAndClosingLeavesNothing() throws Exception {
        try (SampleDatabase database = new SampleDatabase(folder).withExecutions("company", 1)) {
            cycle(database, CYCLES / 5);
            int threads = nativeThreads();
            int files = openFiles();
            long memory = residentKilobytes();
            cycle(database, CYCLES);
            assertEquals(threads, nativeThreads(), 2.0);  // the JVM's own come and go
            assertEquals(files, openFiles());
            long grown = residentKilobytes() - memory;
            // A handle that leaked would hold a registry of manifests.
            assertTrue(grown < 32 * 1024, () -> "resident memory grew by " + grown + " KiB in " + CYCLES + " cycles");
        }
    }

    private static void cycle(SampleDatabase database, int times) {
        for (int i = 0; i < times; i++) {
            try (Winnow winnow = Winnow.open(database.config());
                 WinnowJob job = winnow.job("ListExecutions", "{\"fetchType\": \"NONE\"}")) {
                if (i % 10 == 0) job.run();
            }
        }
        System.gc();
    }

    @Test
    void eachClassLoaderHasALibraryOfItsOwn() throws Exception {
        String[] path = System.getProperty("java.class.path").split(File.pathSeparator);
        URL[] urls = new URL[path.length];
        for (int i = 0; i < path.length; i++) urls[i] = Path.of(path[i]).toUri().toURL();
        List<Class<?>> classes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
                Class<?> winnow = loader.loadClass("io.winnow.Winnow");
                Object opened = winnow.getMethod("open", String.class).invoke(null, "");
                assertTrue(winnow.getMethod("tasks").invoke(opened).toString().contains("PurgeLogs"));
                winnow.getMethod("close").invoke(opened);
                classes.add(winnow);
            }
        }
        assertNotSame(classes.get(0), classes.get(1));
        Winnow.buildInfo();
        long mapped = Files.readAllLines(Path.of("/proc/self/maps")).stream()
            .filter(line -> line.contains("/libwinnow.so") && line.contains("r-x")).count();
        assertTrue(mapped >= 3, () -> mapped + " copies of the library");
    }

    private static int nativeThreads() {
        return new File("/proc/self/task").list().length;
    }

    private static int openFiles() {
        return new File("/proc/self/fd").list().length;
    }

    private static long residentKilobytes() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }
}
