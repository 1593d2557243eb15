package io.pollux.it.interop;

import io.pollux.it.interop.Combination.Nat;
import io.pollux.it.interop.Combination.Peer;
import io.pollux.it.interop.Combination.Suite;
import java.util.Optional;

/** What is known not to work, and whose fault it is. */
final class KnownFaults {
  private KnownFaults() {}

  /**
   * @param whose the implementation that has to change
   * @param what for the table's reader
   */
  record Fault(String whose, String what) {}

  private static final Fault CCM_IN_UDP =
      new Fault(
          "libreswan",
          "no packets: libreswan gives the kernel AES-CCM SAs without UDP encapsulation");

  static Optional<Fault> of(Combination row) {
    boolean ccm =
        row.suite() == Suite.CCM16 || row.suite() == Suite.CCM12 || row.suite() == Suite.CCM8;
    return row.peer() == Peer.LIBRESWAN && ccm && row.nat() != Nat.NONE
        ? Optional.of(CCM_IN_UDP)
        : Optional.empty();
  }
}
