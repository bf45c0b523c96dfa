package io.winnow;

import java.nio.file.Path;

/** Through libwinnow_jni.so (hosts/jvm/native). */
final class JniBridge implements Bridge {
    private JniBridge() {}

    /** The JNI library opens the other one by its path, so that two class loaders never share one by chance of its name. */
    static Bridge load(Path jniLibrary, Path library) {
        System.load(jniLibrary.toString());
        String problem = Winnow.text(link(Winnow.utf8(library.toString())));
        if (!problem.isEmpty()) throw new UnsatisfiedLinkError(problem);
        return new JniBridge();
    }

    /** Empty, or why the library can't be used. */
    private static native byte[] link(byte[] library);

    @Override
    public native int abiVersion();

    @Override
    public native byte[] buildInfo();

    @Override
    public native int open(byte[] config, Callbacks callbacks, boolean hasStorage, CallResult result);

    @Override
    public native int close(long winnow);

    @Override
    public native int describe(long winnow, byte[] task, CallResult result);

    @Override
    public native int newJob(long winnow, byte[] task, byte[] parameters, CallResult result);

    @Override
    public native int plan(long job, CallResult result);

    @Override
    public native int run(long job, CallResult result);

    @Override
    public native int cancel(long job);

    @Override
    public native int pause(long job);

    @Override
    public native int resume(long job);

    @Override
    public native int progress(long job, long[] numbers);

    @Override
    public native void freeJob(long job);
}
