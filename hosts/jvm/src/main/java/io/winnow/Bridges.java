package io.winnow;

/** Chooses the way into the library, once. */
final class Bridges {
    /** The ABI's major number in its upper half: what this package was written for. */
    private static final int ABI_MAJOR = 1;

    private Bridges() {}

    private static final class Holder {
        static final Bridge CHOSEN = load(System.getProperty(Winnow.BRIDGE_PROPERTY, "jni"));
    }

    static Bridge chosen() {
        return Holder.CHOSEN;
    }

    static Bridge load(String name) {
        try (NativeLibraries libraries = NativeLibraries.find()) {
            Bridge bridge = switch (name) {
                case "jni" -> JniBridge.load(libraries.path("libwinnow_jni.so"), libraries.path("libwinnow.so"));
                case "ffm" -> ForeignBridge.load(libraries.path("libwinnow.so"));
                default -> throw new IllegalArgumentException(
                    "the system property " + Winnow.BRIDGE_PROPERTY + " is \"" + name + "\"; it may be jni or ffm");
            };
            int abi = bridge.abiVersion();
            if (abi >>> 16 != ABI_MAJOR) {
                throw new UnsatisfiedLinkError("libwinnow.so has ABI " + (abi >>> 16) + "; this jar needs " + ABI_MAJOR);
            }
            return bridge;
        } catch (UnsatisfiedLinkError failed) {
            throw NativeLibraries.explained(failed);
        }
    }
}
