/**
 * The daemon's half of the dead man's switch.
 *
 * <p>The guard ({@code native/guard}, the process {@code polluxd}) and this JVM share one page of
 * memory. The role thread renews a lease there and keeps the messages ready that close the gate and
 * say goodbye; when the lease runs out or this process ends while the page is armed, the guard
 * sends them. Nothing here blocks, locks or logs after the page has been opened.
 */
package io.pollux.agent.guard;
