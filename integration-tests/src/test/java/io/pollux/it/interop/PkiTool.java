package io.pollux.it.interop;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Keys and certificates by strongSwan's {@code pki}, as files in one folder. */
public final class PkiTool {
  /** What is needed of some fifty plugins, whose start takes longer than the work. */
  private static final String PLUGINS = "random openssl pem pkcs1 pkcs8 x509 pubkey constraints";

  private final Path folder;

  /** In this folder, which is made. */
  public PkiTool(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("pki.conf"), "pki {\n  load = " + PLUGINS + "\n}\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where a file of this name is. */
  public Path file(String name) {
    return folder.resolve(name);
  }

  /** A private key {@code NAME.key}, mode 0600; KIND is rsa, ecdsa, ed25519 or ed448. */
  Path key(String name, String kind, String bits) {
    List<String> words = new ArrayList<>(List.of("--gen", "--type", kind, "--outform", "pem"));
    if (!bits.isEmpty()) {
      words.addAll(List.of("--size", bits));
    }
    Path key = write(name + ".key", words.toArray(String[]::new));
    try {
      return Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The public key {@code NAME.pub} of {@code NAME.key}. */
  Path publicKey(String name) {
    return write(
        name + ".pub",
        "--pub",
        "--type",
        "priv",
        "--in",
        file(name + ".key").toString(),
        "--outform",
        "pem");
  }

  /** A root {@code NAME.crt} with its key. */
  public Path root(String name, String kind, String bits) {
    Path key = key(name, kind, bits);
    return write(
        name + ".crt",
        "--self",
        "--ca",
        "--in",
        key.toString(),
        "--dn",
        "CN=" + name,
        "--outform",
        "pem");
  }

  /** A certificate {@code NAME.crt} by ISSUER for NAME as dNSName, or for a CA. */
  public Path certificate(String name, String issuer, String kind, String bits, String... more) {
    Path key = key(name, kind, bits);
    List<String> words =
        new ArrayList<>(
            List.of(
                "--issue",
                "--in",
                key.toString(),
                "--type",
                "priv",
                "--cacert",
                file(issuer + ".crt").toString(),
                "--cakey",
                file(issuer + ".key").toString(),
                "--dn",
                "CN=" + name,
                "--outform",
                "pem"));
    words.addAll(Arrays.asList(more));
    return write(name + ".crt", words.toArray(String[]::new));
  }

  /** A CRL {@code NAME.crl} of ISSUER with one certificate on it. */
  Path crl(String name, String issuer, Path revoked) {
    return write(
        name + ".crl",
        "--signcrl",
        "--cacert",
        file(issuer + ".crt").toString(),
        "--cakey",
        file(issuer + ".key").toString(),
        "--reason",
        "key-compromise",
        "--cert",
        revoked.toString(),
        "--outform",
        "pem");
  }

  private Path write(String name, String... words) {
    List<String> command = new ArrayList<>(List.of("pki"));
    command.addAll(Arrays.asList(words));
    Map<String, String> environment = Map.of("STRONGSWAN_CONF", file("pki.conf").toString());
    Ran ran = Commands.run(command, "", environment, Duration.ofSeconds(60));
    try {
      return Files.writeString(file(name), ran.orFail());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
