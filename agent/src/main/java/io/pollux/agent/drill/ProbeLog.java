package io.pollux.agent.drill;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/** The answers that came for the numbered probes to one target. Thread-safe. */
final class ProbeLog {
  /** An answer. */
  record Answer(long number, long atNs) {}

  private final List<Answer> answers = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();

  void add(long number, long atNs) {
    lock.lock();
    try {
      answers.add(new Answer(number, atNs));
    } finally {
      lock.unlock();
    }
  }

  private List<Answer> all() {
    lock.lock();
    try {
      return List.copyOf(answers);
    } finally {
      lock.unlock();
    }
  }

  /** How many came. */
  long count() {
    return all().size();
  }

  /** How many came since then. */
  long since(long fromNs) {
    return all().stream().filter(a -> a.atNs() - fromNs >= 0).count();
  }

  /** How many came in between. */
  long between(long fromNs, long toNs) {
    return all().stream().filter(a -> a.atNs() - fromNs >= 0 && a.atNs() - toNs < 0).count();
  }

  /**
   * What a blow did to these probes. Lost are numbers that no answer came for between the last
   * answer before {@code blowNs} and the last one before {@code endNs}; the silence is the longest
   * one between two answers in that time, up to {@code endNs} where nothing came any more.
   *
   * @param intervalMillis between two probes: counts those that nothing was heard of at the end
   */
  Loss loss(long blowNs, long endNs, long intervalMillis) {
    TreeMap<Long, Long> seen = new TreeMap<>();
    Answer last = null;
    for (Answer a : all()) {
      if (a.atNs() - blowNs < 0) {
        last = last == null || a.number() > last.number() ? a : last;
      }
    }
    for (Answer a : all()) {
      if (a.atNs() - blowNs >= 0
          && a.atNs() - endNs < 0
          && (last == null || a.number() > last.number())) {
        seen.merge(a.number(), a.atNs(), Math::min);
      }
    }
    long number = last == null ? seen.isEmpty() ? 0 : seen.firstKey() - 1 : last.number();
    long heard = last == null ? blowNs : last.atNs();
    List<Hole> holes = new ArrayList<>();
    for (var answer : seen.entrySet()) {
      holes.add(
          new Hole(answer.getKey() - number - 1, answer.getValue() - heard, answer.getValue()));
      number = answer.getKey();
      heard = Math.max(heard, answer.getValue());
    }
    boolean silent = (endNs - heard) / 1_000_000 > Math.max(1000, 10 * intervalMillis);
    if (silent) {
      holes.add(new Hole((endNs - heard) / 1_000_000 / intervalMillis, endNs - heard, -1));
    }
    long lost = holes.stream().mapToLong(Hole::lost).sum();
    Hole widest =
        holes.stream()
            .max(Comparator.comparingLong(Hole::lost).thenComparingLong(Hole::silenceNs))
            .orElse(new Hole(0, 0, blowNs));
    return new Loss(
        seen.size() + lost,
        lost,
        lost - widest.lost(),
        holes.stream().mapToLong(Hole::silenceNs).max().orElse(0) / 1_000_000,
        silent ? -1 : Math.max(0, (widest.endNs() - blowNs) / 1_000_000));
  }

  private record Hole(long lost, long silenceNs, long endNs) {}

  /**
   * What a blow cost.
   *
   * @param outside lost in other holes than the widest
   * @param gapMillis the longest silence
   * @param backMillis from the blow to the answer that ended the widest hole; -1 if none did
   */
  record Loss(long sent, long lost, long outside, long gapMillis, long backMillis) {}
}
