/**
 * What this node is: active or standby, and who decides. {@link io.pollux.ha.role.RoleMachine} is a
 * function from inputs and time to an ordered list of effects; it contains the VRRP group.
 *
 * <pre>{@code
 * var machine = new RoleMachine(config);
 * run(machine.step(new RoleInput.SelfTest(maxStallNs), now()));
 * run(machine.step(new RoleInput.Start(epochFromDisk), now()));
 * for (;;) {                                   // one thread; renew the guard's lease in each turn
 *   RoleInput input = queue.pollUntil(machine.nextTimeoutNs());   // packets before timeouts
 *   run(machine.step(input != null ? input : new RoleInput.Timeout(), now()));
 * }
 * }</pre>
 *
 * <p>What holds, and is tested by simulation:
 *
 * <ul>
 *   <li>While the link works and both daemons run, no two gates are open at any instant, whatever
 *       VRRP does and operators order.
 *   <li>While advertisements get through on one segment, no two gates are open at any instant,
 *       whatever the link and other segments do.
 *   <li>Where everything was cut and both are active, or a process stood still with its guard not
 *       armed (it was alone): as soon as one path works both ways, at most two advertisement
 *       intervals. Where it works one way only, twice the Active_Down_Interval.
 *   <li>No epoch is used twice; after the last fault one node reigns and stays.
 * </ul>
 *
 * {@code run} executes the effects in list order. An effect with a {@link io.pollux.ha.role.StepId}
 * is answered by {@link io.pollux.ha.role.RoleInput.StepDone}, at once or later; the machine sends
 * the next step only then. Every change of role comes as {@link
 * io.pollux.ha.role.RoleEffect.Changed} and is kept in {@link io.pollux.ha.role.RoleHistory}.
 */
package io.pollux.ha.role;
