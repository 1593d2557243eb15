package io.pollux.agent.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * The lease that keeps the guard from fencing this node.
 *
 * <p>Order, on the role thread: {@link #publish} what closes the gate as it stands now, {@link
 * #renew}, then {@link #arm arm(true)}; renew more often than the lease is long; {@code arm(false)}
 * before the renewing ends. From {@code arm(true)} on, a deadline that passes means: gate closed,
 * addresses gone, goodbye said, this process killed.
 *
 * <p>{@code publish}, {@code renew} and {@code arm} belong to one thread; the rest may be called
 * from any.
 */
public sealed interface GuardPage permits SharedGuardPage, NoGuardPage {

  /** Name of the environment variable with the number of the inherited descriptor. */
  String DESCRIPTOR_VARIABLE = "POLLUX_GUARD_FD";

  /**
   * The page of the guard that started this process, or, with a warning, one that does nothing.
   *
   * @throws IOException if there is a descriptor and it is no page of this version
   */
  static GuardPage fromEnvironment(Map<String, String> environment) throws IOException {
    String number = environment.get(DESCRIPTOR_VARIABLE);
    if (number == null) {
      LoggerFactory.getLogger(GuardPage.class)
          .warn("started without its guard: there is no dead man's switch");
      return new NoGuardPage();
    }
    try {
      return open(Integer.parseInt(number));
    } catch (NumberFormatException e) {
      throw new IOException(DESCRIPTOR_VARIABLE + " is not a number: " + number, e);
    }
  }

  /** Maps the page behind an inherited descriptor. */
  static GuardPage open(int descriptor) throws IOException {
    return SharedGuardPage.map(Path.of("/proc/self/fd/" + descriptor));
  }

  /** False where nobody watches. */
  boolean present();

  /**
   * Moves the end of the lease, in {@link System#nanoTime()}, which is the guard's CLOCK_MONOTONIC.
   * Wait-free.
   */
  void renew(long deadlineNs);

  /**
   * Whether the guard fences when the lease runs out or this process ends: true while this node may
   * hold the addresses and a partner could take them, false while it is alone and the kernel had
   * better go on by itself. Wait-free.
   *
   * @throws IllegalStateException armed before the first {@link #renew}
   */
  void arm(boolean armed);

  /**
   * The thread that shall run under SCHED_RR, {@link #currentTid()} of the role thread; 0 for none.
   */
  void setRoleTid(int tid);

  /**
   * Replaces the messages that the guard would send, in this order. The guard takes them over
   * within 10 ms, and looks once more right before it sends.
   *
   * @throws IllegalArgumentException more than 256 messages or about 60 KiB: nothing was changed
   * @throws IllegalStateException two threads publish at once
   */
  void publish(List<FenceMessage> messages);

  /**
   * Ready, in this state; the guard tells the service manager. One thread calls it. What is longer
   * than 43 octets of UTF-8 is cut.
   */
  void notice(String state);

  /**
   * The engine's own thread lives. From the first {@link #notice} on, the guard kills a process
   * that does not say so for 30 seconds (its {@code --stall-limit}). Wait-free.
   */
  void beat();

  /** What the guard did last. */
  Fence lastFence();

  /** The kernel's number of the calling platform thread. */
  static int currentTid() throws IOException {
    return Integer.parseInt(
        Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
  }
}
