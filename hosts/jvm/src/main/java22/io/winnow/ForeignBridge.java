package io.winnow;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Through Java's Foreign Function and Memory API, without any native code of our own. The four callback stubs are made once; which
 * {@link Callbacks} a call is for stands in its context, a number and no address.
 */
@SuppressWarnings("restricted")  // calling native code is what this class is for
final class ForeignBridge implements Bridge {
    // The structs of abi/winnow.h, ABI 1.1.
    private static final StructLayout BUFFER = MemoryLayout.structLayout(
        JAVA_INT.withName("size"), JAVA_INT.withName("reserved"), ADDRESS.withName("data"), JAVA_LONG.withName("length"));
    private static final StructLayout HOST = MemoryLayout.structLayout(
        JAVA_INT.withName("size"), JAVA_INT.withName("reserved"), ADDRESS.withName("context"), ADDRESS.withName("log"),
        ADDRESS.withName("event"), ADDRESS.withName("is_cancelled"), ADDRESS.withName("delete_files"), ADDRESS.withName("storage"));
    private static final StructLayout REPLY = MemoryLayout.structLayout(
        JAVA_INT.withName("size"), JAVA_INT.withName("reserved"), ADDRESS.withName("sink"), ADDRESS.withName("write"));
    private static final StructLayout PROGRESS = MemoryLayout.structLayout(
        JAVA_INT.withName("size"), JAVA_INT.withName("phase"),
        MemoryLayout.sequenceLayout(WinnowProgress.FIELDS - 1, JAVA_LONG).withName("numbers"));
    private static final long BUFFER_DATA = BUFFER.byteOffset(MemoryLayout.PathElement.groupElement("data"));
    private static final long BUFFER_LENGTH = BUFFER.byteOffset(MemoryLayout.PathElement.groupElement("length"));
    private static final long REPLY_SINK = REPLY.byteOffset(MemoryLayout.PathElement.groupElement("sink"));
    private static final long REPLY_WRITE = REPLY.byteOffset(MemoryLayout.PathElement.groupElement("write"));
    private static final ValueLayout SIZE = JAVA_LONG;
    /** Calls the function at its first argument, the `write` of a winnow_reply. */
    private static final MethodHandle WRITE = Linker.nativeLinker().downcallHandle(descriptor(null, ADDRESS, ADDRESS, SIZE));

    private static final Map<Long, Callbacks> CALLBACKS = new ConcurrentHashMap<>();
    private static final AtomicLong LAST_CONTEXT = new AtomicLong();

    private final Map<Long, Long> contexts = new ConcurrentHashMap<>();  // of open handles
    private final MethodHandle abiVersion;
    private final MethodHandle buildInfo;
    private final MethodHandle open;
    private final MethodHandle close;
    private final MethodHandle describe;
    private final MethodHandle newJob;
    private final MethodHandle plan;
    private final MethodHandle run;
    private final MethodHandle cancel;
    private final MethodHandle pause;
    private final MethodHandle resume;
    private final MethodHandle progress;
    private final MethodHandle freeJob;
    private final MethodHandle freeBuffer;
    private final MemorySegment onLog;
    private final MemorySegment onEvent;
    private final MemorySegment onIsCancelled;
    private final MemorySegment onStorage;

    private ForeignBridge(SymbolLookup library) {
        Linker linker = Linker.nativeLinker();
        abiVersion = function(linker, library, "winnow_abi_version", JAVA_INT);
        buildInfo = function(linker, library, "winnow_build_info", ADDRESS);
        open = function(linker, library, "winnow_open", JAVA_INT, ADDRESS, ADDRESS, SIZE, ADDRESS, ADDRESS);
        close = function(linker, library, "winnow_close", JAVA_INT, ADDRESS);
        describe = function(linker, library, "winnow_describe", JAVA_INT, ADDRESS, ADDRESS, SIZE, ADDRESS);
        newJob = function(linker, library, "winnow_job_new", JAVA_INT, ADDRESS, ADDRESS, SIZE, ADDRESS, SIZE, ADDRESS, ADDRESS);
        plan = function(linker, library, "winnow_job_plan", JAVA_INT, ADDRESS, ADDRESS);
        run = function(linker, library, "winnow_job_run", JAVA_INT, ADDRESS, ADDRESS);
        cancel = function(linker, library, "winnow_job_cancel", JAVA_INT, ADDRESS);
        pause = function(linker, library, "winnow_job_pause", JAVA_INT, ADDRESS);
        resume = function(linker, library, "winnow_job_resume", JAVA_INT, ADDRESS);
        progress = function(linker, library, "winnow_job_progress", JAVA_INT, ADDRESS, ADDRESS);
        freeJob = function(linker, library, "winnow_job_free", null, ADDRESS);
        freeBuffer = function(linker, library, "winnow_buffer_free", null, ADDRESS);
        onLog = stub(linker, "log", null, ADDRESS, JAVA_INT, ADDRESS, SIZE);
        onEvent = stub(linker, "event", null, ADDRESS, ADDRESS, SIZE);
        onIsCancelled = stub(linker, "isCancelled", JAVA_INT, ADDRESS);
        onStorage = stub(linker, "storage", JAVA_INT, ADDRESS, ADDRESS, SIZE, ADDRESS);
    }

