/**
 * The daemon: its threads and what passes between them.
 *
 * <ul>
 *   <li>{@code sa}: the engine, the shadow, the journal and the barriers ({@link
 *       io.pollux.agent.runtime.SaThread})
 *   <li>{@code role}: role machine, VRRP, guard's lease ({@link
 *       io.pollux.agent.runtime.RoleThread})
 *   <li>{@code kernel}: the one owner of the netlink request sockets ({@link
 *       io.pollux.agent.kernel.KernelThread})
 * </ul>
 *
 * State belongs to one thread; others post work to its {@link io.pollux.agent.runtime.Loop}.
 */
package io.pollux.agent.runtime;
