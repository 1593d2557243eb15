package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Valid histories: what an engine with many peers could tell its standby, drawn from a seed. Rekeys
 * are switched before the old SA goes, message IDs count, counters go forward.
 */
public final class History {
  private static final Lifetimes LIFE = new Lifetimes(3_000_000_000L, 4_000_000_000L, 0, 0, 0, 0);

  private final Random random;
  private final Map<IkeSpis, Ike> ikeSas = new LinkedHashMap<>();
  private int names;

  private static final class Ike {
    final IkeSpis spis;
    long nextOwn;
    boolean outstanding;
    long nextPeer;
    boolean superseded;
    final Map<EspSpi, Child> children = new LinkedHashMap<>();

    Ike(IkeSpis spis) {
      this.spis = spis;
    }
  }

  private static final class Child {
    final ChildSaSnapshot snapshot;
    boolean active;
    Optional<EspSpi> replaces = Optional.empty();
    ReplayState replay = ReplayState.NEW;

    Child(ChildSaSnapshot snapshot) {
      this.snapshot = snapshot;
      this.active = snapshot.outboundActive();
    }
  }

  public History(long seed) {
    random = new Random(seed);
  }

  /** The next {@code count} events. */
  public List<IkeEvent> events(int count) {
    List<IkeEvent> all = new ArrayList<>(count);
    while (all.size() < count) {
      next().ifPresent(all::add);
    }
    return all;
  }

  private Optional<IkeEvent> next() {
    if (ikeSas.isEmpty() || random.nextInt(20) == 0) {
      return Optional.of(ikeSaUp());
    }
    Ike ike = pick(List.copyOf(ikeSas.values()));
    return switch (random.nextInt(16)) {
      case 0 -> ike.superseded ? Optional.empty() : Optional.of(childUp(ike));
      case 1, 2 -> rekeyChild(ike);
      case 3, 4 -> switchChild(ike);
      case 5 -> childDown(ike);
      case 6 -> random.nextInt(3) == 0 ? Optional.of(rekeyIke(ike)) : Optional.empty();
      case 7 -> random.nextInt(3) == 0 ? Optional.of(move(ike)) : Optional.empty();
      case 8 ->
          random.nextInt(3) == 0 || ike.superseded ? Optional.of(down(ike)) : Optional.empty();
      case 9, 10 -> Optional.of(ownExchange(ike));
      case 11 -> Optional.of(answered(ike));
      default -> replay(ike);
    };
  }

  private IkeEvent ikeSaUp() {
    Ike ike = new Ike(newSpis());
    ike.nextOwn = random.nextInt(3);
    ike.nextPeer = random.nextInt(3);
    List<ChildSaSnapshot> children = new ArrayList<>();
    if (random.nextBoolean()) {
      children.add(put(ike, newChild(newReqid(), true, "child-" + names++)));
    }
    ikeSas.put(ike.spis, ike);
    return new IkeEvent.IkeSaUp(snapshot(ike, children));
  }

  private IkeEvent childUp(Ike ike) {
    ChildSaSnapshot child = newChild(newReqid(), true, "child-" + names++);
    put(ike, child);
    return new IkeEvent.ChildSaUp(ike.spis, child);
  }

  private Optional<IkeEvent> rekeyChild(Ike ike) {
    List<Child> sending = ike.children.values().stream().filter(c -> c.active).toList();
    if (sending.isEmpty()) {
      return Optional.empty();
    }
    Child old = pick(sending);
    boolean waits = ike.children.values().stream().anyMatch(c -> supersedes(c, old));
    if (waits) {
      return Optional.empty();
    }
    boolean atOnce = random.nextBoolean();
    ChildSaSnapshot fresh = newChild(old.snapshot.reqid(), atOnce, old.snapshot.child());
    put(ike, fresh);
    ike.children.get(fresh.inboundSpi()).replaces = Optional.of(old.snapshot.inboundSpi());
    old.active = !atOnce;
    return Optional.of(new IkeEvent.ChildSaRekeyed(ike.spis, old.snapshot.inboundSpi(), fresh));
  }

  private static boolean supersedes(Child fresh, Child old) {
    return fresh.replaces.equals(Optional.of(old.snapshot.inboundSpi()));
  }

