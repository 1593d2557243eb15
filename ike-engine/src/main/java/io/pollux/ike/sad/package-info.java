/**
 * What an SA is, as values: the vocabulary that the engine, the high-availability cores and the
 * kernel adapter share. Snapshots carry ages, never instants of a clock; keys are carried as
 * derived.
 */
package io.pollux.ike.sad;
