package io.winnow;

import java.nio.file.Path;

/** Stands here for Java 17 to 21; META-INF/versions/22 holds the one that works. */
final class ForeignBridge {
    private ForeignBridge() {}

    static Bridge load(Path library) {
        throw new UnsupportedOperationException(
            Winnow.BRIDGE_PROPERTY + "=ffm needs Java 22 or later and winnow's jar as it is (a multi-release jar)");
    }
}
