package io.pollux.agent.runtime;

import io.pollux.ike.crypto.pki.KeyFiles;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CRLs that are fetched over HTTP (RFC 5280 section 4.2.1.13; a CRL is signed, so the way it comes
 * needs no protection), beforehand and again and again, so that no handshake waits for a web
 * server. What was fetched last stays until there is something newer; whether it is still current
 * is looked at when it is used.
 */
final class HttpCrls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike");
  private static final int MAX_OCTETS = 16 << 20; // a revocation list of a large CA
  private static final Http.Limits LIMITS =
      new Http.Limits(Duration.ofMinutes(2), Duration.ofSeconds(10), MAX_OCTETS);
  private static final long FIRST_RETRY_SECONDS = 5;

  private final long refreshSeconds;
  private final Http.Limits limits;
  private final AtomicLong lists = new AtomicLong();
  private final Map<URI, List<Octets>> fetched = new ConcurrentHashMap<>();
  private final Map<URI, Long> versions = new ConcurrentHashMap<>();
  private final Map<URI, Future<?>> next = new HashMap<>(); // the thread's own
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("crls").daemon().priority(Thread.MIN_PRIORITY).factory());

  /** Begins to fetch {@code urls}, each again every {@code refreshSeconds}. */
  HttpCrls(Set<URI> urls, long refreshSeconds) {
    this(urls, refreshSeconds, LIMITS);
  }

  HttpCrls(Set<URI> urls, long refreshSeconds, Http.Limits limits) {
    this.refreshSeconds = refreshSeconds;
    this.limits = limits;
    follow(urls);
  }

  /** From now on {@code urls}: what is new is fetched at once, what is not there is forgotten. */
  void follow(Set<URI> urls) {
    Set<URI> wanted = Set.copyOf(urls);
    try {
      thread.execute(() -> change(wanted));
    } catch (RejectedExecutionException _) {
      LOG.debug("CRLs are not fetched any more"); // closed
    }
  }

  private void change(Set<URI> wanted) {
    for (URI url : List.copyOf(next.keySet())) {
      if (!wanted.contains(url)) {
        next.remove(url).cancel(false);
        fetched.remove(url);
        versions.remove(url);
      }
    }
    for (URI url : wanted) {
      if (!next.containsKey(url)) {
        later(url, 0, FIRST_RETRY_SECONDS);
      }
    }
  }

  private void later(URI url, long seconds, long retrySeconds) {
    next.put(url, thread.schedule(() -> fetch(url, retrySeconds), seconds, TimeUnit.SECONDS));
  }

  private void fetch(URI url, long retrySeconds) {
    long wait = refreshSeconds;
    long retry = FIRST_RETRY_SECONDS;
    try {
      List<Octets> crls = KeyFiles.crls(Http.get(url, limits));
      if (!crls.equals(fetched.put(url, crls))) {
        versions.put(url, lists.incrementAndGet());
        LOG.info("CRL {}: fetched", url);
      }
    } catch (IOException | Malformed | RuntimeException failed) {
      boolean known = fetched.containsKey(url);
      LOG.warn(
          "CRL {} cannot be fetched: {}{}",
          url,
          failed.getMessage(),
          known ? "; the last one stays in use" : "");
      wait = Math.min(retrySeconds, refreshSeconds);
      retry = 2 * wait;
    }
    later(url, wait, retry);
  }

  /** What is there of these; any thread. */
  List<Octets> of(List<URI> urls) {
    List<Octets> all = new ArrayList<>();
    urls.forEach(url -> all.addAll(fetched.getOrDefault(url, List.of())));
    return all;
  }

  /** Changes with each new list, 0 before the first; a number is never used again. */
  long version(URI url) {
    return versions.getOrDefault(url, 0L);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
