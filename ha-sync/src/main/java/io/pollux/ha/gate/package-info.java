/**
 * What the gate is made of: one rule {@code from VIP blackhole} per virtual address, before every
 * other rule. While the rules stand no packet leaves from a VIP and no sequence number is used; to
 * open the gate is to delete them. The agent translates the values into rtnetlink requests.
 */
package io.pollux.ha.gate;
