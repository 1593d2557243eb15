package io.pollux.agent.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One platform thread that owns some state: work is posted to it, in lanes of falling urgency, and
 * it wakes up by itself when its owner says so. Posting takes no lock. An exception out of the work
 * is our own mistake and ends the process (the standby takes over).
 */
public final class Loop implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  /** What runs on the thread besides posted work. */
  public interface Owner {
    /**
     * When {@link #wake} is due, on the clock of {@link System#nanoTime}; {@link Long#MAX_VALUE} =
     * never.
     */
    long nextWakeNs();

    /** Called when {@link #nextWakeNs} has passed; an early call must do no harm. */
    void wake(long nowNs);
  }

  private final List<Queue<Runnable>> lanes = new ArrayList<>();
  private final Owner owner;
  private final Thread thread;
  private final AtomicBoolean parked = new AtomicBoolean();
  private volatile boolean stopping;

  public Loop(String name, int laneCount, Owner owner) {
    for (int lane = 0; lane < laneCount; lane++) {
      lanes.add(new ConcurrentLinkedQueue<>());
    }
    this.owner = owner;
    this.thread = Thread.ofPlatform().name(name).daemon(false).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** Posts to the most urgent lane. */
  @Override
  public void execute(Runnable work) {
    post(0, work);
  }

  /** Posts to {@code lane}; a lane is served only when those before it are empty. */
  public void post(int lane, Runnable work) {
    lanes.get(lane).add(work);
    if (parked.get()) {
      LockSupport.unpark(thread);
    }
  }

  /** Ends the loop after the work that is waiting. */
  public void stop() {
    stopping = true;
    LockSupport.unpark(thread);
  }

  /** Waits for the end of a stopped loop. */
  public boolean join(long millis) throws InterruptedException {
    thread.join(millis);
    return !thread.isAlive();
  }

  private void run() {
    try {
      while (true) {
        Runnable work = next();
        if (work != null) {
          work.run();
        }
        long now = System.nanoTime();
        long due = owner.nextWakeNs();
        if (due != Long.MAX_VALUE && now - due >= 0) {
          owner.wake(now);
        } else if (work == null) {
          if (stopping) {
            return;
          }
          sleep(due == Long.MAX_VALUE ? Long.MAX_VALUE : due - now);
        }
      }
    } catch (Throwable mistake) {
      LOG.error(
          "thread "
              + thread.getName()
              + " failed; the daemon ends so that the standby can take over",
          mistake);
      Fatal.exit();
    }
  }

  private Runnable next() {
    for (Queue<Runnable> lane : lanes) {
      Runnable work = lane.poll();
      if (work != null) {
        return work;
      }
    }
    return null;
  }

  private void sleep(long ns) {
    parked.set(true);
    boolean empty = true;
    for (Queue<Runnable> lane : lanes) {
      empty &= lane.isEmpty();
    }
    if (empty && !stopping) {
      if (ns == Long.MAX_VALUE) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, ns);
      }
    }
    parked.set(false);
  }
}
