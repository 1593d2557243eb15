package io.pollux.agent.config;

import com.typesafe.config.ConfigException.UnresolvedSubstitution;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import io.pollux.agent.text.Spelling;
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
import java.util.function.BiConsumer;

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

  private static final String PSK = "psk";
  private static final String PASSPHRASES = "passphrases";

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
      readSecrets(file, psks, passphrases, problems);
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

  /** What is found in the file is never quoted, values or names: they may have been mixed up. */
  private static void readSecrets(
      Path file,
      Map<String, Secret> into,
      Map<String, Secret> passphrases,
      List<ConfigProblem> problems) {
    ConfigObject root;
    try {
      root =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
              .resolve(ConfigResolveOptions.noSystem())
              .root();
    } catch (com.typesafe.config.ConfigException broken) {
      int line = broken.origin() == null ? -1 : broken.origin().lineNumber();
      problems.add(
          new ConfigProblem(
              file + (line > 0 ? ":" + line : ""),
              "",
              broken instanceof UnresolvedSubstitution
                  ? "has a substitution ${...} that stands for nothing here"
                  : "is not valid HOCON"));
      return;
    }
    for (Map.Entry<String, ConfigValue> entry : root.entrySet()) {
      switch (entry.getKey()) {
        case PSK -> strings(PSK, entry.getValue(), problems, (id, text) -> psk(id, text, into));
        case PASSPHRASES ->
            strings(
                PASSPHRASES,
                entry.getValue(),
                problems,
                (name, text) ->
                    passphrases.put(name, Secret.owning(text.getBytes(StandardCharsets.UTF_8))));
        default -> {
          String near = Spelling.nearest(entry.getKey(), Set.of(PSK, PASSPHRASES));
          problems.add(
              ConfigProblem.at(
                  entry.getValue().origin(),
                  "",
                  "has a key that is not known here; "
                      + (near.isEmpty()
                          ? "known here: " + PSK + ", " + PASSPHRASES
                          : "did you mean " + near + "?")));
        }
      }
    }
  }

  /** Hands each pair of names and texts in the section {@code key} over. */
  private static void strings(
      String key,
      ConfigValue section,
      List<ConfigProblem> problems,
      BiConsumer<String, String> each) {
    if (!(section instanceof ConfigObject object)) {
      problems.add(
          ConfigProblem.at(
              section.origin(), key, "expected a section { ... }, found " + kind(section)));
      return;
    }
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      ConfigOrigin origin = entry.getValue().origin();
      switch (entry.getValue().valueType()) {
        case STRING, NUMBER, BOOLEAN -> {
          String name = entry.getKey();
          try {
            each.accept(name, object.toConfig().getString(ConfigUtil.quoteString(name)));
          } catch (IllegalArgumentException wrong) {
            problems.add(ConfigProblem.at(origin, key, "an entry " + wrong.getMessage()));
          }
        }
        case OBJECT, LIST, NULL ->
            problems.add(
                ConfigProblem.at(
                    origin,
                    key,
                    "an entry is "
                        + kind(entry.getValue())
                        + "; expected \"NAME\" = \"text\", both in quotes"));
      }
    }
  }

  private static String kind(ConfigValue value) {
    return switch (value.valueType()) {
      case OBJECT -> "a section";
      case LIST -> "a list";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
    };
  }

  private static void psk(String id, String text, Map<String, Secret> into) {
    String name;
    try {
      name = Identities.parse(id).toString();
    } catch (IllegalArgumentException _) { // its words may quote what was given
      throw new IllegalArgumentException(
          "is not of an identity; expected an address, a domain name, name@domain or a"
              + " distinguished name");
    }
    into.put(name, secret(text));
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
      throw new IllegalArgumentException(
          "cannot be read; expected text, 0x and hex digits, or 0s and Base64");
    }
    if (octets.length < 8) {
      throw new IllegalArgumentException(
          "is shorter than 8 octets; a pre-shared key that short can be guessed");
    }
    return Secret.owning(octets);
  }
}
