package io.pollux.agent.commands;

import io.pollux.agent.commands.Gateway.Pair;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.reload.ConnectionDiff;
import io.pollux.agent.reload.ReloadPlan;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.role.RoleState;
import io.pollux.ike.policy.PolicyChange;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What disruptive commands say before they ask: on which node, how many tunnels, who goes on. A
 * daemon whose threads do not answer is no reason not to ask.
 */
final class Announcements {
  private static final int SHOWN = 8;

  private final Gateway gateway;

  Announcements(Gateway gateway) {
    this.gateway = gateway;
  }

  private String node() {
    return gateway.config().node().name();
  }

  /** "3 tunnels"; on a standby those of its copy. */
  private String tunnels(Predicate<IkeSaSnapshot> of, Predicate<ChildSaSnapshot> child)
      throws Exception {
    return Commands.find(gateway.sas())
        .map(
            sas ->
                sas.stream().filter(of).flatMap(s -> s.children().stream()).filter(child).count())
        .map(count -> Commands.count(count, "tunnel"))
        .orElse("tunnels (how many is not known: the thread that has them does not answer)");
  }

  private String tunnels() throws Exception {
    return tunnels(_ -> true, _ -> true);
  }

  /** This node's and the other's role; empty without a pair or an answer. */
  private Optional<PairStatus> pair() throws Exception {
    Optional<Pair> half = gateway.pair();
    if (half.isEmpty()) {
      return Optional.empty();
    }
    return Commands.find(half.get().look()).map(PairStatus::of);
  }

  /** Before {@code down}; nothing about a connection or child that is not configured. */
  Optional<String> down(Invocation in) throws Exception {
    String connection = in.require(0, "CONNECTION");
    Optional<String> child = in.argument(1);
    boolean known =
        gateway.config().connections().stream()
            .filter(c -> c.name().equals(connection))
            .anyMatch(
                c ->
                    child.isEmpty()
                        || c.children().stream().anyMatch(k -> k.name().equals(child.get())));
    if (!known) {
      return Optional.empty();
    }
    String count =
        tunnels(
            s -> s.connection().equals(connection),
            c -> child.isEmpty() || c.child().equals(child.get()));
    String what = connection + child.map(c -> "/" + c).orElse("");
    return Optional.of(
        "down deletes "
            + count
            + " of "
            + what
            + " on "
            + node()
            + " and tells the peer; nothing passes there until it is up again.");
  }

  /** Before {@code restart}. */
  String restart() throws Exception {
    String count = tunnels();
    String kept = count + " stay in the kernel and carry traffic; IKE is silent until it is back.";
    Optional<PairStatus> status = pair();
    String what =
        status.isEmpty() && gateway.pair().isPresent()
            ? "what becomes of " + count + " is not known, the role machine does not answer."
            : status.map(s -> restarted(s, count, kept)).orElse(kept);
    return "restart ends the engine of " + node() + " and starts it again: " + what;
  }

  private static String restarted(PairStatus status, String count, String kept) {
    return switch (status.view().role()) {
      case RoleState.Active(var pairing) when pairing == RoleState.Pairing.ALONE -> kept;
      case RoleState.Active _ -> "it gives up " + count + " first. " + other(Optional.of(status));
      case RoleState.Standby _, RoleState.Init _, RoleState.Fault _ ->
          "it is not active, so no traffic is touched; until it is back the pair is not ready.";
    };
  }

  /** Before an order about the role; nothing where there is no pair, which the order says. */
  Optional<String> role(RoleInput.Verb verb) throws Exception {
    if (gateway.pair().isEmpty()) {
      return Optional.empty();
    }
    Optional<PairStatus> status = pair();
    String here = node() + status.map(s -> ", which is " + s.view().role().text() + ",").orElse("");
    String count = tunnels();
    String what =
        switch (verb) {
          case SWITCHOVER ->
              "ha switchover exchanges the roles of " + here + " and of the other node, with ";
          case PROMOTE -> "ha promote makes " + here + " active, with ";
          case DEMOTE -> "ha demote makes " + here + " standby; if it is active it gives up ";
          case FAULT ->
              "ha fault takes " + here + " out of the pair until ha clear-fault; it gives up ";
          case CLEAR_FAULT, MAINTENANCE_ON, MAINTENANCE_OFF, STOP -> "";
        };
    return what.isEmpty()
        ? Optional.empty()
        : Optional.of(what + count + ".\n" + other(status) + ready(status));
  }

  /** Before {@code ha resync}. */
  Optional<String> resync() throws Exception {
    return gateway.pair().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "ha resync sends the standby a whole snapshot ("
                + tunnels()
                + ") once more; until it is there the pair is not ready for a failover.");
  }

  private static String other(Optional<PairStatus> status) {
    return status
        .map(s -> "The other node is " + s.peer() + (s.view().linkUp() ? "." : ", link DOWN."))
        .orElse("What the other node is, is not known.");
  }

  /** Without the obstacles, which differ from moment to moment. */
  private static String ready(Optional<PairStatus> status) {
    return status
        .map(
            s ->
                s.ready()
                    ? " The pair is ready for a failover."
                    : " The pair is NOT ready for a failover (polluxctl ha status).")
        .orElse("");
  }

  /** Before a reload that ends SAs; nothing before any other. */
  Optional<String> reload(ReloadPlan plan) throws Exception {
    List<ConnectionDiff> ending =
        plan.diff().connections().stream().filter(Announcements::endsSas).toList();
    if (ending.isEmpty()) {
      return Optional.empty();
    }
    String count = tunnels(s -> of(ending, s.connection()).isPresent(), _ -> true);
    String lines =
        ending.stream()
            .limit(SHOWN)
            .map(c -> "  " + c.name() + ": " + c.consequence() + "\n")
            .collect(Collectors.joining());
    return Optional.of(
        "reload ends SAs of "
            + Commands.count(ending.size(), "connection")
            + " with "
            + count
            + " on "
            + node()
            + " (polluxctl reload --dry-run shows all):\n"
            + lines
            + (ending.size() > SHOWN ? "  and " + (ending.size() - SHOWN) + " more\n" : ""));
  }

  private static Optional<ConnectionDiff> of(List<ConnectionDiff> all, String connection) {
    return all.stream().filter(c -> c.name().equals(connection)).findFirst();
  }

  private static boolean endsSas(ConnectionDiff diff) {
    return switch (diff.kind()) {
      case ADDED -> false;
      case REMOVED -> true;
      case CHANGED ->
          diff.startsOver()
              || diff.change() instanceof PolicyChange.Kept(var over, var _) && !over.isEmpty();
    };
  }
}
