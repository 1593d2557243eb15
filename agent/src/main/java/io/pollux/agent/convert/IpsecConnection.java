package io.pollux.agent.convert;

import com.typesafe.config.ConfigUtil;
import io.pollux.agent.config.Prefix;
import io.pollux.agent.convert.IpsecFile.Resolved;
import io.pollux.agent.convert.IpsecFile.Value;
import io.pollux.agent.convert.IpsecImport.LeftOut;
import io.pollux.agent.convert.IpsecImport.Surroundings;
import io.pollux.ike.policy.ProposalKeywords;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** One {@code conn}: what belongs to the IKE SA, and its children. */
final class IpsecConnection {
  /** Values without effect here: what they ask for is always so. Any other is named. */
  private static final Map<String, String> ALWAYS_SO =
      Map.ofEntries(
          Map.entry("aggressive", ".*"), // of IKEv1, like the next two
          Map.entry("nat-ikev1-method", ".*"),
          Map.entry("dpdtimeout", ".*"),
          Map.entry("keyingtries", ".*"), // start = start never gives up
          Map.entry("disablearrivalcheck", ".*"),
          Map.entry("initial-contact", ".*"),
          Map.entry("narrowing", ".*"),
          Map.entry("pfs", ".*"), // taken for the proposals
          Map.entry("mobike", "no"),
          Map.entry("fragmentation", "yes|force|accept"),
          Map.entry("installpolicy", "yes"),
          Map.entry("inactivity", "0s?"),
          Map.entry("priority", "0"),
          Map.entry("failureshunt", "none|drop"),
          Map.entry("negotiationshunt", "hold|drop"));

  /** The same on either side. */
  private static final Map<String, String> ALWAYS_SO_SIDE =
      Map.of(
          "nexthop", ".*",
          "rsasigkey", ".*",
          "hostaccess", ".*", // a word for updown, which is named itself
          "allowany", "no",
          "sendcert", "always|yes|ifasked|sendifasked|forced");

  /** Keys that exist here too, in another place. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "ppk", "ppk",
          "ppk-ids", "ppk",
          "retransmit-timeout", "ike.retransmit",
          "retransmit-interval", "ike.retransmit",
          "leftupdown", "hooks.connection",
          "rightupdown", "hooks.connection");

  private static final Set<String> ANYBODY =
      Set.of("", "%any", "%any4", "%any6", "0.0.0.0", "::", "0.0.0.0/0", "::/0");

  private final Resolved conn;
  private final Surroundings around;
  private final Set<String> notes;
  private final Map<String, Value> left;
  private final String local;
  private final String remote;
  private final IpsecAuth auth;
  private final String localAddress;
  private final String remoteAddress; // empty = any
  private boolean legacy;
  private String device = "";
  private final List<String> esp = new ArrayList<>();

  IpsecConnection(Resolved conn, Surroundings around, Set<String> notes) throws LeftOut {
    this.conn = conn;
    this.around = around;
    this.notes = notes;
    this.left = new LinkedHashMap<>(conn.values());
    boolean swapped = isRightOurs();
    this.local = swapped ? "right" : "left";
    this.remote = swapped ? "left" : "right";
    refuse();
    this.remoteAddress = remoteAddress();
    this.localAddress = localAddress();
    this.auth = new IpsecAuth(this, around);
  }

  /** The local end is the one whose address this machine has; left if that says nothing. */
  private boolean isRightOurs() {
    String l = peek("left");
    String r = peek("right");
    return !owns(l) && (owns(r) || r.equals("%defaultroute") && !l.equals("%defaultroute"));
  }

  private boolean owns(String address) {
    return IpsecWords.isAddress(address) && around.host().owns(Prefix.parseAddress(address));
  }

  /** What makes it something else than a tunnel by IKEv2. */
  private void refuse() throws LeftOut {
    boolean old = peek("keyexchange").equals("ikev1") || peek("ikev2").matches("no|never|forbid");
    if (old) {
      throw leftOut("is IKEv1, which is not spoken here (RFC 9395)");
    }
    text("keyexchange");
    text("ikev2");
    String type = text("type");
    if (!type.matches("|tunnel|transport")) {
      throw leftOut("is of type " + type + ", which does not exist here");
    }
    if (type.equals("transport")) {
      left.put("type", conn.values().get("type")); // for the child
    }
    for (String key : List.of("ah", "xauth", "xauth_identity", "modecfgpull")) {
      if (!peek(key).matches("|no")) {
        throw leftOut("has " + key + ", which does not exist here");
      }
    }
    if (peek("phase2").equals("ah")) {
      throw leftOut("is AH, which does not exist here");
    }
    text("phase2");
  }

  private String remoteAddress() {
    Value value = left.remove(remote);
    String first = value == null ? "" : value.text().split(",")[0].strip();
    if (ANYBODY.contains(first)) {
      return "";
    }
    if (value.text().contains(",")) {
      note(value, remote, "has several addresses; only the first is taken");
    }
    if (IpsecWords.isAddress(first)) {
      return first;
    }
    note(value, remote, "is " + first + ", and is taken for %any; name the peer's address");
    return "";
  }

