package io.pollux.it.demo;

import java.nio.file.Path;

/** The gateway of the branch: the peer of all tunnels. */
sealed interface Branch permits StrongSwan, PolluxBranch, ManualBranch {

  /** Name and version, for the report. */
  String description();

  void start();

  /**
   * Initiates all Child SAs and returns when they stand; throws with the peer's words otherwise.
   */
  void connect();

  /** Starts the rekey of one Child SA. */
  void rekey();

  /** Writes the peer's list of its SAs, in its own format, for {@code verdict} to read. */
  void saveSas(Path file);

  Path log();

  void stop();
}
