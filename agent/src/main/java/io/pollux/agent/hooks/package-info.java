/**
 * Programs of the operator that the daemon runs: checks that move the VRRP priority, and a hook at
 * every change of role. Each runs on a thread of its own with a time limit; neither the role thread
 * nor any other waits for one. What they may say goes into the log.
 *
 * <pre>{@code
 * var hook = new RoleHook("gw-a", vips, List.of("/etc/pollux/role"), 2_000_000_000L);
 * roleThread.onTransition(hook::changed);                     // queues, returns at once
 * new Check(config, (name, up) -> roleThread.post(...)).start();
 * }</pre>
 */
package io.pollux.agent.hooks;
