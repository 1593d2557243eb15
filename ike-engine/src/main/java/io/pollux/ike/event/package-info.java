/**
 * {@link io.pollux.ike.event.IkeEvent}: each change of an SA as a value, and the only vocabulary
 * that high availability sees. The standby's copy is a fold over these events.
 */
package io.pollux.ike.event;
