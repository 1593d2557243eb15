package io.pollux.it.peer;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Guest;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * libreswan's {@code pluto} in one namespace of the guest, driven by {@code whack}. Several may run
 * beside each other: each has a directory of its own with configuration, NSS database, control
 * socket and log.
 *
 * <p>The system property {@code pollux.libreswan} names the folder into which its package was
 * unpacked. It does not find its own helpers there, so the guest gets a link in the usual place:
 * outside a guest it cannot run.
 */
public final class Libreswan implements AutoCloseable {
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  /** A start is the hardest work of all, and a build machine may be busy. */
  private static final Duration START = Duration.ofSeconds(240);

  private static final Path PROGRAMS = Path.of("/usr/libexec/ipsec");
  private static final Pattern STATE =
      Pattern.compile("(?m)^(?:000 )?#(\\d+): \"([^\"]+)\"\\S* (STATE_V2_\\w+) ");

  private final String namespace;
  private final Path directory;
  private final Process pluto;

  private Libreswan(String namespace, Path directory, Process pluto) {
    this.namespace = namespace;
    this.directory = directory;
    this.pluto = pluto;
  }

  /** One state by the daemon's own report: an IKE SA or a Child SA of a connection. */
  public record State(int serial, String connection, String name) {
    /** An IKE SA that stands? */
    public boolean ike() {
      return name.equals("STATE_V2_ESTABLISHED_IKE_SA");
    }

    /** A Child SA that stands? */
    public boolean child() {
      return name.equals("STATE_V2_ESTABLISHED_CHILD_SA");
    }
  }

  /**
   * Makes the folder's NSS database. Before {@link #start}; {@link #trust} and {@link #identity}
   * fill it.
   */
  public static void database(Path directory) {
    try {
      Files.createDirectories(nss(directory));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Commands.run("certutil", "-N", "-d", "sql:" + nss(directory), "--empty-password").orFail();
  }

  /** Takes a CA's certificate (PEM) into the database, under a name. */
  public static void trust(Path directory, String name, Path certificate) {
    String database = "sql:" + nss(directory);
    String file = certificate.toString();
    Commands.run("certutil", "-A", "-d", database, "-n", name, "-t", "CT,,", "-a", "-i", file)
        .orFail();
  }

  /** Takes a certificate and its private key (PEM both) into the database, under a name. */
  public static void identity(Path directory, String name, Path certificate, Path key) {
    String file = directory.resolve(name + ".p12").toString();
    Commands.run(
            "openssl",
            "pkcs12",
            "-export",
            "-name",
            name,
            "-in",
            certificate.toString(),
            "-inkey",
            key.toString(),
            "-passout",
            "pass:",
            "-out",
            file)
        .orFail();
    Commands.run("pk12util", "-i", file, "-d", "sql:" + nss(directory), "-W", "").orFail();
  }

  /**
   * Starts a daemon and loads its connections, which say {@code auto=add}.
   *
   * @param directory the one with the database, kept after the end
   * @param connections the {@code conn} sections of {@code ipsec.conf}
   * @param secrets the text of {@code ipsec.secrets}
   * @param names the connections' names
   * @throws AssertionError with its log when it does not start, or refuses the configuration
   */
  public static Libreswan start(
      Namespaces namespaces,
      String namespace,
      Path directory,
      String connections,
      String secrets,
      List<String> names) {
    link();
    try {
      Files.createDirectories(directory.resolve("run"));
      String setup = "config setup\n  uniqueids=no\n  nssdir=%s\n\n".formatted(nss(directory));
      Files.writeString(directory.resolve("ipsec.conf"), setup + connections);
      Files.writeString(directory.resolve("ipsec.secrets"), secrets);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Process pluto =
        namespaces.start(
            namespace,
            directory.resolve("pluto.out"),
            Map.of("IPSEC_EXECDIR", PROGRAMS.toString()),
            PROGRAMS.resolve("pluto").toString(),
            "--nofork",
            "--dumpdir",
            directory.toString(),
            "--no-dnssec",
            "--config",
            directory.resolve("ipsec.conf").toString(),
            "--secretsfile",
            directory.resolve("ipsec.secrets").toString(),
            "--rundir",
            directory.resolve("run").toString(),
            "--nssdir",
            nss(directory).toString(),
            "--logfile",
            directory.resolve("pluto.log").toString());
    Libreswan peer = new Libreswan(namespace, directory, pluto);
    peer.awaitReady(names);
    return peer;
  }

  /** Runs {@code whack} with these arguments against this daemon. */
  public Ran whack(String... arguments) {
    List<String> words = new ArrayList<>();
    words.add(PROGRAMS.resolve("whack").toString());
    words.addAll(List.of("--ctlsocket", directory.resolve("run/pluto.ctl").toString()));
    words.addAll(Arrays.asList(arguments));
    return Commands.run(words, "", Map.of(), GENEROUS);
  }

  /** Brings a connection up and waits for the outcome. */
  public Ran initiate(String connection) {
    return whack("--initiate", "--name", connection);
  }

  /** The states of one connection by the daemon's own report. */
  public List<State> states(String connection) {
    List<State> all = new ArrayList<>();
    Matcher matcher = STATE.matcher(whack("--showstates").orFail());
    while (matcher.find()) {
      if (matcher.group(2).equals(connection)) {
        all.add(new State(Integer.parseInt(matcher.group(1)), connection, matcher.group(3)));
      }
    }
    return all;
  }

  /** Its log so far. */
  public String log() {
    try {
      Path file = directory.resolve("pluto.log");
      return (Files.exists(file) ? Files.readString(file) : "")
          + Files.readString(directory.resolve("pluto.out"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it orderly: it deletes its SAs and says so to its peers. */
  @Override
  public void close() {
    whack("--shutdown");
    Waits.until(() -> !pluto.isAlive(), GENEROUS, "the end of pluto in " + namespace);
  }

  private void awaitReady(List<String> names) {
    Waits.until(
        () -> {
          if (!pluto.isAlive()) {
            throw new AssertionError("pluto ended in " + namespace + "\n" + log());
          }
          String log = log();
          return names.stream().allMatch(name -> log.contains("\"" + name + "\": added "))
              && log.contains("listening for IKE messages")
              && Files.exists(directory.resolve("run/pluto.ctl"));
        },
        START,
        () -> "pluto's connections in " + namespace + "\n" + log());
  }

  private static Path nss(Path directory) {
    return directory.resolve("nss");
  }

  /** Into the guest's own copy of the file system. */
  private static void link() {
    if (!Guest.ownKernel()) {
      throw new IllegalStateException("libreswan runs in the guest only");
    }
    Path unpacked =
        Path.of(System.getProperty("pollux.libreswan", "")).resolve("usr/libexec/ipsec");
    try {
      if (!Files.exists(PROGRAMS)) {
        Files.createDirectories(PROGRAMS.getParent());
        Files.createSymbolicLink(PROGRAMS, unpacked);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
