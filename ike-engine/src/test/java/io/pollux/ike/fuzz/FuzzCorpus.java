package io.pollux.ike.fuzz;

import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.DistinguishedName;
import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.engine.FuzzedEngine;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The committed inputs, a line of hexadecimal digits each, in a file per target; and what {@code
 * ./dev fuzz} needs of them.
 *
 * <pre>
 *   FuzzCorpus unpack TARGET DIRECTORY        a file for each input: committed ones, and seeds
 *   FuzzCorpus pack TARGET DIRECTORY FILE     the other way round, without what the seeds are
 * </pre>
 */
public final class FuzzCorpus {
  private static final HexFormat HEX = HexFormat.of();
  private static final TestPki.Entity CA = TestPki.ca("CN=Root", "p256");
  private static final int LONGEST = 4096;
  private static final int MOST = 200; // inputs of a target, its seeds included
  private static final int MOST_DIGITS = 30_000;

  private FuzzCorpus() {}

  /** What coverage has led to. */
  static List<byte[]> of(FuzzTarget target) {
    return read(target.label());
  }

  /** What has been wrong once; kept by hand. */
  static List<byte[]> findings(FuzzTarget target) {
    return read(target.label() + "-findings");
  }

  private static List<byte[]> read(String name) {
    try (InputStream in = FuzzCorpus.class.getResourceAsStream("/fuzz/" + name + ".hex")) {
      if (in == null) {
        return List.of();
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(l -> !l.isBlank())
          .map(HEX::parseHex)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Good input to begin with. */
  static List<byte[]> seeds(FuzzTarget target) {
    List<Octets> seeds =
        switch (target) {
          case DATAGRAM, STRANGER -> FuzzedEngine.conversation(false);
          case NEWCOMER -> FuzzedEngine.firstWords();
          case INNER, PEER -> FuzzedEngine.conversation(true);
          case PAYLOAD -> payloads();
          case SIGNATURE ->
              Stream.of(SignatureScheme.values()).map(SignatureScheme::identifier).toList();
          case NAME -> List.of(DistinguishedName.parse("CN=gw, O=Example, C=DE"));
          case CERTIFICATE -> List.of(TestPki.gateway("gw.example", "p256", CA).der());
          case REVOCATION -> revocations();
        };
    return seeds.stream().map(Octets::toArray).filter(o -> o.length <= LONGEST).toList();
  }

  private static List<Octets> revocations() {
    TestPki.Entity leaf = TestPki.gateway("gw.example", "p256", CA);
    Octets crl = TestPki.crl(CA, TestPki.NOW, TestPki.NOW.plusSeconds(60), leaf);
    Octets ocsp = TestPki.ocsp(CA, CA, leaf, true, TestPki.NOW, TestPki.NOW.plusSeconds(60));
    return List.of(
        new WireWriter().u8(0).octets(crl).toOctets(),
        new WireWriter().u8(1).octets(ocsp).toOctets());
  }

  private static List<Octets> payloads() {
    Set<Octets> all = new LinkedHashSet<>();
    for (Octets plain : FuzzedEngine.conversation(true)) {
      int at = 28;
      for (int type = plain.at(16); type != 0 && at + 4 <= plain.length(); ) {
        int length = type == 46 ? 4 : plain.at(at + 2) << 8 | plain.at(at + 3);
        byte[] one = new byte[length - 3];
        one[0] = (byte) type;
        System.arraycopy(plain.toArray(), at + 4, one, 1, length - 4);
        all.add(Octets.owning(one));
        type = plain.at(at);
        at += length;
      }
    }
    return List.copyOf(all);
  }

  /** See above. */
  public static void main(String[] args) throws IOException {
    FuzzTarget target = FuzzTarget.valueOf(args[1]);
    Path directory = Path.of(args[2]);
    if (args[0].equals("unpack")) {
      unpack(of(target), directory.resolve("committed"));
      unpack(seeds(target), directory.resolve("seeds"));
    } else {
      Files.createDirectories(Path.of(args[3]).getParent());
      Files.writeString(Path.of(args[3]), String.join("\n", pack(target, directory)) + "\n");
    }
  }

  private static void unpack(List<byte[]> all, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (int i = 0; i < all.size(); i++) {
      Files.write(directory.resolve("input-" + i), all.get(i));
    }
  }

  /** The shortest ones, until there are enough. */
  private static TreeSet<String> pack(FuzzTarget target, Path directory) throws IOException {
    List<String> seeds = seeds(target).stream().map(HEX::formatHex).toList();
    TreeSet<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        found.add(HEX.formatHex(Files.readAllBytes(file)));
      }
    }
    TreeSet<String> kept = new TreeSet<>();
    int digits = 0;
    for (String one :
        found.stream().sorted(Comparator.comparingInt(String::length)).limit(MOST).toList()) {
      digits += one.length();
      if (!one.isEmpty() && !seeds.contains(one) && digits <= MOST_DIGITS) {
        kept.add(one);
      }
    }
    return kept;
  }
}
