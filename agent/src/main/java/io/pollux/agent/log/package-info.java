/**
 * Logging that cannot hold anybody up: callers put a finished line into a bounded ring, one thread
 * writes; what does not fit is dropped and counted, because a stalled journal must not cause a
 * failover.
 */
package io.pollux.agent.log;
