package io.pollux.ike.sa;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EffectId;
import io.pollux.ike.engine.KernelResult;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The pause of an IKE SA while somebody else works for it: the kernel installs a child, or a
 * signature or the verdict on a certificate is made. What to do with the answer, and the inputs
 * that come meanwhile.
 */
public final class Waiting {
  /** Inputs that may wait meanwhile; a peer repeats what is dropped beyond. */
  private static final int MAX_DEFERRED = 16;

  private static final int MAX_OCTETS = 65_536;

  private final IkeSa sa;
  private final Deque<Deferred> deferred = new ArrayDeque<>();
  private Optional<Awaited<?>> awaited = Optional.empty();
  private int octets; // of what waits

  private record Deferred(int octets, Runnable input) {}

  private record Awaited<R>(EffectId id, Class<R> type, Consumer<R> outcome, Runnable never) {
    void accept(Object result) {
      outcome.accept(type.cast(result));
    }
  }

  Waiting(IkeSa sa) {
    this.sa = sa;
  }

  <R> void begin(EffectId id, Class<R> answer, Consumer<R> outcome) {
    awaited = Optional.of(new Awaited<>(id, answer, outcome, () -> {}));
  }

  /**
   * Asks for a signature or a verdict and waits for it; nothing of this IKE SA goes on meanwhile
   * but the limit of this wait.
   *
   * @param never the answer if there cannot be one now, and no message of the peer will come again
   */
  public <R> void prove(
      Function<EffectId, Effect> effect, Class<R> answer, R never, Consumer<R> outcome) {
    Host host = sa.host();
    EffectId id = host.nextEffect(sa);
    Consumer<R> end =
        result -> {
          sa.timers().clear(Timers.Kind.PROOF);
          outcome.accept(result);
        };
    awaited = Optional.of(new Awaited<>(id, answer, end, () -> end.accept(never)));
    sa.timers().clear(Timers.Kind.RETRANSMIT); // it has its response, which is being worked on
    sa.timers().set(Timers.Kind.PROOF, host.nowNs() + host.config().halfOpen().timeoutNs());
    host.emit(effect.apply(id));
  }

  boolean isOn() {
    return awaited.isPresent();
  }

  /** Whether it is not the kernel that works. */
  public boolean isProving() {
    return awaited.filter(a -> a.type != KernelResult.class).isPresent();
  }

  /** Keeps an input, a datagram of {@code length} octets, until there is an answer. */
  public void defer(int length, Runnable input) {
    int most = sa.isUp() ? MAX_OCTETS : Math.min(MAX_OCTETS, sa.host().strangerOctets());
    if (deferred.size() < MAX_DEFERRED && octets + length <= most) {
      deferred.add(new Deferred(length, input));
      octets += length;
    } else {
      sa.host().count("inputs_dropped_while_installing");
    }
  }

  /** The answer to the effect {@code id}. */
  public void end(EffectId id, Object result) {
    Optional<Awaited<?>> current = awaited.filter(a -> a.id.equals(id));
    if (current.isEmpty()) {
      return;
    }
    awaited = Optional.empty();
    current.get().accept(result);
  }

  /** There will be no answer to the effect {@code id}: the peer's message counts as lost. */
  public void postpone(EffectId id) {
    Optional<Awaited<?>> current = awaited.filter(a -> a.id.equals(id));
    if (current.isEmpty()) {
      return;
    }
    awaited = Optional.empty();
    if (sa.window().isInWork()) {
      sa.timers().clear(Timers.Kind.PROOF);
      sa.window().dropped();
    } else if (sa.window().isBusy()) {
      sa.timers().clear(Timers.Kind.PROOF);
      sa.armRetransmission();
    } else {
      current.get().never.run();
    }
  }

  /** The next input that has waited, unless there is again something to wait for. */
  public Optional<Runnable> nextDeferred() {
    if (isOn() || deferred.isEmpty()) {
      return Optional.empty();
    }
    Deferred next = deferred.poll();
    octets -= next.octets;
    return Optional.of(next.input);
  }

  void clear() {
    deferred.clear();
    octets = 0;
    awaited = Optional.empty();
  }
}