    /** The library stays loaded as long as the process lives. */
    static Bridge load(Path library) {
        try {
            return new ForeignBridge(SymbolLookup.libraryLookup(library, Arena.global()));
        } catch (IllegalArgumentException unexplained) {
            System.load(library.toString());  // fails as well, and says why
            throw unexplained;
        }
    }

    private static FunctionDescriptor descriptor(ValueLayout result, ValueLayout... arguments) {
        return result == null ? FunctionDescriptor.ofVoid(arguments) : FunctionDescriptor.of(result, arguments);
    }

    private static MethodHandle function(Linker linker, SymbolLookup library, String name, ValueLayout result, ValueLayout... arguments) {
        MemorySegment address = library.find(name).orElseThrow(() -> new UnsatisfiedLinkError("libwinnow.so lacks " + name));
        return linker.downcallHandle(address, descriptor(result, arguments));
    }

    private static MemorySegment stub(Linker linker, String name, ValueLayout result, ValueLayout... arguments) {
        FunctionDescriptor descriptor = descriptor(result, arguments);
        MethodType type = descriptor.toMethodType();
        try {
            return linker.upcallStub(MethodHandles.lookup().findStatic(ForeignBridge.class, name, type), descriptor, Arena.global());
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // Callbacks. An exception that left one would end the JVM. Callbacks keeps the host's exceptions; what is left are those of
    // this class, when memory or the stack ran out.

    private static void log(MemorySegment context, int level, MemorySegment text, long length) {
        try {
            CALLBACKS.get(context.address()).log(level, bytes(text, length));
        } catch (Throwable lost) {  // one line of a log less
        }
    }

    private static void event(MemorySegment context, MemorySegment json, long length) {
        try {
            CALLBACKS.get(context.address()).event(bytes(json, length));
        } catch (Throwable lost) {  // one event less
        }
    }

    private static int isCancelled(MemorySegment context) {
        try {
            return CALLBACKS.get(context.address()).isCancelled() ? 1 : 0;
        } catch (Throwable failed) {
            return 1;
        }
    }

    private static int storage(MemorySegment context, MemorySegment request, long length, MemorySegment reply) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] text = CALLBACKS.get(context.address()).storage(bytes(request, length));
            if (text == null) return 1;
            MemorySegment out = reply.reinterpret(REPLY.byteSize());
            WRITE.invokeExact(out.get(ADDRESS, REPLY_WRITE), out.get(ADDRESS, REPLY_SINK), text(arena, text), (long) text.length);
            return 0;
        } catch (Throwable failed) {
            return 1;
        }
    }

    private static byte[] bytes(MemorySegment text, long length) {
        return length == 0 ? new byte[0] : text.reinterpret(length).toArray(JAVA_BYTE);
    }

    // Calls.

    /** Turns what a method handle may throw, which is nothing but errors here, into what Java lets through. */
    private interface Call<T> {
        T call() throws Throwable;
    }

    private static <T> T calling(Call<T> call) {
        try {
            return call.call();
        } catch (RuntimeException | Error unchecked) {
            throw unchecked;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private interface Filling {
        int fill(MemorySegment buffer) throws Throwable;
    }

    /** Hands a zeroed winnow_buffer to a call, takes its text and gives it back. */
    private int filling(Arena arena, CallResult result, Filling filling) throws Throwable {
        MemorySegment buffer = arena.allocate(BUFFER);
        buffer.set(JAVA_INT, 0, (int) BUFFER.byteSize());
        int status = filling.fill(buffer);
        try {
            result.text = bytes(buffer.get(ADDRESS, BUFFER_DATA), buffer.get(JAVA_LONG, BUFFER_LENGTH));
        } finally {
            freeBuffer.invokeExact(buffer);
        }
        return status;
    }

    private static MemorySegment text(Arena arena, byte[] utf8) {
        return utf8.length == 0 ? MemorySegment.NULL : arena.allocateFrom(JAVA_BYTE, utf8);
    }

    private static MemorySegment at(long handle) {
        return MemorySegment.ofAddress(handle);
    }

    @Override
    public int abiVersion() {
        return calling(() -> (int) abiVersion.invokeExact());
    }

    @Override
    public byte[] buildInfo() {
        return calling(() -> Winnow.utf8(((MemorySegment) buildInfo.invokeExact()).reinterpret(Long.MAX_VALUE).getString(0)));
    }

    @Override
    public int open(byte[] config, Callbacks callbacks, boolean hasStorage, CallResult result) {
        long context = LAST_CONTEXT.incrementAndGet();
        CALLBACKS.put(context, callbacks);
        int status = 1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = host(arena, context, hasStorage);
            MemorySegment handle = arena.allocate(ADDRESS);
            status = calling(() -> filling(arena, result, buffer ->
                (int) open.invokeExact(host, text(arena, config), (long) config.length, handle, buffer)));
            result.handle = handle.get(ADDRESS, 0).address();
            if (status == 0) contexts.put(result.handle, context);
            return status;
        } finally {
            if (status != 0) CALLBACKS.remove(context);
        }
    }

    private MemorySegment host(Arena arena, long context, boolean hasStorage) {
        MemorySegment host = arena.allocate(HOST);
        host.set(JAVA_INT, 0, (int) HOST.byteSize());
        MemorySegment[] fields = {at(context), onLog, onEvent, onIsCancelled, MemorySegment.NULL, hasStorage ? onStorage : MemorySegment.NULL};
        for (int i = 0; i < fields.length; i++) host.set(ADDRESS, (i + 1) * ADDRESS.byteSize(), fields[i]);
        return host;
    }

    @Override
    public int close(long winnow) {
        int status = calling(() -> (int) close.invokeExact(at(winnow)));
        if (status == 0) CALLBACKS.remove(contexts.remove(winnow));
        return status;
    }

    @Override
    public int describe(long winnow, byte[] task, CallResult result) {
        try (Arena arena = Arena.ofConfined()) {
            return calling(() -> filling(arena, result, buffer ->
                (int) describe.invokeExact(at(winnow), text(arena, task), (long) task.length, buffer)));
        }
    }

    @Override
    public int newJob(long winnow, byte[] task, byte[] parameters, CallResult result) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            int status = calling(() -> filling(arena, result, buffer -> (int) newJob.invokeExact(at(winnow), text(arena, task),
                (long) task.length, text(arena, parameters), (long) parameters.length, handle, buffer)));
            result.handle = handle.get(ADDRESS, 0).address();
            return status;
        }
    }

    @Override
    public int plan(long job, CallResult result) {
        return working(plan, job, result);
    }

    @Override
    public int run(long job, CallResult result) {
        return working(run, job, result);
    }

    private int working(MethodHandle function, long job, CallResult result) {
        try (Arena arena = Arena.ofConfined()) {
            return calling(() -> filling(arena, result, buffer -> (int) function.invokeExact(at(job), buffer)));
        }
    }

    @Override
    public int cancel(long job) {
        return calling(() -> (int) cancel.invokeExact(at(job)));
    }

    @Override
    public int pause(long job) {
        return calling(() -> (int) pause.invokeExact(at(job)));
    }

    @Override
    public int resume(long job) {
        return calling(() -> (int) resume.invokeExact(at(job)));
    }

    @Override
    public int progress(long job, long[] numbers) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(PROGRESS);
            out.set(JAVA_INT, 0, (int) PROGRESS.byteSize());
            int status = calling(() -> (int) progress.invokeExact(at(job), out));
            numbers[0] = out.get(JAVA_INT, JAVA_INT.byteSize());
            for (int i = 1; i < numbers.length; i++) numbers[i] = out.getAtIndex(JAVA_LONG, i);
            return status;
        }
    }

    @Override
    public void freeJob(long job) {
        calling(() -> {
            freeJob.invokeExact(at(job));
            return null;
        });
    }
}
