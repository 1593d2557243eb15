package io.pollux.it.interop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One tunnel as both sides configure it. Without a word both agree; a test then makes them differ.
 *
 * <pre>
 *   number N, child C:  Pollux 192.0.2.1, 10.(1+10C).N.0/24  -  strongSwan 192.0.2.(100+N), 10.(2+10C).N.0/24
 * </pre>
 */
final class Tunnel {
  static final String POLLUX = "192.0.2.1";
  static final String POLLUX_ID = "pollux.example";
  static final String SECRET = "a secret of these tests alone";

  final int number;
  private final List<Child> children = new ArrayList<>();
  private final List<String> polluxOptions = new ArrayList<>();
  private final List<String> swanOptions = new ArrayList<>();
  private String polluxAddress = POLLUX;
  private String swanAddress;
  private String polluxRemote;
  private String polluxIke = "aes256gcm16-prfsha384-x25519";
  private String swanIke = polluxIke;
  private String swanId;
  private String swanSecret = SECRET;
  private String moreSecrets = "";

  private Tunnel(int number) {
    this.number = number;
    this.swanAddress = "192.0.2." + (100 + number);
    this.polluxRemote = swanAddress;
    this.swanId = id();
  }

  /** A tunnel with one child, {@code net}, AES-GCM with ESN. */
  static Tunnel number(int number) {
    return new Tunnel(number).child("net");
  }

  /** What passes through one child, and how; each side's own words. */
  static final class Child {
    private final String name;
    private final Map<String, String> pollux = new LinkedHashMap<>();
    private final Map<String, String> swan = new LinkedHashMap<>();

    Child(String name, String local, String remote) {
      this.name = name;
      pollux.put("local-ts", "[\"" + local + "\"]");
      pollux.put("remote-ts", "[\"" + remote + "\"]");
      pollux.put("esp-proposals", "[aes256gcm16-esn]");
      swan.put("local_ts", remote);
      swan.put("remote_ts", local);
      swan.put("esp_proposals", "aes256gcm16-esn");
    }
  }

  String name() {
    return "t" + number;
  }

  /** Of the child in strongSwan, which names children alone. */
  String swanChild(String child) {
    return name() + "-" + child;
  }

  /** strongSwan's identity as Pollux expects it. */
  String id() {
    return name() + ".example";
  }

  String swanAddress() {
    return swanAddress;
  }

  String polluxHost() {
    return polluxHost(0);
  }

  String polluxHost(int child) {
    return "10.%d.%d.1".formatted(1 + 10 * child, number);
  }

  String swanHost() {
    return swanHost(0);
  }

  String swanHost(int child) {
    return "10.%d.%d.1".formatted(2 + 10 * child, number);
  }

  /** One more child, with the next networks. */
  Tunnel child(String child) {
    int index = children.size();
    String local = "10.%d.%d.0/24".formatted(1 + 10 * index, number);
    String remote = "10.%d.%d.0/24".formatted(2 + 10 * index, number);
    children.add(new Child(child, local, remote));
    return this;
  }

  /** The only child has these selectors instead. */
  Tunnel selectors(String local, String remote) {
    children.clear();
    children.add(new Child("net", local, remote));
    return this;
  }

  Tunnel addresses(String pollux, String swan) {
    polluxAddress = pollux;
    swanAddress = swan;
    polluxRemote = swan;
    return this;
  }

  /** Pollux knows the peer under this address, or {@code %any}. */
  Tunnel seenFrom(String address) {
    polluxRemote = address;
    return this;
  }

  Tunnel ike(String both) {
    return ike(both, both);
  }

  Tunnel ike(String pollux, String swan) {
    polluxIke = pollux;
    swanIke = swan;
    return this;
  }

  Tunnel esp(String both) {
    return esp(both, both);
  }

  /** Of all children. */
  Tunnel esp(String pollux, String swan) {
    return polluxChild("esp-proposals", "[" + pollux + "]").swanChild("esp_proposals", swan);
  }

  /** A key of the last child in Pollux. */
  Tunnel polluxChild(String key, String value) {
    children.getLast().pollux.put(key, value);
    return this;
  }

  /** A key of the last child in strongSwan. */
  Tunnel swanChild(String key, String value) {
    children.getLast().swan.put(key, value);
    return this;
  }

  /** A line of the connection in Pollux. */
  Tunnel pollux(String line) {
    polluxOptions.add(line);
    return this;
  }

  /** A line of the connection in strongSwan. */
  Tunnel swan(String line) {
    swanOptions.add(line);
    return this;
  }

  /** strongSwan says it is somebody else. */
  Tunnel swanSays(String id) {
    swanId = id;
    return this;
  }

  Tunnel swanKnows(String secret) {
    swanSecret = secret;
    return this;
  }

  /** One more section of strongSwan's secrets. */
  Tunnel swanSecrets(String section) {
    moreSecrets = section;
    return this;
  }

  /** The only child in transport mode, between the gateways. */
  Tunnel transport() {
    children.clear();
    Child child = new Child("net", POLLUX + "/32", swanAddress + "/32");
    child.pollux.put("mode", "transport");
    child.swan.put("mode", "transport");
    children.add(child);
    return this;
  }

  String polluxConnection() {
    StringBuilder s = new StringBuilder("  " + name() + " {\n");
    s.append("    local { address = \"%s\", id = %s }\n".formatted(polluxAddress, POLLUX_ID));
    s.append("    remote { address = \"%s\", id = %s }\n".formatted(polluxRemote, id()));
    s.append("    proposals = [" + polluxIke + "]\n");
    if (polluxIke.contains("sha1")) {
      s.append("    legacy = true\n");
    }
    polluxOptions.forEach(line -> s.append("    " + line + "\n"));
    s.append("    children {\n");
    for (Child child : children) {
      s.append("      " + child.name + " {\n");
      child.pollux.forEach((key, value) -> s.append("        " + key + " = " + value + "\n"));
      s.append("      }\n");
    }
    return s.append("    }\n  }\n").toString();
  }

  String swanConnection() {
    StringBuilder s = new StringBuilder("  " + name() + " {\n    version = 2\n    mobike = no\n");
    s.append("    local_addrs = " + swanAddress + "\n");
    s.append("    remote_addrs = " + polluxAddress + "\n");
    s.append("    proposals = " + swanIke + "\n");
    s.append("    local {\n      auth = psk\n      id = " + swanId + "\n    }\n");
    s.append("    remote {\n      auth = psk\n      id = " + POLLUX_ID + "\n    }\n");
    swanOptions.forEach(line -> s.append("    " + line + "\n"));
    s.append("    children {\n");
    for (Child child : children) {
      s.append("      " + swanChild(child.name) + " {\n");
      child.swan.putIfAbsent("mode", "tunnel");
      child.swan.forEach((key, value) -> s.append("        " + key + " = " + value + "\n"));
      s.append("      }\n");
    }
    return s.append("    }\n  }\n").toString();
  }

  String swanSecret() {
    return "  ike-%s {\n    id-1 = %s\n    secret = \"%s\"\n  }\n"
            .formatted(name(), swanId, swanSecret)
        + moreSecrets;
  }
}
