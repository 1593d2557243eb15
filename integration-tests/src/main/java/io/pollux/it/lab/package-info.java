/**
 * The kernel lab from the inside: where we are, namespaces to build a network of, commands to run
 * in them, waiting.
 *
 * <p>And from the outside: {@link io.pollux.it.lab.GuestKernel guests} as machines of their own,
 * and the {@link io.pollux.it.lab.Wires wires} between them.
 *
 * <p>Everything else works only inside the lab ({@code ./dev lab CMD}), never in the machine's own
 * network namespace. Nothing here knows Pollux: the independent verdicts may use it.
 */
package io.pollux.it.lab;
