package io.pollux.agent.config;

import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.EspProposal;
import io.pollux.ike.policy.IkeProposal;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.policy.SelectorText;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.TrafficSelector;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One section of {@code connections}. */
final class ConnectionReader {
  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;
  private static final long YEAR = 366 * 24 * HOUR;
  private static final String ID = "an address, a domain name, name@domain or a distinguished name";

  private final Secrets secrets;
  private final Set<String> redundant; // filled here
  private final AuthReader auth;

  ConnectionReader(
      Path directory, Secrets secrets, Credentials credentials, Set<String> redundant) {
    this.secrets = secrets;
    this.redundant = redundant;
    this.auth = new AuthReader(directory, secrets, credentials);
  }

  /** The connection; empty if it has a problem that leaves nothing to go on with. */
  Optional<ConnectionPolicy> read(String name, Section s) {
    Section local = s.section("local");
    Optional<InetAddress> localAddress =
        local.requiredParsed("address", "an address of this gateway", Prefix::parseAddress);
    Optional<AuthPolicy.Local> localAuth = auth.local(local);
    Optional<Identity> localId =
        local.has("id")
            ? local.requiredParsed("id", ID, Identities::parse)
            : localAuth
                .flatMap(AuthReader::subject)
                .or(() -> localAddress.map(a -> Identities.parse(a.getHostAddress())));
    if (localId.isPresent() && localAuth.isPresent()) {
      AuthReader.checkIdentity(local, localAuth.get(), localId.get());
    }
    local.done();
    Section remote = s.section("remote");
    String remoteText = remote.string("address", "%any");
    Optional<InetAddress> remoteAddress =
        remoteText.equals("%any")
            ? Optional.empty()
            : remote.parsed("address", remoteText, Prefix::parseAddress);
    Optional<AuthPolicy.Remote> remoteAuth = auth.remote(remote, name);
    Optional<Identity> remoteId =
        remoteId(remote, remoteAddress, remoteAuth.orElse(new AuthPolicy.Remote.Psk()));
    if (remote.bool("redundant", false)) {
      redundant.add(name);
    }
    remote.done();
    boolean legacy = s.bool("legacy", false);
    List<IkeProposal> proposals =
        s.has("proposals")
            ? s.parsedList(
                "proposals",
                List.of(),
                "of proposals",
                text -> ProposalKeywords.parseIke(text, legacy))
            : ProposalKeywords.defaultIke();
    RekeyPolicy rekey = rekey(s, 4 * HOUR);
    long liveness = s.durationNs("liveness", 30 * SECOND, 0, 24 * HOUR);
    boolean encap = s.bool("force-encapsulation", false);
    List<ChildPolicy> children = new ArrayList<>();
    for (Map.Entry<String, Section> child : s.named("children").entrySet()) {
      children.add(child(child.getKey(), child.getValue(), legacy));
    }
    if (children.isEmpty()) {
      s.problem("children", "has none; expected at least one child with local-ts and remote-ts");
    }
    s.done();
    if (localAddress.isEmpty()
        || localId.isEmpty()
        || localAuth.isEmpty()
        || remoteAuth.isEmpty()) {
      return Optional.empty();
    }
    AuthPolicy authPolicy = new AuthPolicy(localAuth.get(), remoteAuth.get());
    if (authPolicy.local() instanceof AuthPolicy.Local.Psk
        || authPolicy.remote() instanceof AuthPolicy.Remote.Psk) {
      checkSecret(s, localId.get(), remoteId);
    }
    return Optional.of(
        new ConnectionPolicy(
            name,
            localAddress.get(),
            remoteAddress,
            localId.get(),
            remoteId,
            proposals,
            rekey,
            liveness,
            encap,
            children,
            authPolicy));
  }

  /** A CA vouches for many: whom of them this connection is for has to be said. */
  private static Optional<Identity> remoteId(
      Section remote, Optional<InetAddress> address, AuthPolicy.Remote auth) {
    boolean any = remote.has("id") && remote.string("id", "").equals("%any");
    if (any) {
      return Optional.empty();
    }
    if (remote.has("id")) {
      return remote.requiredParsed("id", ID, Identities::parse);
    }
    if (auth instanceof AuthPolicy.Remote.Certificate) {
      remote.required("id", ID + ", with wildcards, or %any for whomever the CA knows");
    }
    return address.map(a -> Identities.parse(a.getHostAddress()));
  }

