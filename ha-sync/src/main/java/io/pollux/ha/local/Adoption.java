package io.pollux.ha.local;

import io.pollux.ha.counters.Arming;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.Verdict;
import io.pollux.ha.takeover.TakeoverPlan;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a new daemon does with the SAs that it finds in its kernel: those that the journal knows go
 * on with the kernel's own counters, those that are missing come back ahead of what may have been
 * sent, strangers go.
 *
 * @param kept children whose SAs stay as they are; the counters are the kernel's
 * @param installs SAs to be put in, after {@code deletes}
 * @param deletes SAs to be taken out
 * @param shut children whose outbound SA is missing and must not come back: to be rekeyed first
 */
public record Adoption(
    Map<EspSpi, ReplayState> kept,
    List<Install> installs,
    Set<SaId> deletes,
    List<Verdict.Shut> shut) {
  private static final long PACE_NS = 10_000_000L;

  /** Nothing was left, nothing is adopted. */
  public static final Adoption NOTHING = new Adoption(Map.of(), List.of(), Set.of(), List.of());

  public Adoption {
    kept = new LinkedHashMap<>(kept);
    installs = List.copyOf(installs);
    deletes = new LinkedHashSet<>(deletes);
    shut = List.copyOf(shut);
  }

  /**
   * An SA in the kernel, of either direction.
   *
   * @param counters of its own direction; the other's are 0
   * @param fits whether addresses, encapsulation and binding are those that the journal says
   */
  public record Found(SaId id, ReplayState counters, boolean fits) {}

  /**
   * SAs of one child to be installed.
   *
   * @param from where they start
   */
  public record Install(
      ChildSaSnapshot child, boolean inbound, boolean outbound, ReplayState from) {}

  /**
   * Plans.
   *
   * @param sas what the journal holds
   * @param found every SA in the kernel that has one of our addresses
   * @param stalenessNs how old the journal's counters may be
   */
  public static Adoption plan(
      List<IkeSaSnapshot> sas, List<Found> found, JumpPolicy policy, long stalenessNs) {
    Map<SaId, Found> kernel = new LinkedHashMap<>();
    found.forEach(f -> kernel.put(f.id(), f));
    Map<EspSpi, ReplayState> kept = new LinkedHashMap<>();
    List<Install> installs = new ArrayList<>();
    List<Verdict.Shut> shut = new ArrayList<>();
    Set<SaId> stay = new LinkedHashSet<>();
    for (IkeSaSnapshot sa : sas) {
      for (ChildSaSnapshot child : sa.children()) {
        ReplayState known = known(child, kernel);
        boolean in = stays(child.inbound(), kernel, stay);
        boolean out = !child.outboundActive() || stays(child.outbound(), kernel, stay);
        if (in && out) {
          kept.put(child.inboundSpi(), known);
          continue;
        }
        ReplayState from = out ? known : ahead(child, known, policy, stalenessNs, shut);
        boolean sends = !out && from.jumps().packets() < Arming.SPENT;
        installs.add(new Install(child, !in, sends, from));
      }
    }
    Set<SaId> deletes = new LinkedHashSet<>(kernel.keySet());
    deletes.removeAll(stay);
    return new Adoption(kept, installs, deletes, shut);
  }

  /** The further of journal and kernel: an SA that does not fit has counted all the same. */
  private static ReplayState known(ChildSaSnapshot child, Map<SaId, Found> kernel) {
    ReplayState known = child.replay();
    Found in = kernel.get(child.inbound());
    Found out = kernel.get(child.outbound());
    known = in == null ? known : known.max(in.counters());
    return out == null ? known : known.max(out.counters());
  }

  private static boolean stays(SaId id, Map<SaId, Found> kernel, Set<SaId> stay) {
    Found found = kernel.get(id);
    if (found == null || !found.fits()) {
      return false;
    }
    stay.add(id);
    return true;
  }

  private static ReplayState ahead(
      ChildSaSnapshot child,
      ReplayState known,
      JumpPolicy policy,
      long stalenessNs,
      List<Verdict.Shut> shut) {
    boolean esn = child.algorithms().esn();
    long jump = policy.jump(esn, 0, stalenessNs);
    Arming arming =
        policy instanceof JumpPolicy.Rekey
            ? new Arming.RekeyFirst(Arming.Why.POLICY)
            : Arming.arm(known.oseq(), jump, esn, known.jumps().packets());
    int takeovers = known.jumps().takeovers() + 1;
    return switch (arming) {
      case Arming.At at ->
          new ReplayState(
              at.oseq(),
              known.seq(),
              new Jumps(takeovers, known.jumps().packets() + at.jump()),
              known.volume());
      case Arming.RekeyFirst no -> {
        Jumps spent = new Jumps(takeovers, Arming.SPENT);
        shut.add(new Verdict.Shut(child.inboundSpi(), child.outbound(), no.why(), spent));
        yield known.withJumps(spent);
      }
    };
  }

  /** Counters that the shadow has to know before the reign begins. */
  public Map<EspSpi, ReplayState> counters() {
    Map<EspSpi, ReplayState> all = new LinkedHashMap<>(kept);
    installs.forEach(i -> all.put(i.child().inboundSpi(), i.from()));
    return all;
  }

  /** What this means for the rekeys of the reign: those that are shut, one after the other. */
  public TakeoverPlan plan(long epoch, List<IkeSaSnapshot> sas) {
    Map<EspSpi, String> connections = new LinkedHashMap<>();
    sas.forEach(sa -> sa.children().forEach(c -> connections.put(c.inboundSpi(), c.connection())));
    List<TakeoverPlan.Rekey> rekeys = new ArrayList<>();
    for (Verdict.Shut no : shut) {
      rekeys.add(
          new TakeoverPlan.Rekey(
              connections.getOrDefault(no.child(), ""), no.child(), rekeys.size() * PACE_NS, true));
    }
    return new TakeoverPlan(epoch, List.of(), shut, rekeys);
  }

  /** For the log. */
  public String text() {
    return kept.size()
        + " Child SAs go on, "
        + installs.size()
        + " put back, "
        + deletes.size()
        + " foreign SAs removed"
        + (shut.isEmpty() ? "" : ", " + shut.size() + " to be rekeyed first");
  }
}
