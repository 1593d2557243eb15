package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.hooks.ConnectionHook;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.Input;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.wire.Octets;
import io.pollux.linux.Memfd;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * CPU time from the gate to the first IKE answer, as {@link SaThread} goes there: the copy's SAs
 * are listed, followed, planned and handed to the engine, which makes an IKE SA of the one whose
 * peer asks and of no other. Everything is real but kernel, sockets and link.
 */
@Tag("lab")
@Tag("long")
class FirstAnswerScaleTest {
  private static final int RUNS = 9;
  private static final long EPOCH = 4;
  private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

  /** Microseconds of a takeover's parts. */
  private record Took(long prepared, long promoted, long answered, long after, long slice) {
    long all() {
      return prepared + promoted + answered;
    }
  }

  @Test
  void oneAnswerNeedsOneSa() throws Exception {
    Map<Integer, Took> medians = new LinkedHashMap<>();
    for (int tunnels : new int[] {10, 100, 1_000, 10_000, 10, 10_000}) { // the first ones warm up
      medians.put(tunnels, median(tunnels));
    }
    System.out.println(
        "      CPU time from the gate to the first IKE answer, median of " + RUNS + ", in us");
    medians.forEach(
        (n, t) ->
            System.out.printf(
                "      %6d SAs: %6d (list %d; engine promoted %d; answer %d); after it %d, longest slice %d%n",
                n, t.all(), t.prepared, t.promoted, t.answered, t.after, t.slice));
    // Generous: were all SAs built first, the answer would take a thousand times as long.
    assertThat(medians.get(10_000).answered).isLessThan(50 * medians.get(10).answered + 50_000);
  }

  private static Took median(int tunnels) throws Exception {
    List<Took> all = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      all.add(takeover(tunnels));
    }
    all.sort((a, b) -> Long.compare(a.all(), b.all()));
    return all.get(RUNS / 2);
  }

  private static Took takeover(int tunnels) throws Exception {
    List<ConnectionPolicy> connections = new ArrayList<>();
    for (int i = 0; i < tunnels; i++) {
      connections.add(ScaleFixture.connection(i));
    }
    HaSnapshot snapshot = ScaleFixture.snapshot(tunnels);
    int asker = tunnels / 2;
    Input.Datagram question = ScaleFixture.question(asker, snapshot.sas().get(asker));
    IkeEngine engine = ScaleFixture.engine(0, connections);
    Deaf deaf = new Deaf();
    try (Memfd memory = Memfd.create("pollux-journal", 0)) {
      Legacy legacy =
          new Legacy(Optional.of(new JournalMemory(Memfd.inherited(memory.number()))), 0);
      Replication replication =
          new Replication(
              deaf, 1, _ -> new LinkMessage.Hello(1, 1, "a", 0, 0, Octets.EMPTY), legacy);
      FakeSas kernel = new FakeSas();
      StandbyKernel standby =
          new StandbyKernel(kernel, Runnable::run, new JumpPolicy.Auto(), InboundTop.LENIENT);
      if (replication.shadow().replace(snapshot, System.nanoTime())
          instanceof ShadowOutcome.Applied(var changes)) {
        standby.apply(changes, System.nanoTime());
      }
      Succession succession = new Succession(standby, RekeyAfterTakeover.SPREAD);
      succession.prepare(replication.shadow(), System.nanoTime(), _ -> {});
      ActiveCounters counters =
          new ActiveCounters(kernel, Runnable::run, PollPolicy.DEFAULT, _ -> 0, _ -> {});
      Rekeying rekeying =
          new Rekeying(
              counters,
              new JumpPolicy.Auto(),
              true,
              _ -> {},
              new ReplaySyncs(kernel, Runnable::run, _ -> {}));

      Queue<Runnable> waiting = new ArrayDeque<>();
      Promotion promotion =
          new Promotion(
              replication, succession, counters, rekeying, ConnectionHook.NONE, waiting::add);

      long opened = System.nanoTime();
      long began = cpu();
      Input.Promote promote = promotion.begin(EPOCH, opened, opened);
      long handed = cpu();
      engine.step(promote, opened).forEach(promotion::before);
      long asked = cpu();
      promotion.goOn(() -> {});
      List<Effect> effects = engine.step(question, System.nanoTime());
      for (Effect effect : effects) {
        if (effect instanceof Effect.Transmit) {
          break;
        }
        promotion.before(effect);
      }
      long answered = cpu();
      List<Long> slices = new ArrayList<>();
      while (!waiting.isEmpty()) {
        long from = cpu();
        waiting.remove().run();
        slices.add(us(from, cpu()));
      }

      List<IkeSaSnapshot> sas = promote.sas();
      assertThat(counters.children()).hasSize(tunnels - 1); // its own has ended
      assertThat(rekeying.progress().planned()).isEqualTo(tunnels);
      assertThat(sas).hasSize(tunnels);
      assertThat(effects)
          .filteredOn(Effect.Transmit.class::isInstance)
          .singleElement()
          .extracting(e -> ((Effect.Transmit) e).peer().address())
          .isEqualTo(ScaleFixture.connection(asker).remoteAddress().orElseThrow());
      return new Took(
          us(began, handed),
          us(handed, asked),
          us(asked, answered),
          slices.stream().mapToLong(x -> x).sum(),
          slices.stream().mapToLong(x -> x).max().orElseThrow());
    }
  }

  /** A busy machine does not show in it. */
  private static long cpu() {
    return THREAD.getCurrentThreadCpuTime();
  }

  private static long us(long from, long to) {
    return (to - from) / 1000;
  }

  /** Nobody is told anything. */
  private static final class Deaf implements Replication.Owner {
    @Override
    public void send(List<Effect.Transmit> transmits) {}

    @Override
    public void followed(ShadowOutcome.Applied applied) {}

    @Override
    public void acknowledged(long index) {}

    @Override
    public void synced(SyncState state) {}

    @Override
    public void peerRole(Octets octets) {}

    @Override
    public void peerControl(Octets octets) {}

    @Override
    public void broken(String reason) {
      throw new AssertionError(reason);
    }
  }
}
