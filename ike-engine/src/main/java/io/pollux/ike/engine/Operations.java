package io.pollux.ike.engine;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.exchange.Exchanges;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.PolicyChange;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sad.Flow;
import io.pollux.ike.sad.IkeSpi;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What operators, the configuration and the kernel's packets ask for. */
final class Operations {
  private static final long SPREAD_PER_CONNECTION_NS = 2_000_000; // 500 new IKE SAs per second
  private static final long MAX_SPREAD_NS = 30_000_000_000L;

  private final EngineHost host;
  private final Registry registry;

  Operations(EngineHost host, Registry registry) {
    this.host = host;
    this.registry = registry;
  }

  void command(Input.Command command) {
    Optional<ConnectionPolicy> policy = host.connection(command.connection());
    if (policy.isEmpty()) {
      done(command, false, "there is no connection " + command.connection());
      return;
    }
    List<String> all = policy.get().children().stream().map(ChildPolicy::name).toList();
    if (command.child().filter(c -> !all.contains(c)).isPresent()) {
      done(
          command,
          false,
          "connection "
              + command.connection()
              + " has no child "
              + command.child().get()
              + ", only "
              + String.join(", ", all));
      return;
    }
    List<String> children = command.child().map(List::of).orElse(all);
    switch (command.verb()) {
      case UP -> up(command, policy.get(), children);
      case DOWN -> down(command, children);
      case REKEY_CHILD -> rekeyChildren(command, children);
      case REKEY_IKE -> rekeyIke(command);
    }
  }

  private void done(Input.Command command, boolean ok, String story) {
    host.emit(new Effect.CommandDone(command.id(), ok, story));
  }

  private void up(Input.Command command, ConnectionPolicy policy, List<String> children) {
    String name = policy.name();
    Set<CommandLedger.Goal> goals = new LinkedHashSet<>();
    for (String child : children) {
      host.starter().release(new Starter.Wanted(name, child));
      if (!host.goals().isUp(name, child)) {
        goals.add(new CommandLedger.Goal(Input.Verb.UP, name, child));
      }
    }
    if (goals.isEmpty()) {
      String what = children.isEmpty() ? " has no children" : " is up already";
      done(command, !children.isEmpty(), "connection " + name + what);
    } else if (policy.remoteAddress().isEmpty() && current(name).isEmpty()) {
      done(command, false, "connection " + name + " has no remote address: it only responds");
    } else {
      host.ledger().open(command.id(), goals);
      goals.forEach(goal -> bringUp(name, goal.child()));
    }
  }

  /** A packet waits for the child. */
  void acquire(String connection, String child, Flow flow) {
    Starter.Wanted wanted = new Starter.Wanted(connection, child);
    boolean underWay =
        host.goals().isUnderWay(connection, child)
            || host.starter().isAsked(wanted) && host.goals().isInitiating(connection);
    if (underWay || host.goals().carries(connection, child, flow)) {
      host.count("acquires_answered");
    } else if (!host.starter().mayAsk(wanted, host.nowNs())) {
      host.count("acquires_held_back");
    } else {
      host.count("acquires");
      host.starter().ask(wanted, flow);
      negotiate(connection, child);
    }
  }

  /** Negotiates the child, on an IKE SA that stands or on a new one. */
  void bringUp(String connection, String child) {
    if (!host.goals().isUp(connection, child) && !host.goals().isUnderWay(connection, child)) {
      negotiate(connection, child);
    }
  }

  private void negotiate(String connection, String child) {
    Optional<ConnectionPolicy> policy =
        host.connection(connection)
            .filter(c -> c.children().stream().anyMatch(x -> x.name().equals(child)));
    if (policy.isEmpty()) {
      return;
    }
    host.starter().ask(new Starter.Wanted(connection, child));
    Optional<IkeSa> standing = current(connection);
    if (standing.isPresent()) {
      standing.get().tasks().add(new Task.NewChild(child, 0));
      host.touch(standing.get());
    } else if (policy.get().remoteAddress().isPresent() && !host.goals().isInitiating(connection)) {
      Exchanges.initiate(host, policy.get());
    }
  }

  /** The established IKE SA of a connection that new children go to: the newest. */
  private Optional<IkeSa> current(String connection) {
    return registry.ofConnection(connection).stream()
        .map(host::live)
        .flatMap(Optional::stream)
        .filter(sa -> sa.state() instanceof IkeSaState.Established)
        .filter(sa -> sa.tasks().all().stream().noneMatch(t -> t instanceof Task.DeleteIke))
        .reduce((_, last) -> last);
  }

  private void down(Input.Command command, List<String> children) {
    String name = command.connection();
    children.forEach(child -> host.starter().hold(new Starter.Wanted(name, child)));
    if (command.child().isPresent()) {
      downChild(command, command.child().get());
      return;
    }
    if (registry.ofConnection(name).isEmpty()) {
      done(command, true, "connection " + name + " is down already");
      return;
    }
    host.ledger().open(command.id(), Set.of(new CommandLedger.Goal(Input.Verb.DOWN, name, "")));
    delete(name, DeleteReason.ADMIN);
  }

  /**
   * Ends every IKE SA of a connection; half-open ones without a word, unless their first child is
   * on its way into the kernel: for the peer, or in a moment, such a one is up.
   */
  private void delete(String connection, DeleteReason why) {
    for (IkeSpi own : registry.ofConnection(connection)) {
      host.live(own)
          .ifPresent(
              sa -> {
                if (sa.isUp() || sa.isInstalling() && !sa.waiting().isProving()) {
                  sa.tasks().add(new Task.DeleteIke(why));
                  host.touch(sa);
                } else {
                  sa.close(why, "stopped");
                }
              });
    }
  }

