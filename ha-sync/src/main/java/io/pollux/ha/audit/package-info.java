/**
 * Digests of both kernels, compared. What stands in a kernel comes in as names with keyed digests;
 * 256 buckets tell where two nodes differ, and the items of those buckets what differs. A
 * difference counts when two rounds in a row have seen the same one: state on its way from one node
 * to the other is none. Pure: the agent reads kernels, sends messages and repairs.
 */
package io.pollux.ha.audit;
