package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.interop.Combination.Nat;
import io.pollux.it.interop.Combination.Peer;
import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The daemons for some rows of the table, and the judgement of a row. */
final class MatrixLab implements AutoCloseable {
  private static final Duration GENEROUS = Duration.ofSeconds(80);

  private final Lab lab;
  private final MatrixNet net;
  private final Map<Peer, FarSide> peers = new EnumMap<>(Peer.class);

  MatrixLab(Path directory, List<Combination> rows) {
    lab = new Lab(directory, MatrixNet.namespaces());
    net = new MatrixNet(lab.ns, rows);
    net.build();
    MatrixKeys keys = new MatrixKeys(directory.resolve("k"), rows);
    lab.pollux = PolluxSide.near(lab.ns, directory.resolve("p"), keys, rows);
    for (Peer peer : rows.stream().map(Combination::peer).distinct().toList()) {
      List<Combination> own = rows.stream().filter(row -> row.peer() == peer).toList();
      Path folder = directory.resolve(MatrixNet.namespace(peer));
      FarSide side =
          switch (peer) {
            case STRONGSWAN -> SwanSide.start(lab.ns, folder, keys, own);
            case LIBRESWAN -> LibreswanSide.start(lab.ns, folder, keys, own);
            case POLLUX -> PolluxSide.far(lab.ns, folder, keys, own);
          };
      peers.put(peer, side);
      Evidence.more(peer.word, side::log);
    }
  }

  /**
   * One row: up, packets, both rekeys with packets after each, down; both kernels and both daemons
   * agree after each step.
   *
   * @throws AssertionError with what is not so
   */
  void judge(Combination row) {
    FarSide peer = peers.get(row.peer());
    boolean ended = false;
    try {
      MatrixNet.Fragments before = net.fragments();
      initiate(row, peer);
      Sas.Ike sa = standsAndCarries(row, peer);
      assertThat(sa.originalInitiator()).isEqualTo(row.byPollux());
      fragments(row, net.fragments().since(before));
      sa = rekeyChild(row, peer, sa);
      rekeyIke(row, peer, sa);
      end(row, peer);
      ended = true;
    } finally {
      if (!ended) {
        clear(row, peer);
      }
    }
  }

  private void initiate(Combination row, FarSide peer) {
    if (row.byPollux()) {
      lab.pollux.ctl("up", row.name()).orFail();
    } else {
      peer.initiate(row).orFail();
    }
  }

  private Sas.Ike only(Combination row) {
    List<Sas.Ike> all = Sas.of(lab.pollux, row.name());
    assertThat(all).as("Pollux's IKE SAs").hasSize(1);
    return all.getFirst();
  }

  /** Both daemons have one IKE SA and one child, both kernels the same two SAs; pings pass. */
  private Sas.Ike standsAndCarries(Combination row, FarSide peer) {
    until(() -> peer.seen(row).oneOfEach(), () -> "one of each at the peer: " + peer.seen(row));
    ping("pollux", row.polluxHost(), row.peerHost());
    ping(MatrixNet.namespace(row.peer()), row.peerHost(), row.polluxHost());
    List<KernelSa> all = sameInBothKernels(row, "");
    assertThat(all)
        .allSatisfy(k -> assertThat(k.packets()).isGreaterThanOrEqualTo(6))
        .allSatisfy(k -> assertThat(k.drops()).isZero())
        .allSatisfy(k -> assertThat(k.encap().isEmpty()).isEqualTo(row.nat() == Nat.NONE));
    Sas.Ike sa = only(row);
    assertThat(sa.algorithms()).isEqualTo(row.ikeWords());
    Sas.Child child = sa.child("net");
    assertThat(child.algorithms()).isEqualTo(row.suite().esp);
    assertThat(child.udpEncap()).as("UDP encapsulation").isEqualTo(row.nat() != Nat.NONE);
    assertThat(Set.of(child.spiIn(), child.spiOut())).isEqualTo(spis(all));
    return sa;
  }

