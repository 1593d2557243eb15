/**
 * Pollux on its own against strongSwan and libreswan, all on a real kernel: judged by packets
 * through ESP, by the kernel's SAs and counters, and by what both daemons say. What was run is
 * listed in {@code docs/interop.md}.
 *
 * <p>One network and one pair of daemons for each class; a test has a tunnel of its own, named by
 * its number, so that no test sees another one's SAs.
 */
package io.pollux.it.interop;
