package io.pollux.agent.drill;

import io.pollux.agent.kernel.XfrmStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What follows from a drill's evidence: a criterion for each demand, and nothing left out. */
public final class Judge {
  private static final List<String> WINDOW_COUNTS =
      List.of(XfrmStatistics.IN_STATE_SEQ_ERROR, XfrmStatistics.IN_STATE_PROTO_ERROR);

  private final DrillRecord record;
  private final List<Criterion> all = new ArrayList<>();

  private Judge(DrillRecord record) {
    this.record = record;
  }

  /** Every criterion, in the order of the scenarios. */
  public static List<Criterion> judge(DrillRecord record) {
    Judge judge = new Judge(record);
    for (Scenario scenario : Scenario.values()) {
      judge.scenario(scenario);
    }
    judge.whole();
    return List.copyOf(judge.all);
  }

  /** What was found for one criterion on the way to its outcome. */
  private static final class Finding {
    final List<String> lines = new ArrayList<>();
    boolean failed;

    void good(String line) {
      lines.add(line);
    }

    void bad(String line) {
      lines.add(line);
      failed = true;
    }

    void add(boolean good, String line) {
      lines.add(line);
      failed |= !good;
    }

    Outcome outcome() {
      return failed ? Outcome.FAILED : Outcome.MET;
    }
  }

  private void add(String id, String demand, Finding finding) {
    add(id, demand, finding.outcome(), finding);
  }

  private void add(String id, String demand, Outcome outcome, Finding finding) {
    all.add(new Criterion(id, demand, outcome, finding.lines));
  }

  private void scenario(Scenario s) {
    Optional<Passage> away = record.passage(s, false);
    Optional<Passage> back = record.passage(s, true);
    takeover(s, away);
    traffic(s, away, back);
    associations(s, away);
    window(s, away, back);
    routing(s, away, back);
    if (s == Scenario.FAILBACK) {
      symmetry(away, back);
    }
    restored(s, back);
  }

  private String missing() {
    return "not seen: "
        + record
            .stopped()
            .map(why -> "the drill stopped: " + why)
            .orElse("it did not come to that");
  }

  private void takeover(Scenario s, Optional<Passage> away) {
    Finding f = new Finding();
    away.ifPresentOrElse(
        p ->
            f.add(
                p.movedMillis() >= 0,
                p.done()
                    + (p.movedMillis() >= 0
                        ? "; the role was seen to have moved after " + p.movedMillis() + " ms"
                        : "; the role has not moved")),
        () -> f.bad(missing()));
    add(s.id() + ".takeover", "The other node takes the role over.", f);
  }

  /** Of an orderly handover both directions count. */
  private void traffic(Scenario s, Optional<Passage> away, Optional<Passage> back) {
    Finding f = new Finding();
    away.ifPresentOrElse(p -> traffic(p, f), () -> f.bad(missing()));
    if (s == Scenario.FAILBACK) {
      back.ifPresentOrElse(p -> traffic(p, f), () -> f.bad(missing()));
    }
    add(
        s.id() + ".traffic",
        "Traffic through the tunnels is back after a silence of at most "
            + record.limits().mttrMillis()
            + " ms.",
        f);
  }

  private void traffic(Passage p, Finding f) {
    if (p.probes().isEmpty()) {
      f.bad("no probes");
    }
    for (Passage.Probes t : p.probes()) {
      String text =
          (p.back() ? "back: " : "away: ")
              + t.target()
              + " through "
              + t.tunnel()
              + ": "
              + t.lost()
              + " of "
              + t.sent()
              + " probes lost, longest silence "
              + t.gapMillis()
              + " ms";
      if (t.backMillis() < 0) {
        f.bad(text + ", and no answer since");
      } else {
        f.add(t.gapMillis() <= record.limits().mttrMillis(), text);
      }
    }
  }

  /** A failover that renegotiates must do it; one that goes on with the same SAs need not. */
  private void associations(Scenario s, Optional<Passage> away) {
    String demand = "IKE and Child SAs are re-established (new SPIs) and carry traffic.";
    String id = s.id() + ".sa-reestablishment";
    Finding f = new Finding();
    if (away.isEmpty()) {
      f.bad(missing());
      add(id, demand, f);
      return;
    }
    Passage p = away.get();
    boolean same = true;
    for (String tunnel : p.probes().stream().map(Passage.Probes::tunnel).distinct().toList()) {
      List<Snapshot.Sa> before = p.before().of(tunnel);
      List<Snapshot.Sa> after = p.after().of(tunnel);
      if (after.isEmpty()) {
        f.bad(tunnel + ": no SA afterwards");
        continue;
      }
      boolean kept = before.stream().anyMatch(b -> after.stream().anyMatch(b::sameAs));
      same &= kept;
      f.good(tunnel + ": " + (kept ? "the same SAs: " : "new SAs: ") + spis(after.getLast()));
    }
    f.add(
        p.trafficCameBack(),
        p.trafficCameBack() ? "they carry the probes" : "they do not carry the probes");
    Outcome outcome = f.outcome();
    add(id, demand, outcome == Outcome.MET && same ? Outcome.SUPERSEDED : outcome, f);
  }

