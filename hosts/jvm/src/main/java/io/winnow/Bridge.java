package io.winnow;

/**
 * The functions of abi/winnow.h, one to one, for both ways into the library. Text is UTF-8 bytes; a number that is returned is a
 * status, 0 for success, and then {@code result} holds the text and the handle, otherwise the error's text.
 */
interface Bridge {
    int abiVersion();

    byte[] buildInfo();

    int open(byte[] config, Callbacks callbacks, boolean hasStorage, CallResult result);

    int close(long winnow);

    int describe(long winnow, byte[] task, CallResult result);

    int newJob(long winnow, byte[] task, byte[] parameters, CallResult result);

    int plan(long job, CallResult result);

    int run(long job, CallResult result);

    int cancel(long job);

    int pause(long job);

    int resume(long job);

    /** Fills in phase, rows done, rows planned, batches, retries, elapsed milliseconds and whether it waits. */
    int progress(long job, long[] numbers);

    void freeJob(long job);
}
