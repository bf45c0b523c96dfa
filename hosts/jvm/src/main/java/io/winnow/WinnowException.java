package io.winnow;

/** What went wrong inside the library; the message is for the person who reads it and holds no secret. */
public final class WinnowException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;
    private final String pointer;
    private final boolean retryable;
    private final String sqlState;
    private final String done;

    WinnowException(String code, String message, String pointer, boolean retryable, String sqlState, String done) {
        super(message);
        this.code = code;
        this.pointer = pointer;
        this.retryable = retryable;
        this.sqlState = sqlState;
        this.done = done;
    }

    /** The same failure in other words, for a host whose readers know the configuration by names of their own. */
    public WinnowException inWords(String message) {
        WinnowException told = new WinnowException(code, message, pointer, retryable, sqlState, done);
        told.setStackTrace(getStackTrace());
        if (getCause() != null) told.initCause(getCause());
        return told;
    }

    /** INVALID_ARGUMENT, UNKNOWN_TASK, INVALID_PARAMETER, CONFIGURATION, DENIED, UNAVAILABLE, SCHEMA, CONFLICT, CANCELLED, LIMIT, STORAGE, NO_MEMORY, INTERNAL, or one that a newer library has. */
    public String code() {
        return code;
    }

    /** JSON Pointer into what the call was given, or empty. */
    public String pointer() {
        return pointer;
    }

    /** Whether the same call may succeed later without any change. */
    public boolean retryable() {
        return retryable;
    }

    /** The database server's own code, or empty. */
    public String sqlState() {
        return sqlState;
    }

    /** JSON: what a run committed before it failed, in the form of the task's result. */
    public String done() {
        return done;
    }
}
