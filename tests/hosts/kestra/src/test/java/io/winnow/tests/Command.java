package io.winnow.tests;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One run of the winnow command, with a configuration and a storage folder of its own. */
final class Command {
    private final Path folder;
    private final List<String> words = new ArrayList<>();

    /** What it needs lies in a new folder below {@code parent}. */
    Command(Path parent, String... arguments) throws Exception {
        folder = Files.createTempDirectory(parent, "command");
        words.add(Path.of(System.getProperty("winnow.build"), "winnow").toString());
        words.addAll(List.of(arguments));
    }

    Command on(Database database) throws Exception {
        Path storage = Files.createDirectories(storage());
        Path config = Files.writeString(folder.resolve("winnow.yaml"), """
            database: {url: '%s?user=%s', password: '%s'}
            storage: {type: local, base-path: %s}
            policy: {tenant: main}
            """.formatted(database.jdbcUrl(), database.user(), database.password(), storage));
        words.addAll(List.of("--config", config.toString()));
        return this;
    }

    Path storage() {
        return folder.resolve("storage");
    }

    void putFile(String path) throws Exception {
        Path file = storage().resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[] {1});
    }

    /** What it prints. */
    String run() throws Exception {
        Process process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) throw new AssertionError(words + " ended with " + process.exitValue() + ": " + printed);
        return printed;
    }
}
