package io.pollux.agent.convert;

import com.typesafe.config.ConfigUtil;
import io.pollux.agent.convert.SwanctlFile.Block;
import io.pollux.agent.convert.SwanctlFile.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The section {@code secrets} of swanctl.conf: pre-shared keys, and post-quantum ones.
 *
 * <p>Its {@code toString} tells nothing.
 */
final class SwanctlSecrets {
  private final String secretsFile;
  private final List<String> notes;
  private final Map<String, String> psks = new LinkedHashMap<>();
  private final Map<String, String> ppkFiles = new LinkedHashMap<>(); // by identity
  private final Map<String, String> files = new LinkedHashMap<>(); // all that were named
  private final Map<String, String> used = new LinkedHashMap<>();

  SwanctlSecrets(Block secrets, String secretsFile, List<String> notes) {
    this.secretsFile = secretsFile;
    this.notes = notes;
    secrets.blocks.forEach(
        (name, block) -> {
          if (name.startsWith("ike")) {
            psk(name, block);
          } else if (name.startsWith("ppk")) {
            ppk(name, block);
          } else {
            note(block, name, "is no pre-shared key: convert it by hand");
          }
        });
  }

  private void psk(String name, Block block) {
    List<String> ids = ids(block);
    ids.forEach(id -> psks.put(id, key(block)));
    if (ids.isEmpty()) {
      note(block, name, "is for everybody; here each peer has its own");
    }
  }

  private void ppk(String name, Block block) {
    List<String> ids = ids(block);
    if (ids.isEmpty()) {
      note(block, name, "has no id; here each key has one");
      return;
    }
    String folder = secretsFile.substring(0, secretsFile.lastIndexOf('/') + 1);
    String word = name.substring(3).replaceFirst("^-", "").replaceAll("[^A-Za-z0-9_-]", "_");
    String file = folder + "ppk" + (word.isEmpty() ? "" : "-" + word);
    while (files.containsKey(file + ".key")) {
      file += "_";
    }
    files.put(file + ".key", key(block));
    for (String id : ids) {
      ppkFiles.put(id, file + ".key");
    }
  }

  private static List<String> ids(Block block) {
    return block.values.entrySet().stream()
        .filter(e -> e.getKey().startsWith("id"))
        .map(e -> e.getValue().text())
        .toList();
  }

  private static String key(Block block) {
    return block.value("secret").map(Value::text).orElse("");
  }

  private void note(Block block, String name, String what) {
    notes.add(block.place + ": secrets." + name + " " + what);
  }

  /** The file with the post-quantum key of this name, which is now needed. */
  Optional<String> ppkFile(String id) {
    Optional<String> file = Optional.ofNullable(ppkFiles.get(id));
    file.ifPresent(name -> used.put(name, files.get(name)));
    return file;
  }

  boolean hasPsks() {
    return !psks.isEmpty();
  }

  /** The file of pre-shared keys; empty if there are none. */
  String text() {
    if (psks.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("psk {\n");
    psks.forEach(
        (id, key) ->
            text.append("  ")
                .append(ConfigUtil.quoteString(id))
                .append(" = ")
                .append(ConfigUtil.quoteString(key))
                .append('\n'));
    return text.append("}\n").toString();
  }

  /** Files that hold one key each, by name. */
  Map<String, String> keyFiles() {
    return used;
  }
}