  /** Waits for both kernels to have the same two SAs, none of them WITHOUT; all four of them. */
  private static List<KernelSa> sameInBothKernels(Combination row, String without) {
    List<KernelSa> near = new ArrayList<>();
    List<KernelSa> far = new ArrayList<>();
    until(
        () -> {
          near.clear();
          far.clear();
          near.addAll(KernelSa.in("pollux"));
          far.addAll(KernelSa.in(MatrixNet.namespace(row.peer())));
          Set<String> spis = spis(near);
          return near.size() == 2
              && far.size() == 2
              && spis.equals(spis(far))
              && !spis.contains(without);
        },
        () -> "two SAs, the same in both kernels: " + near + " and " + far);
    near.addAll(far);
    return near;
  }

  private static void fragments(Combination row, MatrixNet.Fragments seen) {
    assertThat(row.fragments() ? seen.bothWays() : seen.none()).as("IKE %s", seen).isTrue();
  }

  private Sas.Ike rekeyChild(Combination row, FarSide peer, Sas.Ike before) {
    Ran ran =
        row.childRekeyByPollux()
            ? lab.pollux.ctl("rekey", row.name(), "net")
            : peer.rekeyChild(row);
    ran.orFail();
    sameInBothKernels(row, before.child("net").spiIn());
    return standsAndCarries(row, peer);
  }

  private void rekeyIke(Combination row, FarSide peer, Sas.Ike before) {
    Ran ran =
        row.ikeRekeyByPollux() ? lab.pollux.ctl("rekey", row.name(), "--ike") : peer.rekeyIke(row);
    ran.orFail();
    until(
        () -> {
          List<Sas.Ike> all = Sas.of(lab.pollux, row.name());
          return all.size() == 1
              && !all.getFirst().initiatorSpi().equals(before.initiatorSpi())
              && all.getFirst().children().size() == 1;
        },
        () -> "another IKE SA");
    standsAndCarries(row, peer);
  }

  private void end(Combination row, FarSide peer) {
    if (row.byPollux()) {
      lab.pollux.ctl("down", row.name(), "--yes").orFail();
    } else {
      peer.terminate(row);
    }
    until(() -> gone(row, peer), () -> "the end of all SAs: " + peer.seen(row));
  }

  private boolean gone(Combination row, FarSide peer) {
    FarSide.Seen seen = peer.seen(row);
    return Sas.of(lab.pollux, row.name()).isEmpty()
        && seen.ikeSas() == 0
        && seen.quiet()
        && KernelSa.in("pollux").isEmpty()
        && KernelSa.in(MatrixNet.namespace(row.peer())).isEmpty();
  }

  /** The next row finds nothing of this one, whatever became of it. */
  private void clear(Combination row, FarSide peer) {
    if (!gone(row, peer)) {
      show(row);
      peer.terminate(row); // first: libreswan would start again what somebody else ends
      lab.pollux.ctl("down", row.name(), "--yes");
      until(() -> gone(row, peer), () -> "the end of all SAs: " + peer.seen(row));
    }
  }

  /** What the daemons logged and the kernels have, but no keys. */
  private void show(Combination row) {
    Evidence.show();
    for (String side : List.of("pollux", MatrixNet.namespace(row.peer()))) {
      String state = Commands.run("ip", "-n", side, "xfrm", "state").out();
      String counters = lab.ns.run(side, "cat", "/proc/net/xfrm_stat").out();
      System.out.println("      --- " + side);
      Stream.concat(
              state.lines().filter(line -> !line.matches("\\s*(aead|enc|auth|auth-trunc) .*")),
              counters.lines().filter(line -> !line.endsWith("\t0")))
          .forEach(line -> System.out.println("      | " + line));
    }
  }

  private void ping(String namespace, String from, String to) {
    lab.ping(namespace, from, to).orFail();
  }

  private static Set<String> spis(List<KernelSa> all) {
    return all.stream().map(KernelSa::spi).collect(Collectors.toSet());
  }

  private static void until(BooleanSupplier condition, Supplier<String> description) {
    Waits.until(condition, GENEROUS, description);
  }

  @Override
  public void close() {
    peers.values().forEach(FarSide::close);
    lab.close();
  }
}
