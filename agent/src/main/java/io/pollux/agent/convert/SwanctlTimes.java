package io.pollux.agent.convert;

import java.util.OptionalLong;

/**
 * Lifetimes of swanctl.conf. There {@code rekey_time} and {@code reauth_time} come earlier by up to
 * {@code rand_time}, and {@code over_time} is how much later the end is.
 */
final class SwanctlTimes {
  private static final long IKE_REKEY_S = 4 * 3600;
  private static final long LEAST_AUTH_LIFETIME_S = 30;

  private SwanctlTimes() {}

  /**
   * Of the IKE SA.
   *
   * @param called whether the peer has an address at which it can be called
   */
  static void ike(SwanctlTaken taken, StringBuilder out, boolean called) {
    OptionalLong rekey = taken.seconds("rekey_time");
    OptionalLong reauth = taken.seconds("reauth_time");
    OptionalLong over = taken.seconds("over_time");
    OptionalLong random = taken.seconds("rand_time");
    long anew = reauth.orElse(0);
    long soft = rekey.orElse(anew > 0 ? 0 : IKE_REKEY_S); // there one replaces the other
    long spare = over.orElse(Math.max(soft, anew) / 10);
    boolean own = over.isPresent() || anew > 0;
    if (rekey.isPresent() || own || random.isPresent()) {
      duration(out, "    rekey-time", soft);
    }
    if (own && spare > 0 && Math.max(soft, anew) > 0) {
      duration(out, "    life-time", (soft > 0 ? soft : anew) + spare);
    } else if (over.isPresent() && soft > 0) {
      taken.note("over_time", "leaves no time to rekey in; a tenth of rekey_time is used");
    }
    long jitter = random.orElse(spare);
    if (soft > 0 && (own || random.isPresent())) {
      duration(out, "    rekey-jitter", Math.min(jitter, soft));
    }
    if (anew > 0 && called) {
      duration(out, "    reauth-time", anew);
      duration(out, "    reauth-jitter", Math.min(jitter, anew));
    } else if (anew >= LEAST_AUTH_LIFETIME_S) {
      duration(out, "    auth-lifetime", anew); // who calls is told to come back, as there
    } else if (anew > 0) {
      taken.note("reauth_time", "is too short for a peer that calls; expected 30s at least");
    }
  }

  /** Of a Child SA. */
  static void child(SwanctlTaken taken, StringBuilder out) {
    OptionalLong rekey = taken.seconds("rekey_time");
    OptionalLong life = taken.seconds("life_time");
    OptionalLong random = taken.seconds("rand_time");
    long end = life.orElse(0);
    long soft = rekey.orElse(end - end / 10); // 10 % less, as there
    if (rekey.isPresent() || end > 0) {
      duration(out, "        rekey-time", soft);
    }
    if (life.isPresent() && end > 0 && end <= soft) {
      taken.note("life_time", "leaves no time to rekey in; a tenth more than rekey_time is used");
    } else if (life.isPresent()) {
      duration(out, "        life-time", end);
    }
    if (random.isPresent() || end > soft && soft > 0) {
      duration(out, "        rekey-jitter", random.orElse(end - soft));
    }
    taken.amount("rekey_bytes", "rekey-bytes");
    taken.amount("rekey_packets", "rekey-packets");
  }

  private static void duration(StringBuilder out, String key, long seconds) {
    out.append(key).append(" = ").append(IpsecWords.duration(seconds)).append('\n');
  }
}
