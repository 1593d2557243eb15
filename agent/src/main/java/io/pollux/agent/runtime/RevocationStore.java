package io.pollux.agent.runtime;

import io.pollux.agent.config.Credentials;
import io.pollux.ike.crypto.pki.KeyFiles;
import io.pollux.ike.crypto.pki.RevocationData;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CRLs and OCSP responses from files, read again when a file's time or size has changed, and both
 * over HTTP. A file that cannot be read any more leaves what was known before in place, and says so
 * in the log.
 */
final class RevocationStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike");

  private static final long REFRESH_SECONDS = 3600;

  private final Supplier<Credentials> credentials;
  private final HttpCrls http;
  private final HttpOcsp responders = new HttpOcsp(InstantSource.system());
  private final Map<String, Held> held = new ConcurrentHashMap<>();

  private record Stamp(FileTime modified, long size) {}

  private record Held(Map<Path, Stamp> stamps, Map<URI, Long> versions, RevocationData data) {}

  RevocationStore(Supplier<Credentials> credentials) {
    this.credentials = credentials;
    this.http = new HttpCrls(credentials.get().crlUrls(), REFRESH_SECONDS);
  }

  /** The credentials are others: lists that are new in them are fetched at once. */
  void reloaded() {
    http.follow(credentials.get().crlUrls());
  }

  /** What is known for {@code connection}; any thread. */
  RevocationData of(String connection) {
    RevocationData known = held.compute(connection, this::current).data;
    List<URI> urls = credentials.get().revocation(connection).ocspUrls();
    return urls.isEmpty() ? known : known.asking(responders.at(urls));
  }

  private Held current(String connection, Held before) {
    Credentials.RevocationFiles files = credentials.get().revocation(connection);
    Map<Path, Stamp> stamps = new TreeMap<>();
    Map<URI, Long> versions = http.versions(files.crlUrls());
    try {
      for (Path file : files.crls()) {
        stamps.put(file, stamp(file));
      }
      for (Path file : files.ocspResponses()) {
        stamps.put(file, stamp(file));
      }
      if (before != null && before.stamps.equals(stamps) && before.versions.equals(versions)) {
        return before;
      }
      List<Octets> crls = new ArrayList<>(http.of(files.crlUrls()));
      for (Path file : files.crls()) {
        crls.addAll(KeyFiles.crls(Files.readAllBytes(file)));
      }
      List<Octets> answers = new ArrayList<>();
      for (Path file : files.ocspResponses()) {
        answers.add(Octets.owning(Files.readAllBytes(file)));
      }
      return new Held(stamps, versions, RevocationData.of(crls, answers));
    } catch (IOException | Malformed failed) {
      LOG.warn("conn={}: revocation files cannot be used: {}", connection, failed.toString());
      RevocationData known = before == null ? RevocationData.NONE : before.data;
      return new Held(stamps, versions, known); // not complained about again before a file changes
    }
  }

  @Override
  public void close() {
    http.close();
  }

  private static Stamp stamp(Path file) throws IOException {
    return new Stamp(Files.getLastModifiedTime(file), Files.size(file));
  }
}
