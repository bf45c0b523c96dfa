package io.winnow;

/** What a native call gave beside its status. The JNI library sets the fields by their names. */
final class CallResult {
    byte[] text;
    long handle;

    /** The text of a call that succeeded. */
    String orThrow(int status) {
        if (status != 0) throw Json.exception(status, Winnow.text(text));
        return Winnow.text(text);
    }
}
