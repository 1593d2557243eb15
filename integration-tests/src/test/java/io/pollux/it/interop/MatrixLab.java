package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.interop.Combination.Nat;
import io.pollux.it.interop.Combination.Peer;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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
    try {
      MatrixNet.Fragments before = net.fragments();
      initiate(row, peer);
      standsAndCarries(row, peer);
      assertThat(only(row).originalInitiator()).isEqualTo(row.byPollux());
      fragments(row, net.fragments().since(before));
      rekeyChild(row, peer);
      rekeyIke(row, peer);
      end(row, peer);
    } finally {
      clear(row, peer);
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
  private void standsAndCarries(Combination row, FarSide peer) {
    until(() -> peer.seen(row).oneOfEach(), () -> "one of each at the peer: " + peer.seen(row));
    Set<String> spis = same(row);
    Sas.Ike sa = only(row);
    assertThat(sa.algorithms()).isEqualTo(row.ikeWords());
    Sas.Child child = sa.child("net");
    assertThat(child.algorithms()).isEqualTo(row.suite().esp);
    assertThat(child.udpEncap()).as("UDP encapsulation").isEqualTo(row.nat() != Nat.NONE);
    assertThat(Set.of(child.spiIn(), child.spiOut())).isEqualTo(spis);
    ping("pollux", row.polluxHost(), row.peerHost()).orFail();
    ping(MatrixNet.namespace(row.peer()), row.peerHost(), row.polluxHost()).orFail();
    for (String side : List.of("pollux", MatrixNet.namespace(row.peer()))) {
      assertThat(KernelSa.in(side))
          .allSatisfy(k -> assertThat(k.packets()).isGreaterThanOrEqualTo(6))
          .allSatisfy(k -> assertThat(k.drops()).isZero())
          .allSatisfy(k -> assertThat(k.encap().isEmpty()).isEqualTo(row.nat() == Nat.NONE));
    }
  }

  /** Waits for both kernels to have the same two SAs. */
  private Set<String> same(Combination row) {
    AtomicReference<Set<String>> found = new AtomicReference<>(Set.of());
    until(
        () -> {
          found.set(spis("pollux"));
          return found.get().size() == 2 && found.get().equals(spis(row));
        },
        () -> "two SAs, the same in both kernels: " + found.get() + " and " + spis(row));
    return found.get();
  }

  private static void fragments(Combination row, MatrixNet.Fragments seen) {
    assertThat(row.fragments() ? seen.bothWays() : seen.none()).as("IKE %s", seen).isTrue();
  }

  private void rekeyChild(Combination row, FarSide peer) {
    String before = only(row).child("net").spiIn();
    Ran ran =
        row.childRekeyByPollux()
            ? lab.pollux.ctl("rekey", row.name(), "net")
            : peer.rekeyChild(row);
    ran.orFail();
    until(
        () -> {
          List<Sas.Ike> all = Sas.of(lab.pollux, row.name());
          return all.size() == 1
              && all.getFirst().children().size() == 1
              && !all.getFirst().child("net").spiIn().equals(before);
        },
        () -> "another Child SA");
    standsAndCarries(row, peer);
  }

  private void rekeyIke(Combination row, FarSide peer) {
    String before = only(row).initiatorSpi();
    Ran ran =
        row.ikeRekeyByPollux() ? lab.pollux.ctl("rekey", row.name(), "--ike") : peer.rekeyIke(row);
    ran.orFail();
    until(
        () -> {
          List<Sas.Ike> all = Sas.of(lab.pollux, row.name());
          return all.size() == 1 && !all.getFirst().initiatorSpi().equals(before);
        },
        () -> "another IKE SA");
    standsAndCarries(row, peer);
  }

  private void end(Combination row, FarSide peer) {
    if (row.byPollux()) {
      lab.pollux.ctl("down", row.name()).orFail();
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
        && spis("pollux").isEmpty()
        && spis(row).isEmpty();
  }

  /** The next row finds nothing of this one, whatever became of it. */
  private void clear(Combination row, FarSide peer) {
    if (!gone(row, peer)) {
      show(row);
      peer.terminate(row); // first: libreswan would start again what somebody else ends
      lab.pollux.ctl("down", row.name());
      until(() -> gone(row, peer), () -> "the end of all SAs: " + peer.seen(row));
    }
  }

  /** What the daemons logged and the kernels counted. */
  private void show(Combination row) {
    Evidence.show();
    for (String side : List.of("pollux", MatrixNet.namespace(row.peer()))) {
      System.out.println("      | " + side + ": " + spis(side));
      lab.ns
          .run(side, "cat", "/proc/net/xfrm_stat")
          .out()
          .lines()
          .filter(line -> !line.endsWith("\t0"))
          .forEach(line -> System.out.println("      | " + line));
    }
  }

  private Ran ping(String namespace, String from, String to) {
    return lab.ping(namespace, from, to);
  }

  private Set<String> spis(Combination row) {
    return spis(MatrixNet.namespace(row.peer()));
  }

  private Set<String> spis(String namespace) {
    return KernelSa.in(namespace).stream().map(KernelSa::spi).collect(Collectors.toSet());
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
