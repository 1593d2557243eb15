package io.pollux.ike.sa;

import io.pollux.ike.engine.EffectId;
import io.pollux.ike.engine.KernelResult;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The pause of an IKE SA while the kernel installs a child: what to do with the answer, and the
 * inputs that come meanwhile.
 */
final class KernelWait {
  /** Inputs that may wait while the kernel works; a peer repeats what is dropped beyond. */
  private static final int MAX_DEFERRED = 16;

  private final Host host;
  private final Deque<Runnable> deferred = new ArrayDeque<>();
  private Optional<Installing> installing = Optional.empty();

  private record Installing(EffectId id, Consumer<KernelResult> outcome) {}

  KernelWait(Host host) {
    this.host = host;
  }

  void begin(EffectId id, Consumer<KernelResult> outcome) {
    installing = Optional.of(new Installing(id, outcome));
  }

  boolean isOn() {
    return installing.isPresent();
  }

  void defer(Runnable input) {
    if (deferred.size() < MAX_DEFERRED) {
      deferred.add(input);
    } else {
      host.count("inputs_dropped_while_installing");
    }
  }

  void end(EffectId id, KernelResult result) {
    if (installing.filter(i -> i.id.equals(id)).isEmpty()) {
      return;
    }
    Consumer<KernelResult> outcome = installing.get().outcome;
    installing = Optional.empty();
    outcome.accept(result);
  }

  Optional<Runnable> nextDeferred() {
    return isOn() ? Optional.empty() : Optional.ofNullable(deferred.poll());
  }

  void clear() {
    deferred.clear();
    installing = Optional.empty();
  }
}
