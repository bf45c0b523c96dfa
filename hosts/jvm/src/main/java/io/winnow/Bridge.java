package io.winnow;

/**
 * The functions of abi/winnow.h, one to one, for both ways into the library. Text is UTF-8 bytes; a number that is returned is a
 * status, 0 for success, and then {@code answer} holds the text and the handle, otherwise the error's text.
 */
interface Bridge {
    int abiVersion();

    byte[] buildInfo();

    int open(byte[] config, Callbacks callbacks, boolean removesFiles, Answer answer);

    int close(long winnow);

    int describe(long winnow, byte[] task, Answer answer);

    int newJob(long winnow, byte[] task, byte[] parameters, Answer answer);

    int plan(long job, Answer answer);

    int run(long job, Answer answer);

    int cancel(long job);

    /** Fills in phase, rows done, rows planned, batches, retries and elapsed milliseconds. */
    int progress(long job, long[] numbers);

    void freeJob(long job);
}
