package io.pollux.ha.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Reqid;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A standby's kernel as far as {@link ShadowChange}s make it; wrong orders are errors. */
final class ImageKernel {
  private final Map<EspSpi, ChildSaSnapshot> installed = new TreeMap<>();
  private final Set<Reqid> policies = new LinkedHashSet<>();

  void run(List<ShadowChange> changes) {
    for (ShadowChange change : changes) {
      run(change);
      Map<Reqid, Long> sending =
          installed.values().stream()
              .filter(ChildSaSnapshot::outboundActive)
              .collect(Collectors.groupingBy(ChildSaSnapshot::reqid, Collectors.counting()));
      assertThat(sending.values()).as("after %s", change).allMatch(count -> count == 1);
    }
  }

  void requireImageOf(HaSnapshot shadow, String where) {
    Map<EspSpi, ChildSaSnapshot> expected = new TreeMap<>();
    shadow.sas().stream()
        .flatMap(sa -> sa.children().stream())
        .forEach(child -> expected.put(child.inboundSpi(), ageless(child)));
    assertThat(installed).as(where).isEqualTo(expected);
    Set<Reqid> needed =
        expected.values().stream().map(ChildSaSnapshot::reqid).collect(Collectors.toSet());
    assertThat(policies).as(where).isEqualTo(needed);
  }

  private void run(ShadowChange change) {
    switch (change) {
      case ShadowChange.ChildAdded(var child, var replaces) -> {
        assertThat(installed.put(child.inboundSpi(), ageless(child))).isNull();
        assertThat(policies.contains(child.reqid()))
            .as("%s", change)
            .isEqualTo(replaces.isPresent());
        policies.add(child.reqid());
      }
      case ShadowChange.ChildSwitched(var old, var fresh) -> {
        installed.computeIfPresent(old.inboundSpi(), (_, c) -> c.withOutboundActive(false));
        installed.computeIfPresent(fresh.inboundSpi(), (_, c) -> c.withOutboundActive(true));
      }
      case ShadowChange.ChildMoved(var before, var after) ->
          assertThat(installed.put(before.inboundSpi(), ageless(after))).isNotNull();
      case ShadowChange.ChildRemoved(var child, var keepPolicies) -> {
        assertThat(installed.remove(child.inboundSpi())).isNotNull();
        if (!keepPolicies) {
          policies.remove(child.reqid());
        }
      }
      case ShadowChange.ReplayAdvanced(var child, var state, _) ->
          installed.computeIfPresent(child.inboundSpi(), (_, c) -> c.withAge(0, state));
    }
  }

  private static ChildSaSnapshot ageless(ChildSaSnapshot child) {
    ReplayState replay = child.replay();
    return child.withAge(0, replay);
  }
}
