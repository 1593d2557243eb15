package io.pollux.ike.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The operator's orders that are not done yet: each waits for the outcome of a set of goals and
 * ends with exactly one {@link Effect.CommandDone}.
 */
final class CommandLedger {
  private final Map<Long, Open> open = new LinkedHashMap<>();

  /**
   * What an order waits for.
   *
   * @param child the child's name; empty for the IKE SA itself
   */
  record Goal(Input.Verb verb, String connection, String child) {}

  private record Open(Set<Goal> goals, List<String> good, List<String> bad) {}

  /** {@code id} ends when every goal has ended. */
  void open(long id, Set<Goal> goals) {
    open.put(id, new Open(new LinkedHashSet<>(goals), new ArrayList<>(), new ArrayList<>()));
  }

  /** {@code goal} has ended, for every order that waits for it. */
  void ended(Goal goal, boolean ok, String story, Consumer<Effect> out) {
    for (Iterator<Map.Entry<Long, Open>> all = open.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Long, Open> entry = all.next();
      Open order = entry.getValue();
      if (order.goals.remove(goal)) {
        (ok ? order.good : order.bad).add(story);
        if (order.goals.isEmpty()) {
          all.remove();
          out.accept(done(entry.getKey(), order));
        }
      }
    }
  }

  /** Everything that waits for {@code connection} and {@code verb} has ended the same way. */
  void endedAll(
      Input.Verb verb, String connection, boolean ok, String story, Consumer<Effect> out) {
    Set<Goal> goals = new LinkedHashSet<>();
    for (Open order : open.values()) {
      for (Goal goal : order.goals) {
        if (goal.verb == verb && goal.connection.equals(connection)) {
          goals.add(goal);
        }
      }
    }
    for (Goal goal : goals) {
      ended(goal, ok, story, out);
    }
  }

  /** No order can go on, for {@code story}. */
  void abandon(String story, Consumer<Effect> out) {
    for (long id : List.copyOf(open.keySet())) {
      out.accept(new Effect.CommandDone(id, false, story));
    }
    open.clear();
  }

  private static Effect done(long id, Open order) {
    List<String> stories = order.bad.isEmpty() ? order.good : order.bad;
    return new Effect.CommandDone(
        id, order.bad.isEmpty(), String.join("; ", new LinkedHashSet<>(stories)));
  }
}
