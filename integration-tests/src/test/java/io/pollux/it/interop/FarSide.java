package io.pollux.it.interop;

import io.pollux.it.lab.Ran;

/** The peer of a row, told what to do by its own tool and read by its own report. */
interface FarSide extends AutoCloseable {
  /** How many SAs it says stand, and nothing that is on its way in or out. */
  record Seen(long ikeSas, long childSas, boolean quiet) {
    boolean oneOfEach() {
      return ikeSas == 1 && childSas == 1 && quiet;
    }
  }

  /** Brings a row's tunnel up. */
  Ran initiate(Combination row);

  Ran rekeyChild(Combination row);

  Ran rekeyIke(Combination row);

  void terminate(Combination row);

  Seen seen(Combination row);

  String log();

  @Override
  void close();
}
