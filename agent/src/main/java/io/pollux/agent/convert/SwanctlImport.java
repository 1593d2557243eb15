package io.pollux.agent.convert;

import com.typesafe.config.ConfigUtil;
import io.pollux.agent.convert.SwanctlFile.Block;
import io.pollux.ike.policy.ProposalKeywords;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** strongSwan's swanctl.conf as pollux.conf(5). */
public final class SwanctlImport {
  private final StringBuilder out = new StringBuilder();
  private final List<String> notes = new ArrayList<>();
  private SwanctlSecrets secrets;

  /**
   * What came of it.
   *
   * @param configuration HOCON
   * @param secrets HOCON with pre-shared keys, for a file of mode 0600; empty if there are none
   * @param keyFiles what else has to be written with mode 0600: keys, by the names of the files
   * @param notes what was left out or has to be looked at, each with its line
   * @param files what was included and read
   */
  public record Result(
      String configuration,
      String secrets,
      Map<String, String> keyFiles,
      List<String> notes,
      List<Path> files) {
    public Result {
      keyFiles = Collections.unmodifiableMap(new LinkedHashMap<>(keyFiles));
      files = List.copyOf(files);
      notes = List.copyOf(notes);
    }

    /** Whether there is anything that only its owner may read. */
    public boolean hasSecrets() {
      return !secrets.isEmpty() || !keyFiles.isEmpty();
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
    secrets = new SwanctlSecrets(root.block("secrets"), secretsFile, notes);
    if (secrets.hasPsks()) {
      out.append("secrets = [").append(quoted(secretsFile)).append("]\n");
    }
    out.append("connections {\n");
    root.block("connections").blocks.forEach(this::connection);
    out.append("}\n");
    taken("", root).rest("connections", "secrets");
    return new Result(out.toString(), secrets.text(), secrets.keyFiles(), notes, files);
  }

  private void connection(String name, Block c) {
    SwanctlTaken taken = taken("connections." + name, c);
    if (c.value("version").filter(v -> v.text().equals("1")).isPresent()) {
      taken.note("is IKEv1, which is not spoken here (RFC 9395)");
      return;
    }
    if (name.contains(":")) {
      taken.note("takes in other sections, which is not translated: write them out");
      return;
    }
    out.append("  ").append(quoted(name)).append(" {\n");
    side("local", name, c, taken.first("local_addrs"));
    String remote = taken.first("remote_addrs");
    boolean called = !remote.matches("|%any");
    side("remote", name, c, remote);
    taken.list("proposals", "    ", "proposals", ProposalKeywords::parseIke);
    SwanctlTimes.ike(taken, out, called);
    taken
        .seconds("dpd_delay")
        .ifPresent(s -> out.append("    liveness = ").append(IpsecWords.duration(s)).append('\n'));
    if (taken.yes("encap")) {
      out.append("    force-encapsulation = true\n");
    }
    ppk(taken);
    taken.rest("local", "remote", "children");
    out.append("    children {\n");
    c.block("children").blocks.forEach((child, block) -> child(name, child, block, called));
    out.append("    }\n  }\n");
  }

  private void ppk(SwanctlTaken taken) {
    String id = taken.text("ppk_id");
    boolean required = taken.yes("ppk_required");
    Optional<String> file = secrets.ppkFile(id);
    if (file.isPresent()) {
      out.append("    ppk { id = ").append(quoted(id));
      out.append(", secret-file = ").append(quoted(file.get()));
      out.append(", required = ").append(required).append(" }\n");
    } else if (!id.isEmpty()) {
      taken.note("ppk_id", "is " + id + ", which no secrets.ppk has; written without it");
    } else if (required) {
      taken.note("ppk_required", "names no key; expected ppk_id");
    }
  }

  private void side(String side, String connection, Block c, String address) {
    List<Block> all = c.numbered(side);
    String where = "connections." + connection + "." + side;
    if (all.size() > 1) {
      taken(where, all.get(1)).note("has a second round of authentication, which is left out");
    }
    Block block = all.isEmpty() ? new Block(c.place) : all.getFirst();
    SwanctlTaken taken = taken(where, block);
    out.append("    ").append(side).append(" {\n");
    if (!address.isEmpty()) {
      out.append("      address = ").append(quoted(address)).append('\n');
    } else if (side.equals("local")) {
      taken.note("has no address; name one of this gateway");
    }
    String id = taken.text("id");
    if (!id.isEmpty()) {
      out.append("      id = ").append(quoted(id)).append('\n');
    }
    authentication(taken, side.equals("local"));
    taken.rest();
    out.append("    }\n");
  }

  private void authentication(SwanctlTaken taken, boolean ours) {
    String auth = taken.text("auth");
    boolean files = taken.block.values.keySet().stream().anyMatch(k -> k.matches("(ca)?certs"));
    String revocation = taken.text("revocation");
    if (auth.isEmpty() && files || auth.matches("(pubkey|rsa|ecdsa|ed25519|ed448|ike:).*")) {
      out.append("      auth = cert\n");
      file(taken, "certs", ours ? "certificate" : "ca");
      file(taken, "cacerts", "ca");
      if (ours) {
        taken.note("needs key = FILE, the private key of the certificate");
      } else {
        revocation(taken, revocation);
      }
      if (auth.matches(".*[-:].*")) {
        taken.note("auth", "is " + auth + "; name what is accepted in signatures");
      }
    } else if (!auth.isEmpty() && !auth.equals("psk")) {
      taken.note("auth", "is " + auth + ", which is not translated");
    }
  }

  private void revocation(SwanctlTaken taken, String revocation) {
    if (revocation.matches("strict|relaxed")) {
      out.append("      revocation = ").append(revocation).append('\n');
    } else if (!revocation.isEmpty()) {
      taken.note("revocation", "is " + revocation + "; here it is strict, relaxed or off");
    }
  }

  private void file(SwanctlTaken taken, String key, String as) {
    String files = taken.text(key);
    if (!files.isEmpty()) {
      out.append("      ").append(as).append(" = ").append(array(files)).append('\n');
      taken.note(key, "is looked for beside the configuration");
    }
  }

  private void child(String connection, String name, Block block, boolean called) {
    SwanctlTaken taken = taken("connections." + connection + ".children." + name, block);
    String mode = taken.text("mode");
    boolean transport = mode.equals("transport");
    if (!mode.matches("|tunnel|transport")) {
      taken.note("is mode " + mode + ", which does not exist here");
      return;
    }
    out.append("      ").append(ConfigUtil.quoteString(name)).append(" {\n");
    if (transport) {
      out.append("        mode = transport\n");
    }
    selectors(taken, "local_ts", "local-ts", transport);
    selectors(taken, "remote_ts", "remote-ts", transport);
    taken.list("esp_proposals", "        ", "esp-proposals", ProposalKeywords::parseEsp);
    SwanctlTimes.child(taken, out);
    taken.amount("replay_window", "replay-window");
    start(taken, called);
    taken.rest();
    out.append("      }\n");
  }

  private void start(SwanctlTaken taken, boolean called) {
    String action = taken.text("start_action");
    String start =
        action.contains("start") ? "start" : action.contains("trap") ? "on-demand" : "none";
    if (start.equals("on-demand") && !called) {
      taken.note("is started by a packet, but the peer has no address");
    } else if (!start.equals("none")) {
      out.append("        start = ").append(start).append('\n');
    }
    for (String key : List.of("dpd_action", "close_action")) {
      String then = taken.text(key);
      if (then.matches("restart|start") && !start.equals("start")) {
        taken.note(key, "is " + then + ": here that is start = start");
      } else if (then.matches("trap|hold") && start.equals("none")) {
        taken.note(key, "is " + then + ": here that is start = on-demand");
      }
    }
  }

  private void selectors(SwanctlTaken taken, String key, String as, boolean transport) {
    String text = taken.text(key);
    if (transport && (text.isEmpty() || text.equals("dynamic"))) {
      return; // the gateway itself
    }
    if (text.isEmpty() || text.contains("dynamic")) {
      taken.note(key, "is the address itself; name the networks");
      text = "";
    }
    out.append("        ").append(as).append(" = ").append(array(text)).append('\n');
  }

  private SwanctlTaken taken(String where, Block block) {
    return new SwanctlTaken(where, block, out, notes);
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
}
