package io.pollux.agent.runtime;

import io.pollux.agent.guard.GuardPage;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.local.JournalStore;
import io.pollux.ha.local.LocalJournal;
import io.pollux.ha.local.LocalJournalReader;
import io.pollux.ha.local.Recovered;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this daemon leaves to the next one on this machine, and what the last one has left to it. A
 * journal that fails is given up, loudly: the gateway works without it. Owned by the SAs' thread
 * once the start is over.
 */
final class Legacy {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.restart");
  private static final long TAIL_OCTETS = 1 << 20;

  /** A journal that was read this often without a reign that lasted may be the cause itself. */
  private static final long MOST_READS = 3;

  private final Optional<JournalStore> store;
  private final long token;
  private Optional<LocalJournal> journal;

  /**
   * The reign that was left: its epoch, and what it held.
   *
   * @param atNs when the ages in {@code sas} were right
   */
  record Left(long epoch, List<IkeSaSnapshot> sas, long atNs) {
    /** The same as the copy that the next reign begins with. */
    Shadow shadow(long nowNs) {
      Shadow shadow = new Shadow();
      shadow.replace(new HaSnapshot(epoch, Segment.DEFAULT, 0, nowNs - atNs, sas), nowNs);
      return shadow;
    }
  }

  /**
   * @param store empty where nothing outlives this process
   * @param token how often the guard has fenced this node: a reign that was fenced is over
   */
  Legacy(Optional<JournalStore> store, long token) {
    this.store = store;
    this.token = token;
    this.journal = store.map(s -> new LocalJournal(s, TAIL_OCTETS));
  }

  /** In the guard's memory; a guard that has fenced this node has ended what is written there. */
  static Legacy fromEnvironment(Map<String, String> environment, GuardPage guard)
      throws IOException {
    return new Legacy(
        JournalMemory.fromEnvironment(environment).map(m -> m), guard.lastFence().count());
  }

  /** A gateway whose successor starts cold. */
  static Legacy none() {
    return new Legacy(Optional.empty(), 0);
  }

  /** What can be gone on with, as far as the journal alone can tell; says why if not. */
  Optional<Left> read(Set<String> connections, long nowNs) {
    if (store.isEmpty()) {
      return Optional.empty();
    }
    try {
      return judge(LocalJournalReader.read(store.get(), nowNs), connections, nowNs);
    } catch (JournalStore.Failed failed) {
      cold(failed.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Left> judge(Recovered found, Set<String> connections, long nowNs) {
    switch (found) {
      case Recovered.Nothing _ -> {
        cold("no earlier daemon has left anything");
        return Optional.empty();
      }
      case Recovered.Unusable(var why) -> {
        cold("the local journal cannot be used: " + why);
        return Optional.empty();
      }
      case Recovered.Reign reign -> {
        return judge(reign, connections, nowNs);
      }
    }
  }

  private Optional<Left> judge(Recovered.Reign reign, Set<String> connections, long nowNs) {
    if (reign.token() != token) {
      cold("the guard has ended the reign of epoch " + reign.epoch());
      return Optional.empty();
    }
    if (reign.reads() > MOST_READS) {
      cold(
          "the local journal was adopted "
              + MOST_READS
              + " times and no daemon lasted: it may be the cause");
      return Optional.empty();
    }
    List<IkeSaSnapshot> sas =
        reign.shadow().snapshot(nowNs).sas().stream()
            .filter(sa -> connections.contains(sa.connection()))
            .toList();
    LOG.info(
        "the local journal holds {} IKE SAs of epoch {}{}",
        sas.size(),
        reign.epoch(),
        reign.torn() ? "; its last step was torn and never acted upon" : "");
    return Optional.of(new Left(reign.epoch(), sas, nowNs));
  }

  /** Said once, and with its reason: the tunnels have to be negotiated again. */
  static void cold(String why) {
    LOG.info("cold start: {}", why);
  }

  /** See {@link LocalJournal#begin}. */
  void begin(long epoch, LongFunction<HaSnapshot> source, boolean atOnce, long nowNs) {
    guarded(j -> j.begin(epoch, token, source, atOnce, nowNs));
  }

  /** See {@link LocalJournal#append}. */
  void append(IkeEvent event, boolean more, long nowNs) {
    guarded(j -> j.append(event, more, nowNs));
  }

  long nextWakeNs() {
    return journal.map(LocalJournal::nextWakeNs).orElse(Long.MAX_VALUE);
  }

  void work(long nowNs) {
    guarded(j -> j.work(nowNs));
  }

  /** This node's reign is over: there is nothing to adopt. */
  void end() {
    guarded(LocalJournal::clear);
  }

  private void guarded(Consumer<LocalJournal> work) {
    if (journal.isEmpty()) {
      return;
    }
    try {
      work.accept(journal.get());
    } catch (JournalStore.Failed failed) {
      LOG.error(
          "local journal given up: {}; a daemon that is started after this one starts cold",
          failed.getMessage());
      LocalJournal broken = journal.get();
      journal = Optional.empty();
      try {
        broken.clear(); // a journal that misses events must never be adopted
      } catch (JournalStore.Failed again) {
        LOG.error("and cannot be cleared: {}; the daemon ends", again.getMessage());
        Fatal.exit();
      }
    }
  }
}
