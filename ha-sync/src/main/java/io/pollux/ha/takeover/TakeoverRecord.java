package io.pollux.ha.takeover;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What happened in one takeover and when. All times are the caller's monotonic nanoseconds.
 *
 * @param cause why, in words that fit a log line
 * @param lastHeardNs last sign of life of the former active node on VRRP; empty without VRRP
 * @param decidedNs when this node decided
 * @param complete whether all steps are done; false also for a takeover that was given up
 */
public record TakeoverRecord(
    long epoch,
    String cause,
    OptionalLong lastHeardNs,
    long decidedNs,
    List<Done> steps,
    boolean complete) {
  public TakeoverRecord {
    steps = List.copyOf(steps);
  }

  /**
   * A step that has ended.
   *
   * @param detail the adapter's words: how many, or what failed
   */
  public record Done(TakeoverStep step, long startedNs, long endedNs, boolean ok, String detail) {}

  /** Nothing done yet. */
  public static TakeoverRecord begin(
      long epoch, String cause, OptionalLong lastHeardNs, long decidedNs) {
    return new TakeoverRecord(epoch, cause, lastHeardNs, decidedNs, List.of(), false);
  }

  /** With one step more; complete with the last one. */
  public TakeoverRecord with(Done done) {
    List<Done> more = new ArrayList<>(steps);
    more.add(done);
    boolean last = done.ok() && done.step() == TakeoverStep.ENGINE;
    return new TakeoverRecord(epoch, cause, lastHeardNs, decidedNs, more, last);
  }

  /** A step's end, if it was done. */
  public Optional<Done> step(TakeoverStep step) {
    return steps.stream().filter(done -> done.step() == step).findFirst();
  }

  /** From the decision to the end of the announcements; empty if it did not come to that. */
  public OptionalLong decisionToAnnouncedNs() {
    return step(TakeoverStep.ANNOUNCE).stream()
        .mapToLong(done -> done.endedNs() - decidedNs)
        .findFirst();
  }

  /** From the last sign of life to the decision. */
  public OptionalLong detectionNs() {
    return lastHeardNs.isPresent()
        ? OptionalLong.of(decidedNs - lastHeardNs.getAsLong())
        : OptionalLong.empty();
  }

  /** Plain values under stable names, for a JSON writer: Long, String, Boolean, List, Map. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("epoch", epoch);
    map.put("cause", cause);
    lastHeardNs.ifPresent(ns -> map.put("lastHeardNs", ns));
    map.put("decidedNs", decidedNs);
    detectionNs().ifPresent(ns -> map.put("detectionNs", ns));
    decisionToAnnouncedNs().ifPresent(ns -> map.put("decisionToAnnouncedNs", ns));
    List<Map<String, Object>> list = new ArrayList<>();
    for (Done done : steps) {
      Map<String, Object> step = new LinkedHashMap<>();
      step.put("step", done.step().name().toLowerCase(Locale.ROOT));
      step.put("startedNs", done.startedNs());
      step.put("endedNs", done.endedNs());
      step.put("ok", done.ok());
      step.put("detail", done.detail());
      list.add(step);
    }
    map.put("steps", list);
    map.put("complete", complete);
    return map;
  }
}
