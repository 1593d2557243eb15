package io.pollux.ike.engine;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.Narrowing;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.Flow;
import io.pollux.ike.sad.IkeSpi;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What outcomes mean for what was wanted: orders end, and children that shall be up are tried
 * again.
 */
final class Goals {
  private final EngineHost host;
  private final Registry registry;

  Goals(EngineHost host, Registry registry) {
    this.host = host;
    this.registry = registry;
  }

  void ended(String connection, Input.Verb verb, String child, boolean ok, String story) {
    host.ledger().ended(new CommandLedger.Goal(verb, connection, child), ok, story, host::emit);
    if (verb == Input.Verb.UP && !ok) {
      failed(new Starter.Wanted(connection, child), story);
    }
  }

  private void failed(Starter.Wanted wanted, String story) {
    if (host.connection(wanted.connection()).isPresent()) {
      host.failures().note(wanted, story, host.nowNs());
    }
    boolean byPacket = host.starter().flow(wanted).isPresent();
    host.starter().dropAsked(wanted);
    if (isStart(wanted)) {
      host.starter().failed(wanted, host.nowNs());
    } else if (byPacket) {
      host.starter().askedInVain(wanted, host.nowNs());
    }
  }

  private boolean isStart(Starter.Wanted wanted) {
    return host.connection(wanted.connection()).filter(c -> c.remoteAddress().isPresent()).stream()
        .flatMap(c -> c.children().stream())
        .anyMatch(
            c -> c.name().equals(wanted.child()) && c.start() == ChildPolicy.StartAction.START);
  }

  /**
   * An IKE SA is over.
   *
   * @param stranger whether its peer has begun it and not proven who it is: that ends none of our
   *     own attempts and makes no wait longer (RFC 7296 section 2.4)
   */
  void closed(IkeSa sa, DeleteReason why, String story, boolean stranger) {
    String name = sa.connection();
    List<Registry.Slot> rest =
        registry.ofConnection(name).stream().map(registry::find).flatMap(Optional::stream).toList();
    boolean others = rest.stream().anyMatch(Registry.Slot::isAlive);
    if (rest.stream().allMatch(Registry.Slot::isStranger)) {
      String done = "connection " + name + " is down";
      host.ledger().endedAll(Input.Verb.DOWN, name, true, done, host::emit);
    }
    if (others || why == DeleteReason.REKEYED) {
      return;
    }
    if (stranger) {
      remember(name, story);
      return;
    }
    String failure = "connection " + name + ": " + story;
    host.ledger().endedAll(Input.Verb.UP, name, false, failure, host::emit);
    host.ledger().endedAll(Input.Verb.REKEY_CHILD, name, false, failure, host::emit);
    host.ledger().endedAll(Input.Verb.REKEY_IKE, name, false, failure, host::emit);
    for (ChildPolicy child :
        host.connection(name).map(ConnectionPolicy::children).orElse(List.of())) {
      failed(new Starter.Wanted(name, child.name()), story);
    }
  }

  /** Of children that wait for the peer there is nothing else to say. */
  private void remember(String connection, String story) {
    host.connection(connection).map(ConnectionPolicy::children).orElse(List.of()).stream()
        .map(child -> new Starter.Wanted(connection, child.name()))
        .filter(w -> !isStart(w) && !host.starter().isAsked(w))
        .forEach(w -> host.failures().note(w, story, host.nowNs()));
  }

  void childDown(IkeSa sa, ChildSa child, DeleteReason why) {
    if (isUp(sa.connection(), child.name())) {
      return;
    }
    String story = "child " + child.name() + " is down: " + why;
    host.ledger()
        .ended(
            new CommandLedger.Goal(Input.Verb.DOWN, sa.connection(), child.name()),
            true,
            story,
            host::emit);
    host.ledger()
        .ended(
            new CommandLedger.Goal(Input.Verb.REKEY_CHILD, sa.connection(), child.name()),
            false,
            story,
            host::emit);
    failed(new Starter.Wanted(sa.connection(), child.name()), story);
  }

  /** Configured children that are not up. */
  List<ChildDown> down() {
    List<ChildDown> all = new ArrayList<>();
    for (ConnectionPolicy connection : host.connections().all()) {
      for (ChildPolicy child : connection.children()) {
        if (!isUp(connection.name(), child.name())) {
          all.add(down(new Starter.Wanted(connection.name(), child.name())));
        }
      }
    }
    return all;
  }

  private ChildDown down(Starter.Wanted wanted) {
    Optional<Failures.Last> last = host.failures().of(wanted);
    OptionalLong next = host.starter().next(wanted);
    ChildDown.State state =
        isUnderWay(wanted.connection(), wanted.child()) || isBeginning(wanted)
            ? ChildDown.State.NEGOTIATING
            : host.starter().isHeld(wanted)
                ? ChildDown.State.HELD
                : isStart(wanted) || next.isPresent()
                    ? ChildDown.State.WAITING
                    : ChildDown.State.PASSIVE;
    return new ChildDown(
        wanted.connection(),
        wanted.child(),
        state,
        last.map(Failures.Last::story),
        last.map(Failures.Last::atNs).orElse(0L),
        host.starter().failures(wanted),
        next);
  }

