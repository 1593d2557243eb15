package io.pollux.agent.runtime;

import io.pollux.agent.kernel.NetTable.Outcome;
import io.pollux.ha.counters.Verdict;
import io.pollux.ha.local.Adoption;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ha.takeover.Takeover;
import io.pollux.ha.takeover.TakeoverPlan;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * From the margins to the reign: what a takeover has decided about each SA before the gate opens,
 * kept until the engine is promoted. Owned by the SAs' thread.
 */
final class Succession {
  private final StandbyKernel standby;
  private final RekeyAfterTakeover policy;
  private final Map<EspSpi, ReplayState> starts = new LinkedHashMap<>();
  private TakeoverPlan plan = TakeoverPlan.NOTHING;
  private boolean adopted;

  Succession(StandbyKernel standby, RekeyAfterTakeover policy) {
    this.standby = standby;
    this.policy = policy;
  }

  /** This node goes on with its own reign: the kernel was put right already. */
  void adopt(Legacy.Left left, Adoption adoption) {
    adopted = true;
    starts.clear();
    starts.putAll(adoption.counters());
    plan = adoption.plan(left.epoch(), left.sas());
  }

  /** Decides, and carries out what must be done before the gate opens. */
  void prepare(long epoch, Shadow shadow, long nowNs, Consumer<Outcome> reply) {
    if (adopted) {
      reply.accept(new Outcome(true, starts.size() + " Child SAs adopted"));
      return;
    }
    List<Verdict> verdicts = standby.verdicts(nowNs);
    plan =
        Takeover.plan(
            shadow.snapshot(nowNs).sas(),
            verdicts,
            policy,
            epoch,
            bound -> bound <= 0 ? 0 : ThreadLocalRandom.current().nextLong(bound));
    starts.clear();
    verdicts.forEach(v -> starts.put(v.child(), v.start()));
    plan.shut().forEach(v -> starts.put(v.child(), v.start()));
    standby.repair(plan, shadow, nowNs, reply);
  }

  /** Nothing comes of it: another node reigns. */
  void forget() {
    adopted = false;
    starts.clear();
    plan = TakeoverPlan.NOTHING;
  }

  /** What the shadow has to know before the reign begins: from where each SA goes on. */
  void tell(Shadow shadow) {
    starts.forEach(shadow::know);
    starts.clear();
  }

  /** The plan, once. */
  TakeoverPlan take() {
    adopted = false;
    TakeoverPlan taken = plan;
    plan = TakeoverPlan.NOTHING;
    return taken;
  }
}
