package io.pollux.agent.runtime;

import io.pollux.agent.kernel.Audit;
import io.pollux.agent.kernel.ChildSas;
import io.pollux.ha.audit.AuditDifference;
import io.pollux.ha.audit.AuditItem;
import io.pollux.ha.audit.AuditMessage;
import io.pollux.ha.audit.AuditRounds;
import io.pollux.ha.audit.AuditStatus;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.wire.Octets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The audit's messages, readings and repairs. Owned by the SAs' thread. */
final class AuditSide {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.audit");
  private static final int KEY_OCTETS = 32;

  private final AuditRounds rounds = new AuditRounds();
  private final SecureRandom random = new SecureRandom();
  private final Audit kernel;
  private final ChildSas table;
  private final Executor loop;
  private final Replication replication;
  private final StandbyKernel standby;

  AuditSide(
      Audit kernel, ChildSas table, Executor loop, Replication replication, StandbyKernel standby) {
    this.kernel = kernel;
    this.table = table;
    this.loop = loop;
    this.replication = replication;
    this.standby = standby;
  }

  AuditStatus status() {
    return rounds.status();
  }

  void linkUp(long nowNs) {
    byte[] key = new byte[KEY_OCTETS];
    random.nextBytes(key);
    rounds.linkUp(key, nowNs);
  }

  /** The standby has everything: the first comparison need not wait for its time. */
  void paired(long nowNs) {
    rounds.paired(nowNs);
  }

  void linkDown() {
    rounds.linkDown();
  }

  /** What was found out belongs to another role. */
  void roleChanged() {
    rounds.forget();
  }

  long nextWakeNs() {
    return rounds.nextWakeNs();
  }

  void wake(long nowNs) {
    if (rounds.wake(replication.leading(), nowNs)) {
      kernel.read(rounds.key(), loop, this::offer);
    }
  }

  private void offer(List<AuditItem> items) {
    if (replication.leading()) {
      send(rounds.offer(items));
    }
  }

  private void send(AuditMessage message) {
    replication.control(message.encode(), System.nanoTime());
  }

  /** Takes a message of the other agent, if it is one of the audit's. */
  boolean take(Octets octets) {
    var message = AuditMessage.decode(octets);
    message.ifPresent(this::take);
    return message.isPresent();
  }

  private void take(AuditMessage message) {
    boolean leading = replication.leading();
    switch (message) {
      case AuditMessage.Offer offer -> {
        if (!leading) {
          rounds.offered(offer);
          counters(behind -> kernel.read(offer.key(), loop, items -> compare(items, behind)));
        }
      }
      case AuditMessage.Ask ask -> {
        if (leading) {
          rounds.ask(ask).forEach(this::send);
        }
      }
      case AuditMessage.Items items -> {
        if (!leading && rounds.items(items)) {
          end();
        }
      }
      case AuditMessage.Result result -> {
        if (leading) {
          rounds.result(result, System.nanoTime());
        }
      }
    }
  }

  /** Armed counters that the kernel has not where they were written to. */
  private void counters(Consumer<List<AuditDifference>> then) {
    long now = System.nanoTime();
    Map<EspSpi, Long> armed = new LinkedHashMap<>();
    List<ChildSaSnapshot> children = new ArrayList<>();
    for (EspSpi spi : replication.shadow().inboundSpis()) {
      var margin = standby.margin(spi, now);
      replication
          .shadow()
          .child(spi, now)
          .filter(c -> c.outboundActive() && margin.isPresent())
          .ifPresent(
              c -> {
                armed.put(spi, margin.get().armed());
                children.add(c);
              });
    }
    table.read(
        children,
        loop,
        readings -> {
          List<AuditDifference> behind = new ArrayList<>();
          for (ChildSas.Reading reading : readings) {
            long wanted = armed.get(reading.inbound());
            if (Long.compareUnsigned(reading.state().oseq(), wanted) < 0) {
              behind.add(
                  new AuditDifference(AuditDifference.Kind.BEHIND, "sa in " + reading.inbound()));
            }
          }
          then.accept(behind);
        });
  }

  private void compare(List<AuditItem> items, List<AuditDifference> behind) {
    if (replication.leading()) {
      return;
    }
    rounds.compared(items, behind).ifPresent(this::send);
    if (rounds.complete()) {
      end();
    }
  }

  private void end() {
    Set<String> shut = shut(System.nanoTime());
    List<AuditDifference> confirmed =
        rounds.confirm(d -> d.kind() == AuditDifference.Kind.MISSING && shut.contains(d.name()));
    if (!confirmed.isEmpty()) {
      confirmed.forEach(d -> LOG.warn("audit: this kernel is not as the active node's: {}", d));
      repair(replication.shadow(), confirmed);
    }
    send(rounds.result(System.nanoTime()));
  }

  /**
   * Outbound SAs that must not send before they are rekeyed: the standby does not install them, and
   * says so as what keeps the pair from being ready.
   */
  private Set<String> shut(long now) {
    Shadow shadow = replication.shadow();
    Set<String> names = new LinkedHashSet<>();
    for (EspSpi spi : shadow.inboundSpis()) {
      if (standby.margin(spi, now).isEmpty()) {
        shadow
            .child(spi, now)
            .ifPresent(
                c ->
                    names.add(
                        "sa out %s to %s"
                            .formatted(c.outboundSpi(), c.peer().address().getHostAddress())));
      }
    }
    return names;
  }

  /**
   * From the shadow: it is what the active node has said, and the active's kernel agrees with it.
   */
  private void repair(Shadow shadow, List<AuditDifference> confirmed) {
    long now = System.nanoTime();
    List<ChildSaSnapshot> all = new ArrayList<>();
    for (EspSpi spi : shadow.inboundSpis()) {
      shadow.child(spi, now).ifPresent(all::add);
    }
    List<String> extra = new ArrayList<>();
    boolean rest = false;
    for (AuditDifference d : confirmed) {
      boolean sa = d.name().startsWith("sa ");
      rest |= !sa;
      List<ChildSaSnapshot> children = all.stream().filter(c -> sa && isOf(d.name(), c)).toList();
      children.forEach(c -> standby.reinstall(c, now));
      if (d.kind() == AuditDifference.Kind.EXTRA && children.isEmpty()) {
        extra.add(d.name());
      }
    }
    if (rest || !extra.isEmpty()) {
      table.repair(all, extra);
    }
  }

  private static boolean isOf(String name, ChildSaSnapshot child) {
    return name.startsWith("sa in " + child.inboundSpi())
        || name.startsWith("sa out " + child.outboundSpi());
  }
}
