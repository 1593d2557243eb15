package io.pollux.agent.runtime;

import io.pollux.ike.crypto.pki.OcspSource;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks OCSP responders over HTTP (RFC 6960 appendix A.1) about the certificates of a peer that has
 * come: a response is signed, so the way it comes needs no protection. What counted is kept until
 * its nextUpdate, an hour at most; a responder that does not answer is left alone for half a
 * minute, so that one handshake waits for it, not all. Any thread.
 */
final class HttpOcsp {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike");
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int MAX_OCTETS = 65_536;
  private static final int MAX_KEPT = 10_000;
  private static final Duration KEPT = Duration.ofHours(1);
  private static final Duration LEFT_ALONE = Duration.ofSeconds(30);

  private final InstantSource clock;
  private final Http.Limits limits;
  private final Map<Octets, Kept> kept = new LinkedHashMap<>(); // both under this
  private final Map<URI, Instant> silentUntil = new LinkedHashMap<>();

  private record Kept(Octets response, Instant until) {}

  HttpOcsp(InstantSource clock) {
    this(clock, PATIENCE);
  }

  /** With {@code patience} for a request and its answer, all in all. */
  HttpOcsp(InstantSource clock, Duration patience) {
    this.clock = clock;
    this.limits = new Http.Limits(patience, patience, MAX_OCTETS);
  }

  /** These responders, one after the other until one answers. */
  OcspSource at(List<URI> urls) {
    return new OcspSource() {
      @Override
      public Optional<Octets> ask(Octets request) {
        return known(request)
            .or(
                () ->
                    urls.stream()
                        .map(url -> fetch(url, request))
                        .flatMap(Optional::stream)
                        .findFirst());
      }

      @Override
      public void believed(Octets request, Octets response, Instant until) {
        keep(request, response, until);
      }
    };
  }

  private synchronized Optional<Octets> known(Octets request) {
    return Optional.ofNullable(kept.get(request))
        .filter(k -> k.until.isAfter(clock.instant()))
        .map(Kept::response);
  }

  private synchronized void keep(Octets request, Octets response, Instant nextUpdate) {
    Instant now = clock.instant();
    Kept before = kept.remove(request);
    if (before != null && before.response.equals(response)) {
      kept.put(request, before); // its hour is not begun anew
      return;
    }
    Instant end = now.plus(KEPT);
    kept.values().removeIf(k -> !k.until.isAfter(now));
    if (kept.size() >= MAX_KEPT) {
      kept.remove(kept.keySet().iterator().next());
    }
    kept.put(request, new Kept(response, nextUpdate.isBefore(end) ? nextUpdate : end));
  }

  private synchronized boolean isSilent(URI url) {
    Instant until = silentUntil.get(url);
    return until != null && until.isAfter(clock.instant());
  }

  private synchronized void silent(URI url) {
    silentUntil.put(url, clock.instant().plus(LEFT_ALONE));
  }

  private Optional<Octets> fetch(URI url, Octets request) {
    if (isSilent(url)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Octets.owning(post(url, request.toArray())));
    } catch (IOException | RuntimeException failed) {
      silent(url);
      LOG.warn(
          "OCSP {} does not answer: {}; not asked again for {} s",
          url,
          failed.getMessage(),
          LEFT_ALONE.toSeconds());
      return Optional.empty();
    }
  }

  private byte[] post(URI url, byte[] request) throws IOException {
    return Http.post(url, limits, "application/ocsp-request", "application/ocsp-response", request);
  }
}
