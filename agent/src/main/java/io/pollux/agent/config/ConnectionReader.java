package io.pollux.agent.config;

import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.IkeProposal;
import io.pollux.ike.policy.PpkPolicy;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.ReauthPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.Identity;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** One section of {@code connections}. */
final class ConnectionReader {
  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;
  private static final long YEAR = 366 * 24 * HOUR;
  private static final long MIN_AUTH_LIFETIME = 30 * SECOND;
  private static final String ID = "an address, a domain name, name@domain or a distinguished name";

  private final Path directory;
  private final Secrets secrets;
  private final Credentials credentials;
  private final Set<String> redundant; // filled here
  private final AuthReader auth;

  ConnectionReader(
      Path directory, Secrets secrets, Credentials credentials, Set<String> redundant) {
    this.directory = directory;
    this.secrets = secrets;
    this.credentials = credentials;
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
    List<IkeProposal> proposals = proposals(s, legacy);
    RekeyPolicy rekey = ChildReader.rekey(s, 4 * HOUR);
    long liveness = s.durationNs("liveness", 30 * SECOND, 0, 24 * HOUR);
    boolean encap = s.bool("force-encapsulation", false);
    ReauthPolicy reauth = reauth(s, !remoteText.equals("%any"));
    Optional<PpkPolicy> ppk =
        s.optional("ppk", p -> PpkReader.read(p, name, directory, credentials))
            .flatMap(Function.identity());
    List<ChildPolicy> children = children(s, new ChildReader(localAddress, remoteAddress, legacy));
    s.done();
    if (localAddress.isEmpty()
        || localId.isEmpty()
        || localAuth.isEmpty()
        || remoteAuth.isEmpty()) {
      return Optional.empty();
    }
    AuthPolicy authPolicy = new AuthPolicy(localAuth.get(), remoteAuth.get(), ppk);
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
            authPolicy,
            reauth));
  }

  private static List<IkeProposal> proposals(Section s, boolean legacy) {
    return s.has("proposals")
        ? s.parsedList(
            "proposals", List.of(), "of proposals", text -> ProposalKeywords.parseIke(text, legacy))
        : ProposalKeywords.defaultIke();
  }

  private static List<ChildPolicy> children(Section s, ChildReader reader) {
    List<ChildPolicy> children = new ArrayList<>();
    for (Map.Entry<String, Section> child : s.named("children").entrySet()) {
      children.add(reader.read(child.getKey(), child.getValue()));
    }
    if (children.isEmpty()) {
      s.problem("children", "has none; expected at least one child with local-ts and remote-ts");
    }
    return children;
  }

  private static ReauthPolicy reauth(Section s, boolean initiates) {
    long every = s.durationNs("reauth-time", 0, 0, YEAR);
    if (every > 0 && !initiates) {
      s.problem(
          "reauth-time",
          "needs remote.address, because this gateway begins the new IKE SA; expected auth-lifetime"
              + " for a peer of any address, which tells it to come back");
    }
    long jitter = s.durationNs("reauth-jitter", every / 10, 0, YEAR);
    long lifetime = s.durationNs("auth-lifetime", 0, 0, YEAR);
    if (lifetime > 0 && lifetime < MIN_AUTH_LIFETIME) {
      s.problem(
          "auth-lifetime", "is less than 30s; expected some time for the peer to come back in");
    }
    return new ReauthPolicy(every, Math.min(jitter, every), lifetime);
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
}