  private String localAddress() throws LeftOut {
    Value value = left.remove(local);
    String text = value == null ? "" : value.text();
    if (IpsecWords.isAddress(text) && !ANYBODY.contains(text)) {
      return text;
    }
    Optional<InetAddress> found =
        remoteAddress.isEmpty()
            ? Optional.empty()
            : around.host().towards(Prefix.parseAddress(remoteAddress));
    if (found.isEmpty()) {
      throw leftOut("names no address of this gateway: set " + local + " to one");
    }
    String address = found.get().getHostAddress();
    notes.add(
        "%s: %s is %s; written as %s, from where this machine reaches the peer"
            .formatted(
                value == null ? conn.place() : value.place(),
                local,
                text.isEmpty() ? "not given" : text,
                address));
    return address;
  }

  /** Everything of the connection but its name and its children. */
  String ike(Map<String, String> psks, Map<String, String> passphrases) throws LeftOut {
    StringBuilder out = new StringBuilder();
    auth.sides(out, psks, passphrases);
    List<String> proposals = proposals("ike", IpsecWords::ikeProposal, ProposalKeywords::parseIke);
    String first = proposals.isEmpty() ? IpsecWords.USUAL_KE : IpsecWords.keOf(proposals.get(0));
    espProposals(first);
    if (legacy) {
      out.append("    legacy = true\n");
      notes.add(
          "%s: conn %s uses what RFC 8247 discourages (legacy = true)"
              .formatted(conn.place(), conn.name()));
    }
    list(out, "    proposals", proposals);
    new IpsecTimes(this).ike(out, !remoteAddress.isEmpty());
    if (IpsecWords.yes(text("forceencaps")) | IpsecWords.yes(text("encapsulation"))) {
      out.append("    force-encapsulation = true\n");
    }
    if (!text("vti-interface").isEmpty()) {
      device = "vti";
      note(conn.values().get("vti-interface"), "vti-interface", "gets a name of Pollux's own");
    }
    if (!text("ipsec-interface").matches("|no|0")) {
      device = "own";
    }
    if (!device.isEmpty()) {
      out.append("    interface = ").append(device).append('\n');
    }
    text("vti-routing");
    text("vti-shared");
    return out.toString();
  }

  private void espProposals(String firstKe) {
    String esn = text("esn");
    String word = esn.equals("yes") ? "esn" : esn.equals("no") ? "noesn" : "";
    boolean pfs = peek("pfs").equals("yes") || around.libreswan() && !peek("pfs").equals("no");
    String ke = pfs ? firstKe : "";
    String key =
        List.of("esp", "phase2alg").stream().filter(left::containsKey).findFirst().orElse("esp");
    if (pfs && !left.containsKey(key)) {
      esp.add(IpsecWords.espProposal("aes256gcm16-aes128gcm16-chacha20poly1305", ke, word));
      esp.add(IpsecWords.espProposal("aes256-aes128-sha256-sha512", ke, word));
      return;
    }
    esp.addAll(
        proposals(key, text -> IpsecWords.espProposal(text, ke, word), ProposalKeywords::parseEsp));
  }

  private List<String> proposals(
      String key, UnaryOperator<String> words, BiFunction<String, Boolean, ?> parse) {
    Value value = left.remove(key);
    List<String> good = new ArrayList<>();
    for (String one : value == null ? new String[0] : value.text().split(",")) {
      String proposal = words.apply(one.strip().replaceFirst("!$", ""));
      try {
        parse.apply(proposal, true);
        good.add(proposal);
      } catch (IllegalArgumentException unknown) {
        note(
            value,
            key,
            one.strip() + " is left out: " + unknown.getMessage().replaceFirst("; known.*", ""));
        continue;
      }
      try {
        parse.apply(proposal, false);
      } catch (IllegalArgumentException _) {
        legacy = true;
      }
    }
    return good;
  }

