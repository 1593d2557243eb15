package io.pollux.agent.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.pollux.ike.crypto.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Files with secrets: mode and owner are looked at before their content is. */
final class SecretFiles {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE);

  /** The daemon's user where a package made one: root checks a configuration for it. */
  static final String PACKAGED_USER = "pollux";

  private SecretFiles() {}

  /**
   * Reads {@code psk { ID = "secret" }} and {@code passphrases { FILE = "secret" }} of every file.
   */
  static Secrets read(Section owner, String key, List<Path> files, List<ConfigProblem> problems) {
    Map<String, Secret> psks = new TreeMap<>();
    Map<String, Secret> passphrases = new TreeMap<>();
    for (Path file : files) {
      String refused = refusal(file, owner.rights());
      if (!refused.isEmpty()) {
        owner.problem(key, file + " " + refused);
        continue;
      }
      readSecrets(file, psks, passphrases, problems, owner.rights());
    }
    return new Secrets(psks, passphrases);
  }

  /** Why {@code file} cannot be trusted with a secret, or read; empty if it can. */
  static String refusal(Path file, FileRights rights) {
    try {
      PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
      if (!attributes.isRegularFile()) {
        return "is not a regular file";
      }
      Set<PosixFilePermission> loose = EnumSet.copyOf(OTHERS);
      loose.retainAll(attributes.permissions());
      if (!loose.isEmpty()) {
        return "has mode "
            + PosixFilePermissions.toString(attributes.permissions())
            + "; expected rw------- because it holds secrets (chmod 600 "
            + file
            + ")";
      }
      String user = attributes.owner().getName();
      if (!List.of("root", PACKAGED_USER, System.getProperty("user.name")).contains(user)) {
        return "belongs to " + user + "; expected root or the user of the daemon";
      }
      return Files.isReadable(file) ? rights.refusal(file) : "is not readable by this user";
    } catch (IOException failed) {
      return because(failed);
    }
  }

  /**
   * Why a file could not be looked at. Behind a closed folder nobody can say whether there is one.
   */
  static String because(IOException failed) {
    return switch (failed) {
      case NoSuchFileException _ -> "does not exist";
      case AccessDeniedException _ -> "cannot be reached by this user";
      default -> "cannot be read: " + failed.getMessage();
    };
  }

  private static void readSecrets(
      Path file,
      Map<String, Secret> into,
      Map<String, Secret> passphrases,
      List<ConfigProblem> problems,
      FileRights rights) {
    Config config;
    try {
      config =
          ConfigFactory.parseFile(
              file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
    } catch (com.typesafe.config.ConfigException broken) {
      // The parser's message quotes the text around the error, and that may be a secret.
      int line = broken.origin() == null ? -1 : broken.origin().lineNumber();
      problems.add(
          new ConfigProblem(file + (line > 0 ? ":" + line : ""), "", "is not valid HOCON"));
      return;
    }
    Section root = new Section(config.root(), "", problems, rights);
    for (Map.Entry<String, String> entry : root.section("psk").strings().entrySet()) {
      try {
        into.put(Identities.parse(entry.getKey()).toString(), secret(entry.getValue()));
      } catch (IllegalArgumentException wrong) {
        problems.add(
            new ConfigProblem(file.toString(), "psk." + entry.getKey(), wrong.getMessage()));
      }
    }
    root.section("passphrases")
        .strings()
        .forEach(
            (name, text) ->
                passphrases.put(name, Secret.owning(text.getBytes(StandardCharsets.UTF_8))));
    root.done();
  }

  /** Text as it stands, {@code 0x} hex, or {@code 0s} Base64. */
  static Secret secret(String text) {
    byte[] octets;
    try {
      octets =
          text.startsWith("0x")
              ? HexFormat.of().parseHex(text.substring(2))
              : text.startsWith("0s")
                  ? Base64.getDecoder().decode(text.substring(2))
                  : text.getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("expected text, 0x and hex digits, or 0s and Base64");
    }
    if (octets.length < 8) {
      throw new IllegalArgumentException(
          "is shorter than 8 octets; a pre-shared key that short can be guessed");
    }
    return Secret.owning(octets);
  }
}
