/**
 * The engine's contract: a function from {@link io.pollux.ike.engine.Input} and time to an ordered
 * list of {@link io.pollux.ike.engine.Effect}s. No socket, clock, thread, file or random source;
 * the caller owns all of them.
 *
 * <p>The loop of a caller: wait for an input or for {@code nextTimeoutNs}, call {@code step}, run
 * the effects in list order. Replicate comes before the Transmit that reveals it; InstallChild ends
 * a step, and what depends on it follows on the KernelReply.
 */
package io.pollux.ike.engine;