  private static String spis(Snapshot.Sa sa) {
    return "IKE " + sa.ike() + ", ESP in " + sa.spiIn() + " out " + sa.spiOut();
  }

  private void window(Scenario s, Optional<Passage> away, Optional<Passage> back) {
    Finding f = new Finding();
    if (away.isEmpty()) {
      f.bad(missing());
    }
    for (Passage p : record.passages().stream().filter(p -> p.scenario() == s).toList()) {
      for (Passage.Probes t : p.probes()) {
        f.add(
            t.outside() <= record.limits().outside(),
            (p.back() ? "back: " : "away: ")
                + t.outside()
                + " probes to "
                + t.target()
                + " lost outside the one silence");
      }
    }
    if (away.isPresent()) {
      Snapshot last = back.orElse(away.get()).after();
      for (String name : WINDOW_COUNTS) {
        long moved =
            last.xfrm().getOrDefault(name, 0L) - away.get().before().xfrm().getOrDefault(name, 0L);
        f.add(
            moved == 0, name + " of this node's kernel: " + (moved == 0 ? "unmoved" : "+" + moved));
      }
    }
    add(
        s.id() + ".anti-replay",
        "Nothing is lost to an anti-replay window: at most "
            + record.limits().outside()
            + " probes of a target outside the one silence, and the kernel counts no such packet.",
        f);
  }

  private void routing(Scenario s, Optional<Passage> away, Optional<Passage> back) {
    Finding f = new Finding();
    if (s == Scenario.values()[0]) {
      Routing.judge(record.baseline(), record.ports(), f::add);
    }
    List<Optional<Passage>> both = List.of(away, back);
    for (Optional<Passage> p : both) {
      Optional<Window> steady = p.flatMap(Passage::steady);
      steady.ifPresentOrElse(w -> Routing.judge(w, record.ports(), f::add), () -> f.bad(missing()));
    }
    add(
        s.id() + ".routing",
        "Both directions of the traffic go through the active node, none through the standby.",
        f);
  }

  private void symmetry(Optional<Passage> away, Optional<Passage> back) {
    Finding f = new Finding();
    if (away.isEmpty() || back.isEmpty()) {
      f.bad(missing());
    } else {
      long there = away.get().gapMillis();
      long here = back.get().gapMillis();
      f.add(
          away.get().trafficCameBack()
              && back.get().trafficCameBack()
              && Math.abs(there - here) <= record.limits().toleranceMillis(),
          "longest silence away "
              + there
              + " ms, back "
              + here
              + " ms; probes lost away "
              + away.get().lost()
              + ", back "
              + back.get().lost());
      Snapshot before = away.get().before();
      Snapshot after = back.get().after();
      boolean same =
          before.sas().stream()
              .filter(sa -> tunnels(away.get()).contains(sa.tunnel()))
              .allMatch(sa -> after.of(sa.tunnel()).stream().anyMatch(sa::sameAs));
      f.good(same ? "the SAs are those of before both" : "SAs were renegotiated in between");
    }
    add(
        "failback.symmetry",
        "Failback costs what failover costs: the silences differ by at most "
            + record.limits().toleranceMillis()
            + " ms.",
        f);
  }

  private static List<String> tunnels(Passage p) {
    return p.probes().stream().map(Passage.Probes::tunnel).distinct().toList();
  }

  private void restored(Scenario s, Optional<Passage> back) {
    Finding f = new Finding();
    back.ifPresentOrElse(
        p ->
            f.add(
                p.movedMillis() >= 0 && p.readyMillis() >= 0,
                p.readyMillis() >= 0
                    ? "this node is active again and the pair ready after "
                        + p.readyMillis()
                        + " ms"
                    : "the pair was not ready again"),
        () -> f.bad(missing()));
    add(
        s.id() + ".restored",
        "The role comes back and the pair is ready for the next failover.",
        f);
  }

  private void whole() {
    Finding f = new Finding();
    boolean same = record.configBefore().equals(record.configAfter());
    f.add(
        same,
        same
            ? "digest " + record.configBefore() + " before and after"
            : "digest " + record.configBefore() + " before, " + record.configAfter() + " after");
    add("configuration", "The pair was configured alike during the whole drill.", f);
    Finding end = new Finding();
    end.add(
        record.restored(),
        record.restored()
            ? "this node is active, the pair is ready"
            : "NOT: look at polluxctl ha status on both nodes");
    record.stopped().ifPresent(why -> end.bad("the drill stopped: " + why));
    add("end", "The drill ran to its end and left the pair as it found it.", end);
  }
}
