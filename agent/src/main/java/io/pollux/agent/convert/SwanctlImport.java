package io.pollux.agent.convert;

import com.typesafe.config.ConfigUtil;
import io.pollux.agent.convert.SwanctlFile.Block;
import io.pollux.agent.convert.SwanctlFile.Value;
import io.pollux.ike.policy.ProposalKeywords;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** strongSwan's swanctl.conf as pollux.conf(5). */
public final class SwanctlImport {
  /** Keys without effect here: what they ask for is always so, or does not exist. */
  private static final Set<String> HARMLESS =
      Set.of(
          "version",
          "mobike",
          "fragmentation",
          "unique",
          "keyingtries",
          "send_cert",
          "send_certreq",
          "reauth_time",
          "dpd_timeout",
          "dpd_action",
          "close_action",
          "policies",
          "mode",
          "round",
          "inactivity",
          "priority",
          "interface",
          "childless",
          "rand_time");

  private final StringBuilder out = new StringBuilder();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, String> psks = new LinkedHashMap<>();

  /**
   * What came of it.
   *
   * @param configuration HOCON
   * @param secrets HOCON with pre-shared keys, for a file of mode 0600; empty if there are none
   * @param notes what was left out or has to be looked at, each with its line
   * @param files what was included and read
   */
  public record Result(String configuration, String secrets, List<String> notes, List<Path> files) {
    public Result {
      files = List.copyOf(files);
      notes = List.copyOf(notes);
    }

    /** Without the secrets. */
    @Override
    public String toString() {
      return configuration + notes;
    }
  }

  private SwanctlImport() {}

  /**
   * Translates a file and what it includes.
   *
   * @param secretsFile the name that the configuration gives to the file with the secrets
   * @throws IllegalArgumentException a text that is no swanctl.conf, with the line
   */
  public static Result translate(Source source, String secretsFile) {
    Includes includes = new Includes(source);
    Block root = SwanctlFile.parse(source, includes);
    SwanctlImport all = new SwanctlImport();
    all.notes.addAll(includes.notes());
    return all.translate(root, secretsFile, includes.files());
  }

  private Result translate(Block root, String secretsFile, List<Path> files) {
    secrets(root.block("secrets"));
    if (!psks.isEmpty()) {
      out.append("secrets = [").append(quoted(secretsFile)).append("]\n");
    }
    out.append("connections {\n");
    root.block("connections").blocks.forEach(this::connection);
    out.append("}\n");
    root.blocks.forEach(
        (name, block) -> {
          if (!name.equals("connections") && !name.equals("secrets")) {
            note(block.place, name, "has no counterpart");
          }
        });
    StringBuilder secrets = new StringBuilder();
    if (!psks.isEmpty()) {
      secrets.append("psk {\n");
      psks.forEach((id, key) -> secrets.append("  " + quoted(id) + " = " + quoted(key) + "\n"));
      secrets.append("}\n");
    }
    return new Result(out.toString(), secrets.toString(), notes, files);
  }

  private void secrets(Block secrets) {
    secrets.blocks.forEach(
        (name, block) -> {
          if (!name.startsWith("ike")) {
            note(block.place, "secrets." + name, "is no pre-shared key: convert it by hand");
            return;
          }
          String key = block.value("secret").map(Value::text).orElse("");
          boolean any = false;
          for (Map.Entry<String, Value> e : block.values.entrySet()) {
            if (e.getKey().startsWith("id")) {
              psks.put(e.getValue().text(), key);
              any = true;
            }
          }
          if (!any) {
            note(block.place, "secrets." + name, "is for everybody; here each peer has its own");
          }
        });
  }

  private void connection(String name, Block c) {
    if (c.value("version").filter(v -> v.text().equals("1")).isPresent()) {
      note(c.place, "connections." + name, "is IKEv1, which is not spoken here (RFC 9395)");
      return;
    }
    Taken taken = new Taken("connections." + name, c);
    out.append("  ").append(ConfigUtil.quoteString(name)).append(" {\n");
    side("local", name, c, taken.first("local_addrs"));
    String remote = taken.first("remote_addrs");
    side("remote", name, c, remote);
    taken.list("proposals", "    ", "proposals", ProposalKeywords::parseIke);
    taken.duration("rekey_time", "    ", "rekey-time");
    taken.text("over_time"); // there is no limit of its own after rekey-time
    taken.duration("dpd_delay", "    ", "liveness");
    if (taken.text("encap").equals("yes")) {
      out.append("    force-encapsulation = true\n");
    }
    taken.rest();
    out.append("    children {\n");
    c.block("children")
        .blocks
        .forEach((child, block) -> child(name, child, block, !remote.matches("|%any")));
    out.append("    }\n  }\n");
  }

  private void side(String side, String connection, Block c, String address) {
    List<Block> all = c.numbered(side);
    String where = "connections." + connection + "." + side;
    if (all.size() > 1) {
      note(all.get(1).place, where, "has a second round of authentication, which is left out");
    }
    Block block = all.isEmpty() ? new Block(c.place) : all.getFirst();
    Taken taken = new Taken(where, block);
    out.append("    ").append(side).append(" {\n");
    if (!address.isEmpty()) {
      out.append("      address = ").append(quoted(address)).append('\n');
    } else if (side.equals("local")) {
      note(c.place, where, "has no address; name one of this gateway");
    }
    String id = taken.text("id");
    if (!id.isEmpty()) {
      out.append("      id = ").append(quoted(id)).append('\n');
    }
    String auth = taken.text("auth");
    if (auth.equals("pubkey") || auth.startsWith("rsa") || auth.startsWith("ecdsa")) {
      out.append("      auth = cert\n");
      file(taken, "certs", side.equals("local") ? "certificate" : "ca", where);
      file(taken, "cacerts", "ca", where);
      if (side.equals("local")) {
        note(block.place, where, "needs key = FILE, the private key of the certificate");
      }
    } else if (!auth.isEmpty() && !auth.equals("psk")) {
      note(block.place, where + ".auth", "is " + auth + ", which is not translated");
    }
    taken.rest();
    out.append("    }\n");
  }

