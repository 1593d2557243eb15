package io.pollux.agent.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A token of SoftHSM with the PIN {@link #PIN} and keys that were made here. One folder has the
 * tokens of the whole process, because a module reads its configuration once.
 */
public final class SoftHsm {
  public static final String PIN = "48151623";

  private static final Path PROGRAM = Path.of("/usr/bin/softhsm2-util");
  private static final Path MODULE = Path.of("/usr/lib/softhsm/libsofthsm2.so");
  private static final AtomicInteger MADE = new AtomicInteger();
  private static Path home;

  private final String label;
  private final Path folder;

  private SoftHsm(String label, Path folder) {
    this.label = label;
    this.folder = folder;
  }

  public static boolean isInstalled() {
    return Files.isExecutable(PROGRAM) && Files.isReadable(MODULE);
  }

  /** A new token. */
  public static synchronized SoftHsm create() throws Exception {
    if (home == null) {
      home = Files.createTempDirectory("pollux-softhsm");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(home)));
      Path tokens = Files.createDirectory(home.resolve("tokens"));
      Files.writeString(home.resolve("softhsm2.conf"), "directories.tokendir = " + tokens + "\n");
      setEnvironment("SOFTHSM2_CONF", home.resolve("softhsm2.conf").toString());
    }
    String label = "pollux-" + MADE.incrementAndGet();
    List<Path> before = tokens();
    run("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "87654321");
    List<Path> after = new ArrayList<>(tokens());
    after.removeAll(before);
    return new SoftHsm(label, after.getFirst());
  }

  private static List<Path> tokens() throws IOException {
    try (Stream<Path> all = Files.list(home.resolve("tokens"))) {
      return all.toList();
    }
  }

  /** What the module sees: Java's own copy of the environment is another. */
  @SuppressWarnings("restricted")
  private static void setEnvironment(String name, String value) throws Exception {
    Linker linker = Linker.nativeLinker();
    var set =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      set.invokeWithArguments(arena.allocateFrom(name), arena.allocateFrom(value), 1);
    } catch (Throwable failed) {
      throw new IOException(failed);
    }
  }

  private static void run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(Arrays.asList(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SOFTHSM2_CONF", home.resolve("softhsm2.conf").toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  public String label() {
    return label;
  }

  /** The URI of a key in it, with the PIN from {@code pin.txt}. */
  public String uri(String key) {
    return "pkcs11:token=%s;%s;type=private?module-path=%s&pin-source=pin.txt"
        .formatted(label, key, MODULE);
  }

  /** A pair of {@code algorithm}, RSA or the name of a curve. */
  public static KeyPair pair(String algorithm) throws Exception {
    boolean isRsa = algorithm.equals("RSA");
    KeyPairGenerator keys = KeyPairGenerator.getInstance(isRsa ? "RSA" : "EC");
    if (isRsa) {
      keys.initialize(2048);
    } else {
      keys.initialize(new ECGenParameterSpec(algorithm));
    }
    return keys.generateKeyPair();
  }

  /** Puts {@code pair} into the token. */
  public void put(KeyPair pair, String object, String id) throws Exception {
    Path file = Files.createTempFile(home, "key", ".pem");
    String text = Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded());
    Files.writeString(
        file, "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n");
    run(
        "--import",
        file.toString(),
        "--token",
        label,
        "--label",
        object,
        "--id",
        id,
        "--pin",
        PIN,
        "--force");
  }

  /** Takes the token away; it is found again after {@link #plug}. */
  public void unplug() throws IOException {
    Files.move(folder, home.resolve(folder.getFileName()));
  }

  public void plug() throws IOException {
    Files.move(home.resolve(folder.getFileName()), folder);
  }

  /** Writes the file that {@link #uri} names. */
  public static Path writePin(Path folder, String pin) throws IOException {
    Path file = folder.resolve("pin.txt");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, pin + "\n");
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
