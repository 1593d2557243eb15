package io.pollux.ha.takeover;

import io.pollux.ha.counters.Arming;
import io.pollux.ha.counters.Verdict;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Jumps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** Makes a {@link TakeoverPlan} of what the standby holds. */
public final class Takeover {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long MINUTE_NS = 60 * SECOND_NS;
  private static final long HOUR_NS = 60 * MINUTE_NS;
  private static final long PACE_NS = SECOND_NS / 100; // 100 rekeys a second: charon's comfort

  private Takeover() {}

  /**
   * Plans.
   *
   * @param sas the shadow's, ages as of now
   * @param verdicts of {@link io.pollux.ha.counters.ArmedCounters#atTakeover}, busiest first; a
   *     child without one was never synced and stands shut
   * @param jitter uniform in [0, bound), 0 for 0
   */
  public static TakeoverPlan plan(
      List<IkeSaSnapshot> sas,
      List<Verdict> verdicts,
      RekeyAfterTakeover policy,
      long epoch,
      LongUnaryOperator jitter) {
    Map<EspSpi, Verdict> byChild = new LinkedHashMap<>();
    verdicts.forEach(verdict -> byChild.put(verdict.child(), verdict));
    List<Verdict.NewAe> repairs = new ArrayList<>();
    Map<EspSpi, Verdict.Shut> shut = new LinkedHashMap<>();
    for (Verdict verdict : verdicts) {
      switch (verdict) {
        case Verdict.Safe _ -> {}
        case Verdict.NewAe repair -> repairs.add(repair);
        case Verdict.Shut no -> shut.put(no.child(), no);
      }
    }
    Map<EspSpi, ChildSaSnapshot> children = new LinkedHashMap<>();
    for (IkeSaSnapshot sa : sas) {
      for (ChildSaSnapshot child : sa.children()) {
        children.put(child.inboundSpi(), child);
        if (child.outboundActive() && !byChild.containsKey(child.inboundSpi())) {
          shut.put(
              child.inboundSpi(),
              new Verdict.Shut(
                  child.inboundSpi(),
                  child.outbound(),
                  Arming.Why.NEVER_SYNCED,
                  new Jumps(0, Arming.SPENT)));
        }
      }
    }
    return new TakeoverPlan(
        epoch,
        repairs,
        List.copyOf(shut.values()),
        rekeys(children, byChild, shut, policy, jitter));
  }

  private static List<TakeoverPlan.Rekey> rekeys(
      Map<EspSpi, ChildSaSnapshot> children,
      Map<EspSpi, Verdict> byChild,
      Map<EspSpi, Verdict.Shut> shut,
      RekeyAfterTakeover policy,
      LongUnaryOperator jitter) {
    List<TakeoverPlan.Rekey> rekeys = new ArrayList<>();
    long paced = 0;
    // Shut ones carry no traffic until they are rekeyed: first, whatever the policy.
    for (EspSpi spi : shut.keySet()) {
      ChildSaSnapshot child = children.get(spi);
      if (child != null && child.outboundActive()) {
        rekeys.add(new TakeoverPlan.Rekey(child.connection(), spi, paced, true));
        paced += PACE_NS;
      }
    }
    List<Verdict> used = new ArrayList<>(byChild.values());
    // A key that a takeover finds used by two reigns already does not wait for a third one.
    used.sort(Comparator.comparing((Verdict v) -> v.jumps().takeovers() < 2));
    for (Verdict verdict : used) {
      EspSpi spi = verdict.child();
      ChildSaSnapshot child = children.get(spi);
      if (child == null || !child.outboundActive() || shut.containsKey(spi)) {
        continue;
      }
      switch (policy) {
        case SPREAD -> {
          boolean again = verdict.jumps().takeovers() >= 2;
          long delay = again ? paced : spread(child, jitter);
          paced += again ? PACE_NS : 0;
          rekeys.add(new TakeoverPlan.Rekey(child.connection(), spi, delay, false));
        }
        case NOW -> {
          rekeys.add(new TakeoverPlan.Rekey(child.connection(), spi, paced, false));
          paced += PACE_NS;
        }
        case OFF -> {}
      }
    }
    rekeys.sort(Comparator.comparingLong(TakeoverPlan.Rekey::delayNs));
    return rekeys;
  }

  private static long spread(ChildSaSnapshot child, LongUnaryOperator jitter) {
    long soft = child.lifetimes().softNs();
    long remaining = soft == 0 ? Long.MAX_VALUE : Math.max(soft - child.ageNs(), 0);
    return MINUTE_NS + jitter.applyAsLong(Math.min(remaining / 2, HOUR_NS));
  }
}
