/**
 * The control socket and the commands behind it.
 *
 * <p>{@code polluxctl} (C) sends its arguments over a Unix socket and prints what comes back;
 * parsing, help, tables and JSON are made here, once, for the socket and for the offline tool. A
 * {@link io.pollux.agent.control.Command} gets an {@link io.pollux.agent.control.Invocation} (what
 * was asked) and an {@link io.pollux.agent.control.Output} (where the answer goes) and may block:
 * it runs on a thread of its own, never on an event loop. Who may run what is decided by the peer's
 * credentials before the command sees anything.
 *
 * <p>Wire format: request = u32 big-endian length, then NUL-terminated UTF-8 strings: {@code "1"},
 * {@code key=value}..., an empty one, the arguments. Answer = frames of u8 type ('o', 'e', 'q',
 * 'x'), u32 big-endian length, octets; 'x' carries the exit status and ends it. 'q' is a question:
 * a yes to it is the same request with {@code confirmed=QUESTION} among its settings.
 */
package io.pollux.agent.control;
