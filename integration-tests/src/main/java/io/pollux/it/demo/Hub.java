package io.pollux.it.demo;

import java.nio.file.Path;
import java.util.Map;

/** The pair at the hub, as the drills see it. */
sealed interface Hub permits PolluxHub, ManualHub {

  /** Starts both gateways; returns when one is active. */
  void start();

  /** The gateway that carries the traffic now. */
  Gateway active();

  /** Waits until the other node could take over without loss; throws when it takes too long. */
  void awaitReady();

  /**
   * Starts the daemon of a gateway that was dead (its namespace is fresh) or whose daemon has gone,
   * and returns when it is a standby node.
   */
  void restart(Gateway gw);

  /** The operator's order to hand over. */
  void switchOver();

  /** The service manager's order to stop one daemon; returns when it has ended. */
  void stop(Gateway gw);

  /** Waits until a node whose daemon died alone reigns again, under a new epoch. */
  void awaitNextReign(Gateway gw);

  /** Waits until the active node knows that it is alone. */
  void awaitAlone();

  /** Called right after a blow: nothing to do for a pair that finds out by itself. */
  void afterStrike(Gateway victim);

  /** Stops counter replication (the control scenario). */
  void freezeSync();

  /**
   * What the pair says about itself, shown and never judged on: {@code jumpPackets}, {@code
   * smallestMarginPackets}, {@code role.gw-a} ...
   */
  Map<String, String> figures();

  /** Writes the pair's own history of its last takeover as JSON; nothing when it has none. */
  void saveHistory(Path file);

  /** The daemons' logs, by the name they shall have in the report. */
  Map<String, Path> logs();

  void stop();
}
