package io.pollux.agent.commands;

import io.pollux.agent.config.ConfigException;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.reload.ConfigComparison;
import io.pollux.agent.reload.ReloadPlan;
import io.pollux.ha.audit.AuditStatus;
import io.pollux.ha.counters.CounterTracker;
import io.pollux.ha.counters.Margin;
import io.pollux.ha.induced.InducedRekey;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.role.Transition;
import io.pollux.ha.takeover.RekeySchedule;
import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ha.vrrp.VrrpRefused;
import io.pollux.ike.engine.ChildDown;
import io.pollux.ike.engine.EngineStatistics;
import io.pollux.ike.engine.Input;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A running daemon as commands see it. Answers are values, taken on the threads that own the facts;
 * a future that does not complete within seconds is news of its own. Any thread may call.
 */
public interface Gateway {
  /** How a node's words about itself end when it was told to take nothing over. */
  String IN_MAINTENANCE = ", maintenance";

  PolluxConfig config();

  /** This node's role in words. */
  String state();

  /** Where the keys of IKE SAs are written to, in clear; empty unless somebody debugs. */
  Optional<Path> exposedKeys();

  CompletableFuture<Overview> overview();

  /** IKE SAs with their Child SAs: the engine's, or the copy on a standby. */
  CompletableFuture<List<IkeSaSnapshot>> sas();

  CompletableFuture<List<Counters>> counters();

  /** What the kernel's SAs of a connection, or of all, have carried and dropped until now. */
  CompletableFuture<Observation> observe(Optional<String> connection);

  /** An operator's order about SAs; done when the exchange is. */
  CompletableFuture<Result> order(Input.Verb verb, String connection, Optional<String> child);

  /** The pair that this gateway is half of; empty alone. */
  Optional<Pair> pair();

  /**
   * Reads the configuration again and compares it with what is in force; blocks.
   *
   * @throws ConfigException with every problem that the file has
   */
  ReloadPlan planReload() throws ConfigException;

  /** Does what the plan says; blocks. A result that is not ok has changed nothing. */
  Result reload(ReloadPlan plan);

  /** Hears every line of the log until closed; the listener must not block. */
  AutoCloseable listen(Consumer<String> listener);

  /**
   * The daemon ends and its guard starts it again; a node of a pair hands over first, one that is
   * alone is gone on with by the next daemon. The answer comes before the end.
   */
  Result restart();

  /** Experiments alone: the standby is told no counters any more. */
  CompletableFuture<?> freezeSync();

  /** How an order ended. */
  record Result(boolean ok, String message) {}

  /**
   * The daemon at a glance.
   *
   * @param active whether the engine of this node is at work
   * @param down configured children that are not up; none known while not active
   * @param heldBack IKE messages that wait for the standby
   * @param induced how often SAs of redundant peers were rekeyed because these have lost count
   */
  record Overview(
      boolean active,
      List<IkeSaSnapshot> sas,
      List<ChildDown> down,
      EngineStatistics engine,
      int heldBack,
      Traffic traffic,
      InducedRekey.Totals induced) {}

  /** Counts since the start: IKE datagrams, and lines that the log dropped. */
  record Traffic(long received, long sent, long flooded, long logLinesDropped) {}

  /** One Child SA's numbers: {@code read} on an active node, {@code armed} on a standby. */
  record Counters(
      ChildSaSnapshot child, Optional<CounterTracker.Status> read, Optional<Margin> armed) {}

  /**
   * One look at the kernel.
   *
   * @param xfrm the machine's XFRM error counts by name
   */
  record Observation(long atNs, SortedMap<String, Long> xfrm, List<Sample> samples) {}

  /** What the two SAs of a child have carried, and what the inbound one has dropped. */
  record Sample(
      ChildSaSnapshot child,
      long packetsIn,
      long packetsOut,
      long replayWindow,
      long replay,
      long integrityFailed) {
    static Sample none(ChildSaSnapshot child) {
      return new Sample(child, 0, 0, 0, 0, 0);
    }
  }

  /** The half of a pair that this node is. */
  interface Pair {
    /** The same on both nodes and on no other pair: what metrics are summed up by. */
    String name();

    CompletableFuture<PairView> look();

    /** What witnesses have said last; empty where none are configured. */
    default Optional<String> witnessed() {
      return Optional.empty();
    }

    /** VRRP packets that were refused so far, by reason (RFC 9568 section 7.1). */
    CompletableFuture<Map<VrrpRefused.Reason, Long>> vrrpRefused();

    CompletableFuture<History> history();

    /** An operator's order about the role; done when the role machine says so. */
    CompletableFuture<Result> order(RoleInput.Verb verb);

    /** The standby gets a whole snapshot once more; done when it is on its way. */
    CompletableFuture<Result> resync();
  }

  /** What became of the role so far, oldest first. */
  record History(List<Transition> transitions, List<TakeoverRecord> takeovers) {}

  /** A margin in packets and the inbound SPI of the SA that it belongs to. */
  record Smallest(long packets, String spi) {}

  /**
   * What the other node said about itself last.
   *
   * @param ageNs since it came
   * @param shut its outbound SAs that are not armed
   */
  record Other(long ageNs, String state, Optional<Smallest> smallest, long shut) {}

  /**
   * The facts that a judgement about the pair is made of.
   *
   * @param lastAckAgeNs active: since the standby's last acknowledgement; -1 for never
   * @param received the last index that the standby has
   * @param armed the last index that its kernel took
   * @param smallest of this node's own armed counters: on a standby alone
   * @param shut outbound SAs of this standby that are not armed
   * @param children Child SAs in the shadow
   * @param audit how the two kernels compared last
   * @param rekeys how far the rekeys are that takeovers or short numbers have made necessary
   * @param shutHere outbound SAs of this active node that do not send before they are rekeyed
   * @param maintenance whether this node was told to take nothing over
   * @param config how the configurations of both nodes compare
   */
  record PairView(
      RoleState role,
      long epoch,
      boolean gateOpen,
      boolean linkUp,
      SyncState sync,
      long lastAckAgeNs,
      long received,
      long armed,
      Optional<Smallest> smallest,
      long shut,
      Optional<Other> other,
      int children,
      AuditStatus audit,
      RekeySchedule.Progress rekeys,
      int shutHere,
      boolean maintenance,
      ConfigComparison.Status config) {}
}
