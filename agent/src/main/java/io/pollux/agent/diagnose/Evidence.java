package io.pollux.agent.diagnose;

import io.pollux.ike.engine.ChildDown;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What is known about one child.
 *
 * @param active whether this node is the active one
 * @param gateOpen whether this node may send
 * @param among which one of several peers that have this child is meant, by its address; empty = no
 *     more than one has it
 * @param alone whether nothing else is judged, so that the kernel's error counts can be held
 *     against this child: they are of the whole machine
 * @param remote the peer's address; empty = it calls
 * @param ikeSas established IKE SAs of the connection
 * @param down why it is not up; empty = it is
 * @param flow what happened on its SAs; empty = it has none
 * @param xfrm how far the kernel's error counts moved meanwhile, by name: of the whole machine
 * @param sinceTakeoverNs since this node took over; empty = it has not
 * @param observedNs between the two looks
 */
public record Evidence(
    String connection,
    String child,
    Optional<String> among,
    boolean alone,
    boolean active,
    boolean gateOpen,
    Optional<String> remote,
    int ikeSas,
    Optional<ChildDown> down,
    Optional<Flow> flow,
    Map<String, Long> xfrm,
    OptionalLong sinceTakeoverNs,
    long observedNs) {
  public Evidence {
    xfrm = Collections.unmodifiableMap(new TreeMap<>(xfrm));
  }

  long moved(String... names) {
    long sum = 0;
    for (String name : names) {
      sum += xfrm.getOrDefault(name, 0L);
    }
    return sum;
  }
}