  /** One text for each child; to be called after {@link #ike}. */
  List<String> children() throws LeftOut {
    boolean transport = text("type").equals("transport");
    List<List<String>> ours = networks(local, localAddress, transport);
    List<List<String>> theirs = networks(remote, remoteAddress, transport);
    StringBuilder rest = new StringBuilder();
    list(rest, "        esp-proposals", esp);
    new IpsecTimes(this).child(rest);
    start(rest);
    window(rest);
    leftovers();
    List<String> all = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      for (int j = 0; j < theirs.size(); j++) {
        boolean only = ours.size() * theirs.size() == 1;
        String name = only ? conn.name() : conn.name() + "-" + (i + 1) + "x" + (j + 1);
        StringBuilder out =
            new StringBuilder("      ").append(ConfigUtil.quoteString(name)).append(" {\n");
        if (transport) {
          out.append("        mode = transport\n");
        }
        list(out, "        local-ts", ours.get(i));
        list(out, "        remote-ts", theirs.get(j));
        all.add(out.append(rest).append("      }\n").toString());
      }
    }
    return all;
  }

  /** Several groups of networks become several children; with transport the gateway itself. */
  private List<List<String>> networks(String side, String address, boolean transport)
      throws LeftOut {
    String protocol = IpsecWords.protocolAndPort(text(side + "protoport"));
    Value many = left.remove(side + "subnets");
    Value one = left.remove(side + "subnet");
    if (many == null && one == null || transport) {
      if (transport && protocol.isEmpty()) {
        return List.of(List.of());
      }
      if (address.isEmpty()) {
        throw leftOut("has no " + side + "subnet: name the networks behind the peer");
      }
      return List.of(List.of(IpsecWords.network(address) + protocol));
    }
    Value value = many == null ? one : many;
    List<String> all = new ArrayList<>();
    for (String text : value.text().replaceAll("[{}]", " ").strip().split("[,\\s]+")) {
      try {
        all.add(IpsecWords.network(text.indexOf('[') < 0 ? text + protocol : text));
      } catch (IllegalArgumentException wrong) {
        throw new LeftOut(
            value.place(),
            "%s %s: %s; conn %s is left out"
                .formatted(side + "subnet", text, wrong.getMessage(), conn.name()));
      }
    }
    return many == null ? List.of(all) : all.stream().map(List::of).toList();
  }

  private void start(StringBuilder out) {
    String auto = text("auto");
    String start =
        switch (auto) {
          case "start", "up" -> "start";
          case "route", "ondemand" -> "on-demand";
          default -> "none"; // add, keep
        };
    if (start.equals("on-demand") && !device.isEmpty()) {
      start = "start";
      note(conn.values().get("auto"), "auto", "is " + auto + "; with an interface: start = start");
    }
    boolean anybody = remoteAddress.isEmpty();
    if (!start.equals("none") && anybody) {
      note(conn.values().get("auto"), "auto", "is " + auto + ", but the peer has no address");
    } else if (!start.equals("none")) {
      out.append("        start = ").append(start).append('\n');
    }
    for (String key : List.of("dpdaction", "closeaction")) {
      String action = text(key);
      if (action.equals("restart") && !start.equals("start")) {
        note(conn.values().get(key), key, "is restart: here that is start = start");
      } else if (action.matches("hold|trap") && start.equals("none")) {
        note(conn.values().get(key), key, "is " + action + ": here that is start = on-demand");
      }
    }
  }

  private void window(StringBuilder out) {
    for (String key : List.of("replay_window", "replay-window")) {
      Value value = left.remove(key);
      if (value == null) {
        continue;
      }
      if (value.text().matches("[0-9]{1,5}")
          && Integer.parseInt(value.text()) >= 32
          && Integer.parseInt(value.text()) <= 4096) {
        out.append("        replay-window = ").append(value.text()).append('\n');
      } else {
        note(value, key, "is " + value.text() + "; expected 32 to 4096, the default 1024 is used");
      }
    }
  }

  /** What nobody asked for is named. */
  private void leftovers() {
    left.forEach(
        (key, value) -> {
          String ending = key.replaceFirst("^(left|right)", "");
          String always = ending.equals(key) ? ALWAYS_SO.get(key) : ALWAYS_SO_SIDE.get(ending);
          if (always != null && !value.text().matches(always)) {
            note(value, key, "is " + value.text() + ", which has no counterpart");
          } else if (always == null && !value.text().equals("no")) {
            note(
                value,
                key,
                ELSEWHERE.containsKey(key)
                    ? "is not translated: see " + ELSEWHERE.get(key) + " in pollux.conf(5)"
                    : "has no counterpart");
          }
        });
  }

  boolean isLibreswan() {
    return around.libreswan();
  }

  String local() {
    return local;
  }

  String remote() {
    return remote;
  }

  String localAddressText() {
    return localAddress;
  }

  String remoteAddressText() {
    return remoteAddress;
  }

  /** The value, which is then done with; empty if there is none. */
  String text(String key) {
    Value value = left.remove(key);
    return value == null ? "" : value.text();
  }

  String peek(String key) {
    Value value = left.get(key);
    return value == null ? "" : value.text();
  }

  void note(String key, String what) {
    Value value = conn.values().get(key);
    note(value == null ? new Value("", conn.place()) : value, key, what);
  }

  private void note(Value value, String key, String what) {
    notes.add(value.place() + ": " + key + " " + what);
  }

  LeftOut leftOut(String why) {
    return new LeftOut(conn.place(), "conn " + conn.name() + " " + why);
  }

  /** A file name; a relative one is looked for in {@code folder}. */
  static String path(String folder, String name) {
    return name.startsWith("/") ? name : folder + name;
  }

  static void list(StringBuilder out, String key, List<String> values) {
    if (!values.isEmpty()) {
      out.append(key)
          .append(" = [")
          .append(String.join(", ", values.stream().map(ConfigUtil::quoteString).toList()))
          .append("]\n");
    }
  }
}
