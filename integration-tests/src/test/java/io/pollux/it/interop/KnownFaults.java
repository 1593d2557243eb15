package io.pollux.it.interop;

import java.util.Optional;

/** What is known not to work, and whose fault it is. */
final class KnownFaults {
  private KnownFaults() {}

  /**
   * @param whose the implementation that has to change
   * @param what for the table's reader
   */
  record Fault(String whose, String what) {}

  static Optional<Fault> of(Combination row) {
    return Optional.empty();
  }
}