  /** Whether there is an IKE SA on the way that the child waits for. */
  private boolean isBeginning(Starter.Wanted wanted) {
    return host.starter().isAsked(wanted)
        && registry.ofConnection(wanted.connection()).stream()
            .map(registry::find)
            .flatMap(Optional::stream)
            .anyMatch(slot -> slot.isAlive() && !slot.isUp());
  }

  /** A child is there: what was wanted of it is had, unless a packet wanted more. */
  void childUp(IkeSa sa, ChildSa child) {
    Starter.Wanted wanted = new Starter.Wanted(sa.connection(), child.name());
    Optional<Flow> packet = host.starter().flow(wanted);
    host.starter().up(wanted);
    host.failures().up(wanted);
    if (packet.filter(f -> !carries(sa.connection(), child.name(), f)).isPresent()) {
      host.starter().askedInVain(wanted, host.nowNs()); // the peer has narrowed it
    }
  }

  /** Whether a Child SA of the child that is in use takes {@code flow}. */
  boolean carries(String connection, String child, Flow flow) {
    return registry.ofConnection(connection).stream()
        .map(registry::find)
        .flatMap(Optional::stream)
        .flatMap(slot -> slot.children(host.nowNs()).stream())
        .filter(c -> c.child().equals(child))
        .anyMatch(
            c ->
                Narrowing.isSubset(List.of(flow.local()), c.localTs())
                    && Narrowing.isSubset(List.of(flow.remote()), c.remoteTs()));
  }

  /** Whether a generation of the child is in use on any IKE SA of the connection. */
  boolean isUp(String connection, String child) {
    return registry.ofConnection(connection).stream()
        .map(registry::find)
        .flatMap(Optional::stream)
        .anyMatch(slot -> hasChild(slot, child));
  }

  private static boolean hasChild(Registry.Slot slot, String child) {
    return switch (slot) {
      case Registry.Slot.Live(IkeSa sa) -> sa.children().current(child).isPresent();
      case Registry.Slot.Dormant dormant ->
          dormant.snapshot().children().stream().anyMatch(c -> c.child().equals(child));
    };
  }

  /** Whether some IKE SA of the connection is negotiating the child, or about to. */
  boolean isUnderWay(String connection, String child) {
    for (IkeSpi own : registry.ofConnection(connection)) {
      if (registry.find(own).orElseThrow() instanceof Registry.Slot.Live(IkeSa sa)
          && isUnderWay(sa, child)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isUnderWay(IkeSa sa, String child) {
    boolean queued =
        sa.tasks().all().stream()
            .anyMatch(t -> t instanceof Task.NewChild n && n.child().equals(child));
    boolean working =
        sa.work()
            .filter(w -> w instanceof Work.NewChild n && n.offer().child().equals(child))
            .isPresent();
    boolean first =
        sa.state() instanceof IkeSaState.AuthSent sent
            && sent.child().filter(o -> o.child().equals(child)).isPresent();
    return queued || working || first;
  }

  /** Whether an IKE SA of the connection is on its way that we have begun. */
  boolean isInitiating(String connection) {
    return registry.ofConnection(connection).stream()
        .map(host::live)
        .flatMap(Optional::stream)
        .anyMatch(
            sa ->
                sa.state() instanceof IkeSaState.SaInitSent
                    || sa.state() instanceof IkeSaState.IntermediateSent
                    || sa.state() instanceof IkeSaState.AuthSent);
  }

  /** Children that shall be up on {@code sa}'s connection, in the configuration's order. */
  List<String> missing(IkeSa sa) {
    String name = sa.connection();
    return host.connection(name).map(ConnectionPolicy::children).orElse(List.of()).stream()
        .map(ChildPolicy::name)
        .filter(child -> isWanted(new Starter.Wanted(name, child)) || isUp(name, child))
        .filter(child -> !isUpForLong(name, child) && !isUnderWay(name, child))
        .toList();
  }

  /** Whether it stands on an IKE SA that does not have to be authenticated anew. */
  private boolean isUpForLong(String connection, String child) {
    return registry.ofConnection(connection).stream()
        .map(registry::find)
        .flatMap(Optional::stream)
        .filter(slot -> !Reauthentication.isDue(slot, host.nowNs()))
        .anyMatch(slot -> hasChild(slot, child));
  }

  private boolean isWanted(Starter.Wanted wanted) {
    return host.starter().isAsked(wanted) || (isStart(wanted) && !host.starter().isHeld(wanted));
  }
}