  private Optional<IkeEvent> switchChild(Ike ike) {
    for (Child fresh : ike.children.values()) {
      if (!fresh.active
          && fresh.replaces.isPresent()
          && ike.children.containsKey(fresh.replaces.get())) {
        Child old = ike.children.get(fresh.replaces.get());
        if (old.active) {
          old.active = false;
          fresh.active = true;
          return Optional.of(
              new IkeEvent.ChildSaSwitched(
                  ike.spis, old.snapshot.inboundSpi(), fresh.snapshot.inboundSpi()));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<IkeEvent> childDown(Ike ike) {
    if (ike.children.isEmpty()) {
      return Optional.empty();
    }
    Child child = pick(List.copyOf(ike.children.values()));
    boolean awaited =
        ike.children.values().stream().anyMatch(c -> !c.active && supersedes(c, child));
    if (awaited) {
      return Optional.empty();
    }
    ike.children.remove(child.snapshot.inboundSpi());
    return Optional.of(
        new IkeEvent.ChildSaDown(
            ike.spis, child.snapshot.inboundSpi(), pick(DeleteReason.values())));
  }

  private IkeEvent rekeyIke(Ike old) {
    if (old.superseded) {
      return down(old);
    }
    Ike fresh = new Ike(newSpis());
    fresh.children.putAll(old.children);
    old.children.clear();
    old.superseded = true;
    ikeSas.put(fresh.spis, fresh);
    return new IkeEvent.IkeSaRekeyed(old.spis, snapshot(fresh, List.of()));
  }

  private IkeEvent move(Ike ike) {
    return new IkeEvent.IkeSaMoved(ike.spis, endpoint(), endpoint(), random.nextBoolean());
  }

  private IkeEvent down(Ike ike) {
    ikeSas.remove(ike.spis);
    return new IkeEvent.IkeSaDown(ike.spis, pick(DeleteReason.values()));
  }

  private IkeEvent ownExchange(Ike ike) {
    if (ike.outstanding) {
      ike.outstanding = false;
      return new IkeEvent.ExchangeFinished(ike.spis, new MessageId(ike.nextOwn++));
    }
    ike.outstanding = true;
    return new IkeEvent.ExchangeStarted(
        ike.spis,
        new MessageId(ike.nextOwn),
        List.of(octets(60), octets(20)),
        new Continuation("rekey child", secret(40)));
  }

  private IkeEvent answered(Ike ike) {
    return new IkeEvent.ExchangeAnswered(
        ike.spis, new MessageId(ike.nextPeer++), List.of(octets(50)));
  }

  private Optional<IkeEvent> replay(Ike ike) {
    if (ike.children.isEmpty()) {
      return Optional.empty();
    }
    Child child = pick(List.copyOf(ike.children.values()));
    child.replay =
        new ReplayState(
            child.replay.oseq() + random.nextInt(5000), child.replay.seq() + random.nextInt(5000));
    return Optional.of(
        new IkeEvent.ReplayAdvanced(ike.spis, child.snapshot.inboundSpi(), child.replay));
  }

  private ChildSaSnapshot put(Ike ike, ChildSaSnapshot child) {
    ike.children.put(child.inboundSpi(), new Child(child));
    return child;
  }

  private IkeSaSnapshot snapshot(Ike ike, List<ChildSaSnapshot> children) {
    return new IkeSaSnapshot(
        ike.spis,
        random.nextBoolean(),
        "connection-" + names++,
        endpoint(),
        endpoint(),
        random.nextBoolean(),
        random.nextBoolean(),
        new Identity(2, octets(10)),
        new Identity(1, octets(4)),
        new IkeAlgorithms(20, 256, 7, 0, 31, random.nextBoolean() ? List.of() : List.of(36, 0, 37)),
        new IkeKeys(
            secret(32), Secret.EMPTY, Secret.EMPTY, secret(36), secret(36), secret(32), secret(32)),
        new MessageWindow(
            new MessageId(ike.nextOwn),
            Optional.empty(),
            new MessageId(ike.nextPeer),
            List.of(octets(80))),
        List.of("IKEV2_MESSAGE_ID_SYNC_SUPPORTED"),
        LIFE,
        random.nextInt(1000),
        children);
  }

  private ChildSaSnapshot newChild(Reqid reqid, boolean active, String name) {
    return new ChildSaSnapshot(
        "connection",
        name,
        newSpi(),
        newSpi(),
        endpoint(),
        endpoint(),
        random.nextBoolean(),
        new EspAlgorithms(20, 256, 0, true),
        new EspKeys(secret(36), Secret.EMPTY, secret(36), Secret.EMPTY),
        List.of(selector()),
        List.of(selector(), selector()),
        reqid,
        active,
        1024,
        LIFE,
        random.nextInt(1000),
        ReplayState.NEW);
  }

  private IkeSpis newSpis() {
    return new IkeSpis(new IkeSpi(random.nextLong()), new IkeSpi(random.nextLong()));
  }

  private EspSpi newSpi() {
    return new EspSpi(random.nextInt() | 0x100);
  }

  private Reqid newReqid() {
    return new Reqid(random.nextInt() | 1);
  }

  private Endpoint endpoint() {
    return new Endpoint(address(), random.nextBoolean() ? 500 : 4500);
  }

  private TrafficSelector selector() {
    InetAddress address = address();
    return new TrafficSelector(address, address, random.nextInt(256), 0, 65535);
  }

  private InetAddress address() {
    byte[] octets = new byte[random.nextInt(4) == 0 ? 16 : 4];
    random.nextBytes(octets);
    octets[0] = (byte) (octets.length == 4 ? 10 : 0xfd);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private Octets octets(int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return Octets.owning(octets);
  }

  private Secret secret(int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return Secret.owning(octets);
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private <T> T pick(T[] from) {
    return from[random.nextInt(from.length)];
  }
}
