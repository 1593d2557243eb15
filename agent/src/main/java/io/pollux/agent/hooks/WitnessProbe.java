package io.pollux.agent.hooks;

import io.pollux.agent.config.HaConfig.Witness;
import io.pollux.agent.config.HaConfig.Witnesses;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Asks witnesses whether they see this node: all at once, each on a thread of its own. A ping is an
 * ICMP echo (the JVM needs CAP_NET_RAW for it, as the daemon has it); a connection that is refused
 * is an answer too, because somebody has refused it.
 */
public final class WitnessProbe {
  private final List<Witness> all;
  private final Predicate<Witness> answers;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().name("witness-", 0).daemon().factory());
  private volatile String last = "not asked since the start";

  public WitnessProbe(Witnesses config) {
    this(config, new Network((int) Math.max(1, config.timeoutNs() / 1_000_000L)));
  }

  WitnessProbe(Witnesses config, Predicate<Witness> answers) {
    this.all = config.all();
    this.answers = answers;
  }

  /**
   * Returns at once.
   *
   * @param reached is called once, on another thread: true as soon as one answers, false when none
   *     has
   */
  public void ask(Consumer<Boolean> reached) {
    AtomicInteger open = new AtomicInteger(all.size());
    for (Witness witness : all) {
      threads.execute(
          () -> {
            if (answers.test(witness)) {
              if (open.getAndSet(0) > 0) {
                last = witness + " answered";
                reached.accept(true);
              }
            } else if (open.getAndUpdate(n -> Math.max(0, n - 1)) == 1) {
              last = "none of " + all + " answered";
              reached.accept(false);
            }
          });
    }
  }

  /** What the last round has shown, for people. */
  public String last() {
    return last;
  }

  /** What the network says. */
  private record Network(int timeoutMillis) implements Predicate<Witness> {
    @Override
    public boolean test(Witness witness) {
      try {
        return witness.port().isPresent()
            ? connects(witness)
            : witness.address().isReachable(timeoutMillis);
      } catch (IOException _) {
        return false;
      }
    }

    private boolean connects(Witness witness) throws IOException {
      try (Socket socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(witness.address(), witness.port().getAsInt()), timeoutMillis);
        return true;
      } catch (ConnectException refused) {
        return String.valueOf(refused.getMessage()).contains("refused");
      }
    }
  }
}