  private void checkSecret(Section s, Identity localId, Optional<Identity> remoteId) {
    if (remoteId.isPresent() && secrets.psk(localId, remoteId.get()).isEmpty()) {
      s.problem(
          "",
          "has no pre-shared key; expected one for \""
              + remoteId.get()
              + "\" in psk { } of a file named in secrets");
    }
  }

  private static ChildPolicy child(String name, Section s, boolean legacy) {
    List<TrafficSelector> localTs = selectors(s, "local-ts");
    List<TrafficSelector> remoteTs = selectors(s, "remote-ts");
    List<EspProposal> proposals =
        s.has("esp-proposals")
            ? s.parsedList(
                "esp-proposals",
                List.of(),
                "of proposals",
                text -> ProposalKeywords.parseEsp(text, legacy))
            : ProposalKeywords.defaultEsp();
    RekeyPolicy rekey = rekey(s, HOUR);
    String start = s.string("start", "none");
    if (!start.equals("none") && !start.equals("start")) {
      s.problem("start", "is \"" + start + "\"; expected none or start");
    }
    int window = s.integer("replay-window", 1024, 32, 4096);
    s.done();
    return new ChildPolicy(
        name,
        localTs,
        remoteTs,
        proposals,
        rekey,
        start.equals("start") ? ChildPolicy.StartAction.START : ChildPolicy.StartAction.NONE,
        window);
  }

  /**
   * {@code rekey-time}, {@code life-time} and the like; the end is 10 % after the rekey where it is
   * not given.
   */
  private static RekeyPolicy rekey(Section s, long absentNs) {
    long soft = s.durationNs("rekey-time", absentNs, 0, YEAR);
    long hard = s.durationNs("life-time", soft + soft / 10, 0, YEAR);
    long jitter = s.durationNs("rekey-jitter", soft / 10, 0, YEAR);
    if (hard != 0 && hard <= soft) {
      s.problem("life-time", "is not after rekey-time; expected some time to rekey in");
    }
    long softBytes = s.amount("rekey-bytes", 0);
    long softPackets = s.amount("rekey-packets", 0);
    return new RekeyPolicy(
        soft,
        hard,
        Math.min(jitter, soft),
        softBytes,
        softBytes + softBytes / 10,
        softPackets,
        softPackets + softPackets / 10);
  }

  private static List<TrafficSelector> selectors(Section s, String key) {
    if (!s.has(key)) {
      s.required(key, "a list of prefixes, for example [10.1.0.0/24]");
      return List.of();
    }
    return s.parsedList(key, List.of(), "of prefixes", ConnectionReader::selector);
  }

  private static TrafficSelector selector(String text) {
    int bracket = text.indexOf('[');
    if (bracket >= 0) {
      selector(text.substring(0, bracket)); // the same words about the network
      return SelectorText.parse(text);
    }
    Prefix prefix = Prefix.parse(text);
    byte[] octets = prefix.address().getAddress();
    BigInteger base = new BigInteger(1, octets);
    BigInteger hosts =
        BigInteger.ONE.shiftLeft(octets.length * 8 - prefix.length()).subtract(BigInteger.ONE);
    BigInteger first = base.andNot(hosts);
    if (!first.equals(base)) {
      throw new IllegalArgumentException(
          "expected a network, and this has host bits set: "
              + address(first, octets.length).getHostAddress()
              + "/"
              + prefix.length());
    }
    return new TrafficSelector(
        address(first, octets.length), address(first.or(hosts), octets.length), 0, 0, 65535);
  }

  private static InetAddress address(BigInteger value, int length) {
    byte[] octets = new byte[length];
    byte[] minimal = value.toByteArray();
    int copy = Math.min(length, minimal.length);
    System.arraycopy(minimal, minimal.length - copy, octets, length - copy, copy);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
