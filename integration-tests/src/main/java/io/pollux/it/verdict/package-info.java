/**
 * The judge of the drills: reads packet captures, the kernel's own counters and what the traffic
 * tool reported, and says whether a scenario held what it must hold.
 *
 * <p>Imports the JDK and nothing else, not even the demo: a mistake in Pollux can't hide in code
 * that both share. It can be run again over kept evidence: {@link io.pollux.it.verdict.Main}.
 */
package io.pollux.it.verdict;
