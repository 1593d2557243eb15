package io.pollux.agent.kernel;

import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Volume;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Child SAs in a kernel: one method for each thing that an engine or a standby wants done with
 * them. Orders are carried out one after the other in the order of their lanes; what the kernel
 * refuses comes back as a value, on {@code where}.
 */
public interface ChildSas {
  /**
   * The counters of a child as the kernel has them.
   *
   * @param atNs when they were read, on the clock of {@link System#nanoTime}
   */
  record Reading(EspSpi inbound, ReplayState state, long atNs) {}

  /** A counter to be written: the child and its new value. */
  record Write(ChildSaSnapshot child, long value) {}

  /**
   * Inbound SA, outbound SA if it is the active one, and policies: all, or nothing with the reason.
   *
   * @param counters where both SAs start: the last number sent, the highest received
   * @param policies whether the child's policies are to be put in too
   */
  void install(
      ChildSaSnapshot child,
      ReplayState counters,
      boolean policies,
      Executor where,
      Consumer<KernelResult> reply);

  /**
   * {@code fresh}'s outbound SA in, {@code old}'s out unless it is the same one.
   *
   * @param counters where the outbound SA starts
   */
  void switchOutbound(
      ChildSaSnapshot old,
      ChildSaSnapshot fresh,
      ReplayState counters,
      Executor where,
      Consumer<KernelResult> reply);

  /** Both SAs out; the policies too unless {@code keepPolicies}. */
  void remove(ChildSaSnapshot child, boolean keepPolicies);

  /** The outbound SA alone out: nothing is sent on it any more. */
  void removeOutbound(ChildSaSnapshot child);

  /**
   * The child at new endpoints: new SAs with {@code counters}, or the old ones' where those are
   * further on by then, and the old ones out (UPDSA does not change addresses); where only ports
   * differ the SAs stay and keep their counters.
   */
  void move(
      ChildSaSnapshot before,
      ChildSaSnapshot after,
      ReplayState counters,
      Executor where,
      Consumer<KernelResult> reply);

  /** Writes outbound counters forward; {@code reply} gets how many the kernel refused. */
  void writeOutbound(List<Write> writes, int lane, Executor where, Consumer<Integer> reply);

  /**
   * What became of {@link #arm}.
   *
   * @param refused children whose counter the kernel did not take: their outbound SAs are out too
   * @param standing why an outbound SA that must not send still stands; empty when none does
   */
  record Armed(List<ChildSaSnapshot> refused, Optional<String> standing) {}

  /**
   * Takes the outbound SAs of {@code shut} out and writes outbound counters forward; an SA whose
   * counter is refused goes out in the same breath. {@code reply} comes behind all that was ordered
   * before, also where there is nothing to do.
   */
  void arm(List<Write> writes, List<ChildSaSnapshot> shut, Executor where, Consumer<Armed> reply);

  /**
   * Writes inbound windows forward, on a standby, or once where the peer has stepped over what was
   * missed (RFC 6311 section 5.2); {@code reply} gets how many the kernel refused.
   */
  void writeInbound(List<Write> writes, int lane, Executor where, Consumer<Integer> reply);

  /** What {@code child} has carried, into both its SAs: the limits by volume go on from there. */
  void writeVolume(ChildSaSnapshot child, Volume carried);

  /** Reads counters in portions; {@code reply} gets those that are there. */
  void read(List<ChildSaSnapshot> children, Executor where, Consumer<List<Reading>> reply);

  /**
   * Puts back policies, routes and rules of these children, and takes away what has one of these
   * names ({@link Audit}'s) and belongs to none of them.
   */
  void repair(List<ChildSaSnapshot> children, List<String> extra);

  /** The metric of the routes follows the role; nothing waits for it. */
  void role(boolean active);
}
