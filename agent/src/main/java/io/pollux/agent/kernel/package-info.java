/**
 * The kernel's side of an SA: snapshots into XFRM requests, gate and addresses into rtnetlink
 * requests, and the one thread that may send them. One method for each effect; what the kernel
 * refuses comes back as a value.
 */
package io.pollux.agent.kernel;
