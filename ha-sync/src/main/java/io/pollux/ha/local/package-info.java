/**
 * What a daemon leaves to the one that is started after it on the same machine: the local journal,
 * a snapshot and the events after it in memory that outlives the process, and the plan by which the
 * next daemon adopts what goes on in the kernel meanwhile.
 *
 * <p>The memory is a {@link io.pollux.ha.local.JournalStore}; it ends at the latest with the
 * machine, so stamps on its monotonic clock stay comparable.
 *
 * <pre>
 *   0      two slots of 64 octets: generation, region, epoch, token, CRC; the newer valid one rules
 *   128    how often the journal was read since it last proved good
 *   4096   region of even generations    record, record, record, ...
 *   2^40   region of odd generations
 * </pre>
 *
 * A record is its length, a CRC-32C seeded with the generation, its kind, when it was written, and
 * its octets. The first record that is not whole ends a region: the event in it was never acted
 * upon, because it is written before the message that would reveal it is sent. The same holds for
 * the events before it that belong to the same step of the engine: a step is taken whole or not at
 * all.
 */
package io.pollux.ha.local;
