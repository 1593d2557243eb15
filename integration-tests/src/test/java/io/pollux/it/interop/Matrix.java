package io.pollux.it.interop;

import io.pollux.it.interop.Combination.Auth;
import io.pollux.it.interop.Combination.Kex;
import io.pollux.it.interop.Combination.Nat;
import io.pollux.it.interop.Combination.Peer;
import io.pollux.it.interop.Combination.Suite;
import io.pollux.it.interop.Combination.Way;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The table of combinations. Every two values that can stand together do so in some row, save those
 * of two of the long lists (authentication, key exchange, ciphers); every value of these meets
 * every other factor.
 */
final class Matrix {
  private static final int PEER = 0;
  private static final int INITIATOR = 1;
  private static final int AUTH = 2;
  private static final int KEX = 3;
  private static final int SUITE = 4;
  private static final int WAY = 5;
  private static final int OUTER = 6;
  private static final int INNER = 7;
  private static final int NAT = 8;
  private static final int CHILD_REKEY = 9;
  private static final int IKE_REKEY = 10;
  private static final int PFS = 11;
  private static final int FRAGMENTS = 12;

  /** Without the peer and the key exchange of the last row. */
  private static final int[] SIZES = {
    Peer.values().length - 1,
    2,
    Auth.values().length,
    Kex.values().length - 1,
    Suite.values().length,
    Way.values().length,
    2,
    2,
    Nat.values().length,
    2,
    2,
    2,
    2
  };

  private static final Set<Integer> LONG = Set.of(AUTH, KEX, SUITE);

  private static final Pairs.Rules RULES =
      new Pairs.Rules() {
        @Override
        public boolean excludes(int factor, int value, int otherFactor, int otherValue) {
          return Matrix.excludes(factor, value, otherFactor, otherValue)
              || Matrix.excludes(otherFactor, otherValue, factor, value);
        }

        @Override
        public boolean wanted(int factor, int otherFactor) {
          return !(LONG.contains(factor) && LONG.contains(otherFactor));
        }
      };

  private Matrix() {}

  /** All rows; the last one is between two Pollux, as no peer here has ML-KEM. */
  static List<Combination> all() {
    List<Combination> all = new ArrayList<>();
    for (int[] row : rows()) {
      all.add(combination(all.size() + 1, row));
    }
    all.add(
        new Combination(
            all.size() + 1,
            Peer.POLLUX,
            true,
            Auth.ECDSA_256,
            Kex.MLKEM768,
            Suite.GCM16,
            Way.POLICY,
            4,
            4,
            Nat.NONE,
            true,
            false,
            true,
            true));
    return all;
  }

  /** How many pairs are in no row: none. */
  static int missing() {
    return Pairs.missing(SIZES, RULES, rows());
  }

  private static List<int[]> rows() {
    return Pairs.cover(SIZES, RULES);
  }

  /** What cannot be together, seen from one of the two. */
  private static boolean excludes(int factor, int value, int otherFactor, int otherValue) {
    if (factor == PEER) {
      return excludes(Peer.values()[value], otherFactor, otherValue);
    }
    boolean yes = value == 0;
    if (factor == FRAGMENTS && yes && otherFactor == AUTH) {
      return !Auth.values()[otherValue].certificate(); // too short
    }
    boolean six = value == 1;
    return factor == OUTER && six && otherFactor == NAT && Nat.values()[otherValue] != Nat.NONE;
  }

  private static boolean excludes(Peer peer, int otherFactor, int otherValue) {
    boolean libreswan = peer == Peer.LIBRESWAN;
    return switch (otherFactor) {
      case AUTH -> {
        Auth auth = Auth.values()[otherValue];
        boolean other = auth.authby.isEmpty() && auth != Auth.PSK;
        yield libreswan ? other : auth == Auth.RSA_SHA1;
      }
      case KEX -> libreswan && Kex.values()[otherValue].libreswan.isEmpty();
      default -> false;
    };
  }

  private static Combination combination(int number, int[] row) {
    return new Combination(
        number,
        Peer.values()[row[PEER]],
        row[INITIATOR] == 0,
        Auth.values()[row[AUTH]],
        Kex.values()[row[KEX]],
        Suite.values()[row[SUITE]],
        Way.values()[row[WAY]],
        row[OUTER] == 0 ? 4 : 6,
        row[INNER] == 0 ? 4 : 6,
        Nat.values()[row[NAT]],
        row[CHILD_REKEY] == 0,
        row[IKE_REKEY] == 0,
        row[PFS] == 0,
        row[FRAGMENTS] == 0);
  }

  /** All rows, or those whose numbers the property {@code pollux.rows} names: "3,14". */
  static List<Combination> chosen() {
    String numbers = System.getProperty("pollux.rows", "");
    Set<String> wanted = Set.of(numbers.split(","));
    return all().stream()
        .filter(row -> numbers.isEmpty() || wanted.contains(Integer.toString(row.number())))
        .toList();
  }

  /** A few rows for every day: both peers, both roles. */
  static List<Combination> sample() {
    List<Combination> sample = new ArrayList<>();
    for (Peer peer : EnumSet.complementOf(EnumSet.of(Peer.POLLUX))) {
      all().stream()
          .filter(row -> row.peer() == peer && KnownFaults.of(row).isEmpty())
          .limit(2)
          .forEach(sample::add);
    }
    return sample;
  }
}
