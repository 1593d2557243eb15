package io.pollux.ike.sa;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.sad.EspSpi;

/** An exchange that an IKE SA shall start as soon as its window is free. */
public sealed interface Task {
  /**
   * Negotiate a child of the configuration.
   *
   * @param group the key exchange method to use; 0 = the first of the proposals
   */
  record NewChild(String child, int group) implements Task {}

  /** Negotiate a successor of the Child SA {@code inbound}. */
  record RekeyChild(EspSpi inbound, int group) implements Task {}

  /** Delete the Child SA {@code inbound}. */
  record DeleteChild(EspSpi inbound, DeleteReason why) implements Task {}

  /** Negotiate a successor of the IKE SA. */
  record RekeyIke(int group) implements Task {}

  /** Delete the IKE SA; overtakes everything else. */
  record DeleteIke(DeleteReason why) implements Task {}

  /** Ask the peer to step its outbound sequence numbers forward (RFC 6311 section 5.2). */
  record SyncReplay(long delta) implements Task {}

  /** Ask the peer whether it lives. */
  record Liveness() implements Task {}
}
