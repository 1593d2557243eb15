package io.pollux.agent.runtime;

import io.pollux.agent.config.Credentials;
import io.pollux.ike.crypto.pki.KeyFiles;
import io.pollux.ike.crypto.pki.RevocationData;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CRLs and OCSP responses from files, read again when a file's time or size has changed, and both
 * over HTTP. Each source stands for itself: one that cannot be used leaves what it said before in
 * place, says so in the log, and takes nothing from the others.
 */
final class RevocationStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike");

  private static final long REFRESH_SECONDS = 3600;
  private static final Duration SAID_AGAIN = Duration.ofHours(1);
  private static final Duration SAID_AT_MOST = Duration.ofMinutes(1);

  private final Supplier<Credentials> credentials;
  private final InstantSource clock;
  private final HttpCrls http;
  private final HttpOcsp responders;
  private final Map<String, Held> held = new ConcurrentHashMap<>();

  /** What a connection's revocation information comes from. */
  private sealed interface Source {
    record CrlFile(Path file) implements Source {
      @Override
      public String toString() {
        return "CRL " + file;
      }
    }

    record OcspFile(Path file) implements Source {
      @Override
      public String toString() {
        return "OCSP response " + file;
      }
    }

    record CrlUrl(URI url) implements Source {
      @Override
      public String toString() {
        return "CRL " + url;
      }
    }
  }

  /** What tells one content of a source from the next. */
  private sealed interface Mark {
    record Stamp(FileTime modified, long size) implements Mark {}

    record Version(long number) implements Mark {}

    record None() implements Mark {}
  }

  /**
   * One source.
   *
   * @param mark of the content that was read last, good or bad
   * @param good what is used of it
   * @param bad why the last content is not; empty if it is
   */
  private record Part(
      Mark mark, RevocationData good, String bad, String said, Optional<Instant> saidAt) {
    static final Part NEVER =
        new Part(new Mark.None(), RevocationData.NONE, "not read", "", Optional.empty());

    Part read(Mark now, RevocationData content) {
      return new Part(now, content, "", "", Optional.empty());
    }

    Part refused(Mark now, String why) {
      return new Part(now, good, why, said, saidAt);
    }
  }

  private record Held(Map<Source, Part> parts, RevocationData data) {}

  RevocationStore(Supplier<Credentials> credentials) {
    this(credentials, InstantSource.system());
  }

  RevocationStore(Supplier<Credentials> credentials, InstantSource clock) {
    this.credentials = credentials;
    this.clock = clock;
    this.responders = new HttpOcsp(clock);
    this.http = new HttpCrls(credentials.get().crlUrls(), REFRESH_SECONDS);
  }

  /** The credentials are others: lists that are new in them are fetched at once. */
  void reloaded() {
    http.follow(credentials.get().crlUrls());
  }

  /** Whether somebody may have to be asked for {@code connection}, which takes its time. */
  boolean asks(String connection) {
    return !credentials.get().revocation(connection).ocspUrls().isEmpty();
  }

  /** What is known for {@code connection}; any thread. */
  RevocationData of(String connection) {
    RevocationData known = held.compute(connection, this::current).data;
    List<URI> urls = credentials.get().revocation(connection).ocspUrls();
    return urls.isEmpty() ? known : known.asking(responders.at(urls));
  }

  private Held current(String connection, Held before) {
    Credentials.RevocationFiles files = credentials.get().revocation(connection);
    Map<Source, Part> last = before == null ? Map.of() : before.parts;
    Map<Source, Part> parts = new LinkedHashMap<>();
    files.crls().forEach(file -> look(connection, new Source.CrlFile(file), last, parts));
    files.ocspResponses().forEach(f -> look(connection, new Source.OcspFile(f), last, parts));
    files.crlUrls().forEach(url -> look(connection, new Source.CrlUrl(url), last, parts));
    List<RevocationData> good = good(parts);
    if (before != null && good.equals(good(last))) {
      return new Held(parts, before.data); // the same one: verdicts are remembered with it
    }
    return new Held(parts, good.stream().reduce(RevocationData.NONE, RevocationData::and));
  }

  private static List<RevocationData> good(Map<Source, Part> parts) {
    return parts.values().stream().map(Part::good).toList();
  }

  /** Puts what there is of {@code source} into {@code parts}. */
  private void look(
      String connection, Source source, Map<Source, Part> last, Map<Source, Part> parts) {
    Part before = last.getOrDefault(source, Part.NEVER);
    Part now = read(source, before);
    parts.put(source, now.bad.isEmpty() ? now : complained(connection, source, now));
  }

  private Part read(Source source, Part before) {
    Mark mark = new Mark.None(); // what cannot be read is tried again each time
    try {
      mark = mark(source);
      return mark.equals(before.mark) ? before : before.read(mark, content(source));
    } catch (NoSuchFileException _) {
      return before.refused(new Mark.None(), "there is no such file");
    } catch (IOException failed) {
      return before.refused(new Mark.None(), "cannot be read: " + failed);
    } catch (Malformed wrong) {
      return before.refused(mark, wrong.getMessage());
    }
  }

  private Mark mark(Source source) throws IOException {
    return switch (source) {
      case Source.CrlFile(Path file) -> stamp(file);
      case Source.OcspFile(Path file) -> stamp(file);
      case Source.CrlUrl(URI url) -> new Mark.Version(http.version(url));
    };
  }

  private RevocationData content(Source source) throws IOException, Malformed {
    return switch (source) {
      case Source.CrlFile(Path file) ->
          RevocationData.of(KeyFiles.crls(Files.readAllBytes(file)), List.of());
      case Source.OcspFile(Path file) ->
          RevocationData.of(List.of(), List.of(Octets.owning(Files.readAllBytes(file))));
      case Source.CrlUrl(URI url) -> RevocationData.of(http.of(List.of(url)), List.of());
    };
  }

  /** Says it once, again after an hour, and another reason a minute later at the earliest. */
  private Part complained(String connection, Source source, Part part) {
    Instant now = clock.instant();
    Duration pause = part.bad.equals(part.said) ? SAID_AGAIN : SAID_AT_MOST;
    if (part.saidAt.isPresent() && now.isBefore(part.saidAt.get().plus(pause))) {
      return part;
    }
    LOG.warn(
        "conn={}: {} cannot be used: {}; its last good content and other sources stay in use",
        connection,
        source,
        part.bad);
    return new Part(part.mark, part.good, part.bad, part.bad, Optional.of(now));
  }

  @Override
  public void close() {
    http.close();
  }

  private static Mark stamp(Path file) throws IOException {
    return new Mark.Stamp(Files.getLastModifiedTime(file), Files.size(file));
  }
}
