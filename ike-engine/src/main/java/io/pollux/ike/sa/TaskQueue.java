package io.pollux.ike.sa;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What an IKE SA still has to ask its peer: in order, each once, and what waits because the peer
 * was busy (RFC 7296 section 2.25).
 */
public final class TaskQueue {
  private final Set<Task> ready = new LinkedHashSet<>();
  private final List<Delayed> delayed = new ArrayList<>();

  private record Delayed(long dueNs, Task task) {}

  /** To be started after everything that was added before. */
  public void add(Task task) {
    ready.add(task);
  }

  /** To be started at {@code dueNs}. */
  public void addLater(Task task, long dueNs) {
    delayed.add(new Delayed(dueNs, task));
  }

  /** The next one, taken out; a Delete of the IKE SA comes before all others. */
  public Optional<Task> poll() {
    Optional<Task> next =
        ready.stream()
            .filter(t -> t instanceof Task.DeleteIke)
            .findFirst()
            .or(() -> ready.stream().findFirst());
    next.ifPresent(ready::remove);
    return next;
  }

  /** The first one of this kind that may be started now, taken out. */
  public <T extends Task> Optional<T> take(Class<T> kind) {
    Optional<T> first = ready.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    first.ifPresent(ready::remove);
    return first;
  }

  /** Puts what is due by {@code nowNs} into the queue. */
  public void release(long nowNs) {
    for (Iterator<Delayed> all = delayed.iterator(); all.hasNext(); ) {
      Delayed one = all.next();
      if (nowNs - one.dueNs >= 0) {
        all.remove();
        ready.add(one.task);
      }
    }
  }

  public boolean isEmpty() {
    return ready.isEmpty() && delayed.isEmpty();
  }

  /** All that waits, due or not. */
  public List<Task> all() {
    List<Task> all = new ArrayList<>(ready);
    delayed.forEach(d -> all.add(d.task));
    return all;
  }

  /** What waits goes to the queue of a new IKE SA, which need not be rekeyed itself. */
  void moveTo(TaskQueue successor) {
    ready.stream().filter(t -> !(t instanceof Task.RekeyIke)).forEach(successor.ready::add);
    delayed.stream()
        .filter(d -> !(d.task instanceof Task.RekeyIke))
        .forEach(successor.delayed::add);
    clear();
  }

  /** When something that waits gets due. */
  public OptionalLong next() {
    OptionalLong next = OptionalLong.empty();
    for (Delayed one : delayed) {
      next = Timers.earlier(next, one.dueNs);
    }
    return next;
  }

  public void clear() {
    ready.clear();
    delayed.clear();
  }
}