  private void file(Taken taken, String key, String as, String where) {
    String files = taken.text(key);
    if (!files.isEmpty()) {
      out.append("      ").append(as).append(" = ").append(array(files)).append('\n');
      note(taken.block.place, where + "." + key, "is looked for beside the configuration");
    }
  }

  private void child(String connection, String name, Block block, boolean called) {
    Taken taken = new Taken("connections." + connection + ".children." + name, block);
    String mode = taken.text("mode");
    boolean transport = mode.equals("transport");
    if (!mode.matches("|tunnel|transport")) {
      note(block.place, taken.where, "is mode " + mode + ", which does not exist here");
      return;
    }
    out.append("      ").append(ConfigUtil.quoteString(name)).append(" {\n");
    if (transport) {
      out.append("        mode = transport\n");
    }
    selectors(taken, "local_ts", "local-ts", transport);
    selectors(taken, "remote_ts", "remote-ts", transport);
    taken.list("esp_proposals", "        ", "esp-proposals", ProposalKeywords::parseEsp);
    taken.duration("rekey_time", "        ", "rekey-time");
    taken.duration("life_time", "        ", "life-time");
    taken.copy("rekey_bytes", "rekey-bytes");
    taken.copy("rekey_packets", "rekey-packets");
    taken.copy("replay_window", "replay-window");
    String start = taken.text("start_action");
    if (start.contains("start")) {
      out.append("        start = start\n");
    } else if (start.contains("trap") && called) {
      out.append("        start = on-demand\n");
    } else if (start.contains("trap")) {
      note(block.place, taken.where, "is started by a packet, but the peer has no address");
    }
    taken.rest();
    out.append("      }\n");
  }

  private void selectors(Taken taken, String key, String as, boolean transport) {
    String text = taken.text(key);
    if (transport && (text.isEmpty() || text.equals("dynamic"))) {
      return; // the gateway itself
    }
    if (text.isEmpty() || text.contains("dynamic")) {
      note(taken.block.place, taken.where + "." + key, "is the address itself; name the networks");
      text = "";
    }
    out.append("        ").append(as).append(" = ").append(array(text)).append('\n');
  }

  private void note(Place place, String key, String what) {
    notes.add(place + ": " + key + " " + what);
  }

  private static String quoted(String text) {
    return ConfigUtil.quoteString(text);
  }

  private static String array(String list) {
    List<String> all = new ArrayList<>();
    for (String one : list.split(",")) {
      if (!one.isBlank()) {
        all.add(quoted(one.strip()));
      }
    }
    return "[" + String.join(", ", all) + "]";
  }

  /** A block while it is translated: remembers what was asked for. */
  private final class Taken {
    final String where;
    final Block block;
    private final Map<String, Value> left;

    Taken(String where, Block block) {
      this.where = where;
      this.block = block;
      this.left = new LinkedHashMap<>(block.values);
    }

    String text(String key) {
      Value value = left.remove(key);
      return value == null ? "" : value.text();
    }

    /** The first of a list of addresses. */
    String first(String key) {
      Value value = left.get(key);
      String[] all = text(key).split(",");
      if (all.length > 1) {
        note(value.place(), where + "." + key, "has several addresses; only the first is taken");
      }
      return all[0].strip();
    }

    void copy(String key, String as) {
      String text = text(key);
      if (text.matches("[0-9]+")) {
        out.append("        ").append(as).append(" = ").append(text).append('\n');
      } else if (!text.isEmpty()) {
        note(block.place, where + "." + key, "is " + text + "; expected a number");
      }
    }

    /** Seconds without a unit. */
    void duration(String key, String indent, String as) {
      String text = text(key);
      if (text.isEmpty()) {
        return;
      }
      if (text.matches("[0-9]+[smhd]?")) {
        String unit = text.matches("[0-9]+") ? "s" : "";
        out.append(indent).append(as).append(" = ").append(text).append(unit).append('\n');
      } else {
        note(block.place, where + "." + key, "is " + text + "; expected a duration");
      }
    }

    void list(String key, String indent, String as, BiFunction<String, Boolean, ?> parse) {
      Value value = left.get(key);
      List<String> good = new ArrayList<>();
      for (String one : text(key).split(",")) {
        String proposal = one.strip();
        if (proposal.isEmpty() || proposal.equals("default")) {
          continue;
        }
        try {
          parse.apply(proposal, false);
          good.add(quoted(proposal));
        } catch (IllegalArgumentException unknown) {
          note(value.place(), where + "." + key, proposal + ": " + unknown.getMessage());
        }
      }
      if (!good.isEmpty()) {
        out.append(indent).append(as).append(" = [").append(String.join(", ", good)).append("]\n");
      }
    }

    /** What nobody asked for is named. */
    void rest() {
      left.forEach(
          (key, value) -> {
            if (!HARMLESS.contains(key)) {
              note(value.place(), where + "." + key, "has no counterpart");
            }
          });
    }
  }
}
