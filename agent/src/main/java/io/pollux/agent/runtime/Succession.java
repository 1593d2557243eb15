package io.pollux.agent.runtime;

import io.pollux.agent.kernel.NetTable.Outcome;
import io.pollux.ha.counters.Arming;
import io.pollux.ha.counters.Verdict;
import io.pollux.ha.local.Adoption;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ha.takeover.ReplaySync;
import io.pollux.ha.takeover.Takeover;
import io.pollux.ha.takeover.TakeoverPlan;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Jumps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the margins to the reign. Before the gate opens only those SAs are looked at that are not
 * safely ahead, usually none, so that the time to the announcement does not grow with their number;
 * what has to be known about all of them comes with the promotion. Owned by the SAs' thread.
 */
final class Succession {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.standby");

  private final StandbyKernel standby;
  private final RekeyAfterTakeover policy;
  private final Map<EspSpi, Verdict> urgent = new LinkedHashMap<>();
  private Optional<Adopted> adopted = Optional.empty();

  private record Adopted(Legacy.Left left, Adoption adoption) {}

  Succession(StandbyKernel standby, RekeyAfterTakeover policy) {
    this.standby = standby;
    this.policy = policy;
  }

  /** This node goes on with its own reign: the kernel was put right already. */
  void adopt(Legacy.Left left, Adoption adoption) {
    adopted = Optional.of(new Adopted(left, adoption));
  }

  /** Whether what it begins with is this node's own, to the last message. */
  boolean isAdopted() {
    return adopted.isPresent();
  }

  /** Nothing comes of it: another node reigns. */
  void forget() {
    adopted = Optional.empty();
  }

  /** As {@link #prepare(Shadow, OptionalLong, long, Consumer)}, with nobody in between. */
  void prepare(Shadow shadow, long nowNs, Consumer<Outcome> reply) {
    prepare(shadow, OptionalLong.empty(), nowNs, reply);
  }

  /**
   * Decides, and carries out what must be done before the gate opens.
   *
   * @param another since when another node may have sent on these SAs and gone unheard
   */
  void prepare(Shadow shadow, OptionalLong another, long nowNs, Consumer<Outcome> reply) {
    if (adopted.isPresent()) {
      int children = adopted.get().adoption().counters().size();
      reply.accept(new Outcome(true, children + " Child SAs adopted"));
      return;
    }
    urgent.clear();
    another.ifPresent(
        since ->
            LOG.warn(
                "another node may have sent on these SAs and gone unheard, up to {} ms: all of them"
                    + " go on one more jump ahead",
                (nowNs - since) / 1_000_000));
    (another.isPresent() ? standby.afterAnother(another.getAsLong(), nowNs) : standby.urgent(nowNs))
        .forEach(v -> urgent.put(v.child(), v));
    if (shadow.childCount() > standby.size()) {
      neverSynced(shadow, nowNs);
    }
    standby.repair(List.copyOf(urgent.values()), shadow, nowNs, this::refused, reply);
  }

  /** The kernel did not take its counter: its outbound SA is out, and it is rekeyed first. */
  private void refused(EspSpi child) {
    urgent.computeIfPresent(
        child,
        (_, verdict) ->
            verdict instanceof Verdict.NewAe(var spi, var outbound, var _, var _, var jumps)
                ? new Verdict.Shut(
                    spi, outbound, Arming.Why.REFUSED, new Jumps(jumps.takeovers(), Arming.SPENT))
                : verdict);
  }

  /** Children whose counters nobody follows: they stand shut. */
  private void neverSynced(Shadow shadow, long nowNs) {
    List<IkeSaSnapshot> sas = shadow.snapshot(nowNs).sas();
    List<Verdict> known = standby.decided(urgent, nowNs);
    Takeover.plan(sas, known, RekeyAfterTakeover.OFF, 0, _ -> 0)
        .shut()
        .forEach(v -> urgent.put(v.child(), v));
  }

  /** What the shadow has to know before the reign begins: from where each SA goes on. */
  void tell(Shadow shadow) {
    if (adopted.isPresent()) {
      adopted.get().adoption().counters().forEach(shadow::know);
      return;
    }
    standby.starts(urgent, shadow::know);
    urgent.values().forEach(v -> shadow.know(v.child(), v.start())); // some of them nobody follows
  }

  /**
   * What is to be rekeyed when, once: to be worked out when there is time, within this reign.
   *
   * @param sas what the reign begins with
   * @param nowNs when it began
   */
  Planning plan(long epoch, List<IkeSaSnapshot> sas, long nowNs) {
    if (adopted.isPresent()) {
      Adopted own = adopted.get();
      adopted = Optional.empty();
      return new Planning(
          List.of(), () -> own.adoption().plan(own.left().epoch(), own.left().sas()));
    }
    Map<EspSpi, Verdict> early = new LinkedHashMap<>(urgent);
    urgent.clear();
    List<Verdict> verdicts = new ArrayList<>();
    List<ReplaySync> syncs = new ArrayList<>();
    List<TakeoverPlan> plan = new ArrayList<>(); // one
    return new Planning(
        List.of(
            () -> {
              verdicts.addAll(standby.decided(early, nowNs));
              verdicts.forEach(v -> early.remove(v.child()));
              verdicts.addAll(early.values()); // those that nobody follows
            },
            () -> syncs.addAll(syncs(sas, nowNs)),
            () -> plan.add(Takeover.plan(sas, verdicts, policy, epoch, Succession::jitter))),
        () -> plan.getFirst().withSyncs(syncs));
  }

  private List<ReplaySync> syncs(List<IkeSaSnapshot> sas, long nowNs) {
    return ReplaySync.plan(
        sas, standby.missed(nowNs), sa -> sa.peerSupports().contains(CounterSync.REPLAY_COUNTERS));
  }

  private static long jitter(long bound) {
    return bound <= 0 ? 0 : ThreadLocalRandom.current().nextLong(bound);
  }
}
