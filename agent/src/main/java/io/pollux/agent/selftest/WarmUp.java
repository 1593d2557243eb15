package io.pollux.agent.selftest;

import io.pollux.agent.io.SystemEntropy;
import io.pollux.ha.counters.ArmedCounters;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaJournal;
import io.pollux.ha.journal.JournalBound;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.LinkSession;
import io.pollux.ha.link.SessionOutput;
import io.pollux.ha.link.SessionPolicy;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowChange;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ha.takeover.RekeySchedule;
import io.pollux.ha.takeover.Takeover;
import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EngineConfig;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.IkeEngines;
import io.pollux.ike.engine.Input;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two engines in memory negotiate, rekey and delete a tunnel, a standby follows them and takes
 * over: every class that a real takeover needs is loaded before one can happen, and whoever builds
 * a package learns that this Java runs it.
 */
public final class WarmUp {
  private static final long STEP_NS = 1_000_000L;
  private static final int MOST_STEPS = 400;
  private static final RekeyPolicy NEVER = new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);

  private final HaJournal journal = new HaJournal(2, JournalBound.DEFAULT);
  private final Shadow mirror = new Shadow();
  private final Shadow standby = new Shadow();
  private final ArmedCounters armed = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
  private final Deque<Runnable> work = new ArrayDeque<>();
  private final List<String> done = new ArrayList<>();
  private final IkeEngine[] engines = new IkeEngine[2];
  private LinkSession leader;
  private LinkSession follower;
  private long now = 1;

  private WarmUp() {}

  /** Runs it; returns what was done, or throws what went wrong. */
  public static List<String> run() throws Exception {
    WarmUp warmUp = new WarmUp();
    warmUp.negotiate();
    return List.copyOf(warmUp.done);
  }

  private void negotiate() throws Exception {
    mirror.reign(2);
    leader = new LinkSession(SessionPolicy.DEFAULT, hello("warm-a"));
    follower = new LinkSession(SessionPolicy.DEFAULT, hello("warm-b"));
    leader.lead(journal, mirror::snapshot, now);
    follower.follow(0, 0, now);
    engines[0] = engine(0, "192.0.2.1", "192.0.2.2", "a", "b");
    engines[1] = engine(1, "192.0.2.2", "192.0.2.1", "b", "a");
    step(1, new Input.Promote(2, List.of()));
    step(0, new Input.Promote(2, List.of()));
    command(1, Input.Verb.UP, "negotiated");
    command(2, Input.Verb.REKEY_CHILD, "child rekeyed");
    command(3, Input.Verb.REKEY_IKE, "IKE SA rekeyed");
    sync();
    RekeySchedule rekeys = new RekeySchedule();
    rekeys.plan(
        Takeover.plan(
                standby.snapshot(now).sas(),
                armed.atTakeover(now),
                RekeyAfterTakeover.SPREAD,
                4,
                bound -> bound / 2)
            .rekeys(),
        now);
    rekeys.due(now);
    armed.urgent(now);
    armed.decided(Map.of(), now);
    armed.starts(Map.of(), standby::know);
    IkeEngine heir = engine(1, "192.0.2.2", "192.0.2.1", "b", "a");
    engines[1] = heir;
    step(1, new Input.Promote(4, standby.lent(now).sas()));
    command(4, Input.Verb.DOWN, "deleted after a takeover");
  }

  private static LinkMessage.Hello hello(String name) {
    return new LinkMessage.Hello(1, 1, name, 0, 0, Octets.EMPTY);
  }

  private void command(long id, Input.Verb verb, String what) {
    int before = done.size();
    step(0, new Input.Command(id, verb, "warm", Optional.empty()));
    for (int i = 0; i < MOST_STEPS && (done.size() == before || !work.isEmpty()); i++) {
      now += STEP_NS;
      if (work.isEmpty()) {
        step(0, new Input.Timeout());
        step(1, new Input.Timeout());
      } else {
        work.remove().run();
      }
    }
    if (done.size() == before) {
      throw new IllegalStateException("warm-up: not " + what);
    }
    done.set(before, what + ": " + done.get(before));
  }

  private void step(int node, Input input) {
    for (Effect effect : engines[node].step(input, now)) {
      run(node, effect);
    }
  }

  private void run(int node, Effect effect) {
    switch (effect) {
      case Effect.Transmit t ->
          work.add(() -> step(1 - node, new Input.Datagram(t.peer(), t.local(), t.octets())));
      case Effect.InstallChild i ->
          work.add(() -> step(node, new Input.KernelReply(i.id(), new KernelResult.Done())));
      case Effect.Replicate(var event) when node == 1 && journal.epoch() == mirror.epoch() -> {
        HaFrame frame = journal.append(event, now);
        mirror.apply(frame, now);
        sync();
      }
      case Effect.CommandDone c -> done.add(c.message());
      case Effect.Replicate _,
          Effect.SwitchOutbound _,
          Effect.RemoveChild _,
          Effect.MoveChild _,
          Effect.Sign _,
          Effect.ValidateChain _,
          Effect.StepOutbound _,
          Effect.PeerStepped _,
          Effect.Report _ -> {}
    }
  }

  /** What the link carries, without a link. */
  private void sync() {
    boolean more = true;
    while (more) {
      Optional<LinkMessage> down = leader.poll(now);
      down.ifPresent(m -> follow(follower.message(m, now)));
      Optional<LinkMessage> up = follower.poll(now);
      up.ifPresent(m -> leader.message(m, now));
      more = down.isPresent() || up.isPresent();
    }
  }

  private void follow(List<SessionOutput> outputs) {
    for (SessionOutput output : outputs) {
      ShadowOutcome outcome =
          switch (output) {
            case SessionOutput.Received(var frame) -> standby.apply(frame, now);
            case SessionOutput.ReceivedSnapshot(var snapshot) -> standby.replace(snapshot, now);
            default -> new ShadowOutcome.Duplicate();
          };
      if (outcome instanceof ShadowOutcome.Applied(var changes)) {
        changes.forEach(this::arm);
      }
      follower.acknowledgeReceived(standby.epoch(), standby.index(), now);
      follower.acknowledgeArmed(standby.epoch(), standby.index());
    }
  }

  private void arm(ShadowChange change) {
    if (change instanceof ShadowChange.ChildAdded(ChildSaSnapshot child, var _)) {
      armed.synced(child, 0, now);
      armed.advanced(child.inboundSpi(), new ReplayState(1L << 29, 1), 0, now + STEP_NS);
    }
  }

  private static IkeEngine engine(
      int node, String local, String remote, String localId, String remoteId) throws Exception {
    ChildPolicy child =
        new ChildPolicy(
            "net",
            List.of(Prefix.parse("192.0.2." + (node * 128) + "/25").selector()),
            List.of(Prefix.parse("192.0.2." + ((1 - node) * 128) + "/25").selector()),
            ProposalKeywords.defaultEsp(),
            NEVER,
            ChildPolicy.StartAction.NONE,
            32);
    ConnectionPolicy connection =
        new ConnectionPolicy(
            "warm",
            InetAddress.getByName(local),
            Optional.of(InetAddress.getByName(remote)),
            id(localId),
            Optional.of(id(remoteId)),
            ProposalKeywords.defaultIke(),
            NEVER,
            0,
            false,
            List.of(child));
    Secret psk = Secret.copyOf("a key for nobody".getBytes(StandardCharsets.US_ASCII));
    return IkeEngines.create(
        EngineConfig.defaults(node),
        List.of(connection),
        (_, _, _) -> Optional.of(psk),
        IkeCrypto.standard(),
        new SystemEntropy());
  }

  private static Identity id(String name) {
    return new Identity(2, Octets.owning(name.getBytes(StandardCharsets.US_ASCII)));
  }
}
