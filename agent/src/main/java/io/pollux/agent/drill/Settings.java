package io.pollux.agent.drill;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an operator has decided about a drill.
 *
 * @param via words before the shell that sends the probes: {@code ssh HOST}; empty = this node
 * @param source address that the probes come from
 * @param intervalMillis between two probes
 * @param size octets of an ICMP echo's payload
 * @param mttrMillis the longest silence that is no failure; empty = what the plan says
 * @param toleranceMillis by how much failover and failback may differ
 * @param giveUpSeconds after which a scenario counts as not recovered
 * @param capture whether tcpdump records beside it
 * @param directory for the evidence
 */
public record Settings(
    List<String> via,
    Optional<String> source,
    long intervalMillis,
    long size,
    OptionalLong mttrMillis,
    long toleranceMillis,
    long giveUpSeconds,
    boolean capture,
    Path directory) {
  public Settings {
    via = List.copyOf(via);
  }
}