  private void downChild(Input.Command command, String child) {
    String name = command.connection();
    if (standing(name, child).isEmpty()) {
      done(command, true, "child " + child + " is down already");
      return;
    }
    host.ledger().open(command.id(), Set.of(new CommandLedger.Goal(Input.Verb.DOWN, name, child)));
    deleteChild(name, child);
  }

  private void deleteChild(String connection, String child) {
    for (Map.Entry<IkeSa, ChildSa> entry : standing(connection, child)) {
      entry.getValue().enter(ChildSa.Phase.DELETING);
      entry
          .getKey()
          .tasks()
          .add(new Task.DeleteChild(entry.getValue().inbound(), DeleteReason.ADMIN));
      host.touch(entry.getKey());
    }
  }

  private List<Map.Entry<IkeSa, ChildSa>> standing(String connection, String child) {
    return registry.ofConnection(connection).stream()
        .map(host::live)
        .flatMap(Optional::stream)
        .flatMap(sa -> sa.children().current(child).stream().map(c -> Map.entry(sa, c)))
        .toList();
  }

  private void rekeyChildren(Input.Command command, List<String> children) {
    String name = command.connection();
    Set<CommandLedger.Goal> goals = new LinkedHashSet<>();
    Map<ChildSa, IkeSa> rekeys = new LinkedHashMap<>();
    for (String child : children) {
      for (Map.Entry<IkeSa, ChildSa> entry : standing(name, child)) {
        rekeys.put(entry.getValue(), entry.getKey());
        goals.add(new CommandLedger.Goal(Input.Verb.REKEY_CHILD, name, child));
      }
    }
    if (goals.isEmpty()) {
      done(command, false, "no such child of connection " + name + " is up");
      return;
    }
    host.ledger().open(command.id(), goals);
    rekeys.forEach(
        (child, sa) -> {
          sa.tasks().add(new Task.RekeyChild(child.inbound(), 0));
          host.touch(sa);
        });
  }

  private void rekeyIke(Input.Command command) {
    String name = command.connection();
    Optional<IkeSa> sa = current(name);
    if (sa.isEmpty()) {
      done(command, false, "connection " + name + " is not up");
      return;
    }
    host.ledger()
        .open(command.id(), Set.of(new CommandLedger.Goal(Input.Verb.REKEY_IKE, name, "")));
    sa.get().tasks().add(new Task.RekeyIke(0));
    host.touch(sa.get());
  }

  void abandon(String story) {
    host.ledger().abandon(story, host::emit);
  }

  /**
   * Everything that shall be up and is not gets its turn; spread, so that a peer is not flooded.
   */
  void startAll() {
    for (ConnectionPolicy policy : host.connections().all()) {
      start(policy);
    }
  }

  private void start(ConnectionPolicy policy) {
    if (policy.remoteAddress().isEmpty()) {
      return;
    }
    for (ChildPolicy child : policy.children()) {
      if (child.start() == ChildPolicy.StartAction.START
          && !host.goals().isUp(policy.name(), child.name())) {
        long spread =
            Math.min(MAX_SPREAD_NS, host.connections().all().size() * SPREAD_PER_CONNECTION_NS);
        host.starter()
            .want(
                new Starter.Wanted(policy.name(), child.name()),
                host.nowNs() + host.entropy().jitterNs(spread));
      }
    }
  }

  /** Starts what is due. */
  void startDue() {
    for (Optional<Starter.Wanted> next = host.starter().poll(host.nowNs());
        next.isPresent();
        next = host.starter().poll(host.nowNs())) {
      bringUp(next.get().connection(), next.get().child());
    }
  }

  /**
   * What changed starts over, as far as it has to ({@link PolicyChange}); everything else keeps its
   * SAs.
   */
  void reconfigure(List<ConnectionPolicy> connections) {
    Map<String, ConnectionPolicy> before = new LinkedHashMap<>();
    host.connections().all().forEach(c -> before.put(c.name(), c));
    Map<String, ConnectionPolicy> after = new LinkedHashMap<>();
    connections.forEach(c -> after.put(c.name(), c));
    for (ConnectionPolicy old : before.values()) {
      switch (change(before, after, old.name())) {
        case PolicyChange.None _ -> {}
        case PolicyChange.StartOver _ -> {
          forget(old);
          delete(old.name(), DeleteReason.ADMIN);
        }
        case PolicyChange.Kept(var over, _) ->
            over.forEach(
                child -> {
                  host.starter().forget(new Starter.Wanted(old.name(), child));
                  deleteChild(old.name(), child);
                });
      }
    }
    host.configure(connections);
    for (ConnectionPolicy now : after.values()) {
      switch (change(before, after, now.name())) {
        case PolicyChange.None _ -> {}
        case PolicyChange.StartOver _ -> {
          forget(now);
          start(now);
        }
        case PolicyChange.Kept _ -> start(now);
      }
    }
  }

  private static PolicyChange change(
      Map<String, ConnectionPolicy> before, Map<String, ConnectionPolicy> after, String name) {
    return PolicyChange.between(
        Optional.ofNullable(before.get(name)), Optional.ofNullable(after.get(name)));
  }

  private void forget(ConnectionPolicy policy) {
    policy
        .children()
        .forEach(c -> host.starter().forget(new Starter.Wanted(policy.name(), c.name())));
  }
}
