package io.pollux.it.demo;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ways to agree on keys, each in a tunnel of its own, numbered as here; of some the power loss
 * finds a message whose first fragment has arrived and whose second one has not (RFC 7383).
 */
enum Fragmented {
  CERTIFICATES(Keys.CERTIFICATES, 0, false, false),
  ML_KEM(Keys.ML_KEM, 0, false, false),
  PPK(Keys.PPK, 0, false, false),
  AUTH_RESPONSE(Keys.CERTIFICATES, 35, true, true),
  AUTH_REQUEST(Keys.CERTIFICATES, 35, true, false),
  THEIR_AUTH_REQUEST(Keys.CERTIFICATES, 35, false, false),
  THEIR_AUTH_RESPONSE(Keys.CERTIFICATES, 35, false, true),
  INTERMEDIATE_RESPONSE(Keys.ML_KEM, 43, true, true),
  REKEY_FOLLOWUP_RESPONSE(Keys.ML_KEM, 44, true, true);

  private static final Pattern DROPPED = Pattern.compile("\\(dropped (\\d+),");
  private static final int SKF = 53;

  /** What the tunnel's keys are made of. */
  enum Keys {
    CERTIFICATES("aes256gcm16-prfsha384-x25519"),
    ML_KEM("aes256gcm16-prfsha384-x25519-ke1_mlkem1024"),
    PPK("aes256gcm16-prfsha384-x25519");

    final String proposal;

    Keys(String proposal) {
      this.proposal = proposal;
    }
  }

  final Keys keys;
  final int exchange;
  final boolean ours;
  final boolean response;

  /**
   * @param exchange the type of the message in flight; 0 = none, the IKE SA stands before
   * @param ours whether the pair has sent it
   */
  Fragmented(Keys keys, int exchange, boolean ours, boolean response) {
    this.keys = keys;
    this.exchange = exchange;
    this.ours = ours;
    this.response = response;
  }

  boolean standsBefore() {
    return exchange == 0 || this == REKEY_FOLLOWUP_RESPONSE;
  }

  /** Whether the pair has sent the first message of the exchange. */
  boolean begunByUs() {
    return ours != response;
  }

  /**
   * As {@link HeldBack}: on the way to or from the gateway that dies, the second fragment alone.
   */
  String filter(Gateway victim) {
    String peer = Topology.branchAddress(ordinal());
    // Offsets from the IP header of 20 octets: UDP at 20, IKE at 28, the fragment's number at 60.
    String ends =
        ours
            ? "match ip dst "
                + peer
                + "/32 match u8 0x0"
                + (victim.number() == 1 ? 'a' : 'b')
                + " 0xff at -4"
            : "match ip src " + peer + "/32";
    return HeldBack.tc(
        "filter add dev "
            + port(victim)
            + " egress protocol ip pref "
            + (ordinal() + 1)
            + " u32 "
            + ends
            + " match u16 500 0xffff at 22 match u8 "
            + SKF
            + " 0xff at 44 match u8 "
            + exchange
            + " 0xff at 46 match u8 "
            + (response ? "0x20" : "0x00")
            + " 0x20 at 47 match u16 2 0xffff at 60 action drop");
  }

  private String port(Gateway victim) {
    return ours ? "branch" : victim.name();
  }

  /** Whether the second fragment was dropped. */
  boolean isHalfDelivered(Gateway victim) {
    String shown =
        Shell.script(
            HeldBack.tc("-s filter show dev " + port(victim) + " egress pref " + (ordinal() + 1)));
    Matcher dropped = DROPPED.matcher(shown);
    return dropped.find() && Long.parseLong(dropped.group(1)) > 0;
  }
}
