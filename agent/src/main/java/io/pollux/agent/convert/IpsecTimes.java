package io.pollux.agent.convert;

import java.util.List;
import java.util.OptionalLong;

/** Lifetimes and liveness of a {@code conn}. */
final class IpsecTimes {
  private static final long MARGIN_S = 9 * 60; // of both daemons, unless given
  private static final long FUZZ_PERCENT = 100;
  private static final long IKE_LIFE_S = 3 * 3600; // strongSwan's, unless given
  private static final long CHILD_LIFE_S = 3600;
  private static final long LIBRESWAN_LIFE_S = 8 * 3600; // of both

  private final IpsecConnection conn;

  IpsecTimes(IpsecConnection conn) {
    this.conn = conn;
  }

  void ike(StringBuilder out, boolean reachable) {
    // Its keys are read here and again for the child: a margin is said once for both.
    boolean anew = IpsecWords.yes(conn.text("reauth")) && !never();
    long life = seconds("ikelifetime");
    if (life == 0 && (anew || isTold())) {
      life = conn.isLibreswan() ? LIBRESWAN_LIFE_S : IKE_LIFE_S;
    }
    if (life > 0 && anew) { // in place of rekeys, as there
      long margin = margin(life);
      duration(out, "    rekey-time", 0);
      duration(out, "    life-time", life);
      duration(out, reachable ? "    reauth-time" : "    auth-lifetime", life - margin);
      if (reachable) {
        duration(out, "    reauth-jitter", Math.min(margin * fuzz() / 100, life - margin));
      }
    } else if (life > 0) {
      append(out, "    ", life);
    }
    liveness(out);
  }

  void child(StringBuilder out) {
    long life = 0;
    for (String key : List.of("lifetime", "keylife", "salifetime")) {
      life = Math.max(life, seconds(key));
    }
    if (life == 0 && isTold()) {
      life = conn.isLibreswan() ? LIBRESWAN_LIFE_S : CHILD_LIFE_S;
    }
    if (life > 0) {
      append(out, "        ", life);
    }
    volume(out, "rekey-bytes", "lifebytes", "marginbytes");
    volume(out, "rekey-packets", "lifepackets", "marginpackets");
    for (String key : List.of("margintime", "rekeymargin", "rekeyfuzz", "rekey")) {
      conn.text(key);
    }
  }

  /** Whether a lifetime that is not given matters: when the rekey comes is. */
  private boolean isTold() {
    return never()
        || List.of("margintime", "rekeymargin", "rekeyfuzz").stream()
            .anyMatch(key -> !conn.peek(key).isEmpty());
  }

  private boolean never() {
    return conn.peek("rekey").equals("no");
  }

  private static void duration(StringBuilder out, String key, long seconds) {
    out.append(key).append(" = ").append(IpsecWords.duration(seconds)).append('\n');
  }

  private void append(StringBuilder out, String indent, long life) {
    boolean never = never();
    long margin = margin(life);
    out.append(indent)
        .append("rekey-time = ")
        .append(never ? "0s" : IpsecWords.duration(life - margin))
        .append('\n');
    out.append(indent).append("life-time = ").append(IpsecWords.duration(life)).append('\n');
    if (!never) {
      long jitter = Math.min(margin * fuzz() / 100, life - margin);
      out.append(indent).append("rekey-jitter = ").append(IpsecWords.duration(jitter)).append('\n');
    }
  }

  /** A margin that leaves no lifetime is a tenth of it. */
  private long margin(long life) {
    long margin = MARGIN_S;
    for (String key : List.of("margintime", "rekeymargin")) {
      OptionalLong given = IpsecWords.seconds(conn.peek(key));
      if (given.isPresent()) {
        margin = given.getAsLong();
      }
    }
    return margin >= 1 && margin <= life / 2 ? margin : Math.max(1, life / 10);
  }

  private long fuzz() {
    String text = conn.peek("rekeyfuzz").replace("%", "");
    return text.matches("[0-9]{1,3}") ? Long.parseLong(text) : FUZZ_PERCENT;
  }

  private void liveness(StringBuilder out) {
    long delay = seconds("dpddelay");
    String action = conn.peek("dpdaction");
    if (action.equals("none")) {
      out.append("    liveness = 0s\n");
    } else if (delay > 0) {
      out.append("    liveness = ").append(IpsecWords.duration(delay)).append('\n');
    }
  }

  private void volume(StringBuilder out, String as, String lifeKey, String marginKey) {
    String life = conn.text(lifeKey);
    String margin = conn.text(marginKey);
    if (life.matches("[1-9][0-9]{0,17}")) {
      long all = Long.parseLong(life);
      long spare = margin.matches("[0-9]{1,17}") ? Long.parseLong(margin) : 0;
      out.append("        ")
          .append(as)
          .append(" = ")
          .append(spare < all ? all - spare : all)
          .append('\n');
    } else if (!life.isEmpty()) {
      conn.note(lifeKey, "is " + life + "; expected a number");
    }
  }

  /** 0 if it is not given, or none. */
  private long seconds(String key) {
    String text = conn.text(key);
    OptionalLong seconds = IpsecWords.seconds(text);
    if (seconds.isEmpty() && !text.isEmpty()) {
      conn.note(key, "is " + text + "; expected a duration");
    }
    return seconds.orElse(0);
  }
}
