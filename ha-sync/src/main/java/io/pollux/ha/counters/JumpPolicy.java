package io.pollux.ha.counters;

/** How far ahead of the last reading a standby's outbound SA is armed. */
public sealed interface JumpPolicy {
  /**
   * The wanted jump in packets, before the limits of {@link Arming#arm}.
   *
   * @param peakPerSecond peak outbound rate
   * @param stalenessNs how old a reading gets before the next one comes
   */
  long jump(boolean esn, double peakPerSecond, long stalenessNs);

  /** The longest jump that it ever wants: another node may have seen another rate. */
  long longest(boolean esn);

  /** 2^30 with ESN; {@link Rate#DEFAULT} without. */
  record Auto() implements JumpPolicy {
    /** More than two hours at 140,000 packets/s; three of them stay below 2^32 - 4096. */
    public static final long WITH_ESN = 1L << 30;

    /** For an SA of which no reading can ever have come, so that its rate is not known either. */
    public static long most(boolean esn) {
      return esn ? WITH_ESN : Rate.DEFAULT.ceiling;
    }

    @Override
    public long jump(boolean esn, double peakPerSecond, long stalenessNs) {
      return esn ? WITH_ESN : Rate.DEFAULT.jump(false, peakPerSecond, stalenessNs);
    }

    @Override
    public long longest(boolean esn) {
      return most(esn);
    }
  }

  /**
   * Always the same. 0 is only for experiments that show what happens without a jump: such an SA is
   * not repaired at a takeover either.
   */
  record Fixed(long packets) implements JumpPolicy {
    public Fixed {
      if (packets < 0 || packets >= Arming.ESN_LIMIT) {
        throw new IllegalArgumentException("jump of " + packets);
      }
    }

    @Override
    public long jump(boolean esn, double peakPerSecond, long stalenessNs) {
      return packets;
    }

    @Override
    public long longest(boolean esn) {
      return packets;
    }
  }

  /**
   * Peak rate * staleness * safety, at least {@code floor}, at most {@code ceiling}.
   *
   * @param safety at least 1
   */
  record Rate(double safety, long floor, long ceiling) implements JumpPolicy {
    /**
     * Eight times; at least 2^22, which covers what an idle SA may begin to send between two
     * readings and the takeover; at most 2^26: room for dozens of takeovers in 2^32.
     */
    public static final Rate DEFAULT = new Rate(8, 1 << 22, 1 << 26);

    private static final long LEAST_STALENESS_NS = 1_000_000_000L;

    public Rate {
      if (!(safety >= 1 && safety <= 1e6)
          || floor < 1
          || ceiling < floor
          || ceiling >= Arming.ESN_LIMIT) {
        throw new IllegalArgumentException(safety + " " + floor + " " + ceiling);
      }
    }

    @Override
    public long jump(boolean esn, double peakPerSecond, long stalenessNs) {
      long staleness = Math.max(stalenessNs, LEAST_STALENESS_NS);
      return Math.clamp(PeakRate.packets(peakPerSecond * safety, staleness), floor, ceiling);
    }

    @Override
    public long longest(boolean esn) {
      return ceiling;
    }
  }

  /** No jump: after a takeover an SA is rekeyed before it sends. */
  record Rekey() implements JumpPolicy {
    @Override
    public long jump(boolean esn, double peakPerSecond, long stalenessNs) {
      return 0;
    }

    @Override
    public long longest(boolean esn) {
      return 0;
    }
  }
}
