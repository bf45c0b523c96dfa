/**
 * winnow for the JVM: purges and lists a Kestra database through the native library libwinnow.
 * Start at {@link io.winnow.Winnow}.
 */
package io.winnow;
