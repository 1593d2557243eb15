/**
 * One IKE SA with its children: the mutable shell {@link io.pollux.ike.sa.IkeSa}, the sealed states
 * that it goes through, the window in front of them ({@link io.pollux.ike.sa.Window}) and the
 * timers. What an exchange says is in {@code ike.exchange}.
 */
package io.pollux.ike.sa;
