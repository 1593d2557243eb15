/**
 * System calls through JNR-FFI: the only package that imports it.
 *
 * <p>Each wrapper checks its result, goes on after EINTR, and throws {@link
 * io.pollux.linux.SystemCallException} with the call and the errno; {@code close} never throws.
 * Buffers that reach the kernel are direct. One object belongs to one thread, except {@link
 * io.pollux.linux.WakeUp#signal}, which any thread may call.
 */
package io.pollux.linux;
