package io.pollux.ike.fuzz;

/** What jazzer calls, by name: {@code --target_class} this, {@code --target_args} the target. */
public final class FuzzDriver {
  private static FuzzTarget target;

  private FuzzDriver() {}

  /** Before the first run. */
  public static void fuzzerInitialize(String[] args) {
    target = FuzzTarget.valueOf(args[0]);
    FuzzCorpus.seeds(FuzzTarget.DATAGRAM); // what is slow the first time
  }

  /** One run. */
  public static void fuzzerTestOneInput(byte[] data) {
    target.run(data);
  }
}
