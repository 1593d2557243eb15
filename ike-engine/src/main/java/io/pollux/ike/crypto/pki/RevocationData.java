package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * CRLs (RFC 5280 section 5) and OCSP responses (RFC 6960) that somebody has fetched. Read once,
 * used for many validations; nothing in it is believed before a CA's signature on it was checked.
 */
public final class RevocationData {
  /** Nothing is known. */
  public static final RevocationData NONE =
      new RevocationData(List.of(), List.of(), Optional.empty());

  private final List<Crl> crls;
  private final List<OcspAnswer> answers;
  private final Optional<OcspSource> source;

  private RevocationData(List<Crl> crls, List<OcspAnswer> answers, Optional<OcspSource> source) {
    this.crls = List.copyOf(crls);
    this.answers = List.copyOf(answers);
    this.source = source;
  }

  /** The same, with somebody to be asked about what is not known. */
  public RevocationData asking(OcspSource responder) {
    return new RevocationData(crls, answers, Optional.of(responder));
  }

  /** What both know; who is asked by the first stays, or by the second. */
  public RevocationData and(RevocationData other) {
    List<Crl> lists = new ArrayList<>(crls);
    lists.addAll(other.crls);
    List<OcspAnswer> all = new ArrayList<>(answers);
    all.addAll(other.answers);
    return new RevocationData(lists, all, source.or(() -> other.source));
  }

  /**
   * Of DER encoded CRLs and OCSP responses.
   *
   * @throws Malformed if one of them is none
   */
  public static RevocationData of(List<Octets> crls, List<Octets> ocspResponses) throws Malformed {
    List<Crl> lists = new ArrayList<>();
    for (Octets der : crls) {
      lists.add(Crl.read(der));
    }
    List<OcspAnswer> answers = new ArrayList<>();
    for (Octets der : ocspResponses) {
      answers.add(OcspAnswer.read(der));
    }
    return new RevocationData(lists, answers, Optional.empty());
  }

  /** What is known about one certificate. */
  sealed interface Status {
    Status NOTHING = new Unknown("");

    record Good() implements Status {}

    record Revoked(String story) implements Status {}

    record Unknown(String story) implements Status {}

    /** Revoked before good before unknown; a reason before none. */
    default boolean isStrongerThan(Status other) {
      return rank() > other.rank();
    }

    private int rank() {
      return switch (this) {
        case Revoked _ -> 3;
        case Good _ -> 2;
        case Unknown(var story) -> story.isEmpty() ? 0 : 1;
      };
    }
  }

  /**
   * What is known about {@code certificate}, which {@code issuer} has signed. Whoever says that it
   * is revoked is right, in whatever order they come; that it is good is said by an OCSP response,
   * or by the newest of the lists that are complete for it.
   */
  Status status(X509Certificate certificate, X509Certificate issuer, Date now, boolean sha1) {
    Status byAnswers = byAnswers(certificate, issuer, now, sha1);
    if (byAnswers instanceof Status.Revoked) {
      return byAnswers;
    }
    List<Crl> own = crls.stream().filter(c -> c.isOf(issuer, sha1)).toList();
    Status byLists = byLists(own, certificate, issuer, now);
    Status known = byLists.isStrongerThan(byAnswers) ? byLists : byAnswers;
    return known instanceof Status.Unknown(var story)
        ? asked(certificate, issuer, now, sha1)
            .orElseGet(
                () ->
                    new Status.Unknown(
                        story.isEmpty() ? "no CRL or OCSP response of " + Pki.name(issuer) : story))
        : known;
  }

  private Status byAnswers(
      X509Certificate certificate, X509Certificate issuer, Date now, boolean sha1) {
    Status known = Status.NOTHING;
    for (OcspAnswer answer : answers) {
      Status says = answer.about(certificate, issuer, now, sha1).orElse(Status.NOTHING);
      known = says.isStrongerThan(known) ? says : known;
    }
    return known;
  }

  /** By {@code lists} of the issuer's. */
  private static Status byLists(
      List<Crl> lists, X509Certificate certificate, X509Certificate issuer, Date now) {
    Status known = Status.NOTHING;
    for (Crl list : lists) {
      Status says = list.about(certificate, issuer, now);
      boolean old = lists.stream().anyMatch(other -> supersedes(other, list, now));
      boolean forEver = says instanceof Status.Revoked && !list.onHold(certificate);
      boolean counts = !old || forEver;
      known = counts && says.isStrongerThan(known) ? says : known;
    }
    return known;
  }

  /** Whether {@code one} is the later list for the same; one from the future is not yet. */
  private static boolean supersedes(Crl one, Crl other, Date now) {
    return !now.before(one.thisUpdate())
        && one.thisUpdate().after(other.thisUpdate())
        && one.scope().equals(other.scope());
  }

  /** Only for what has a path to a trust anchor: no stranger makes us ask. */
  private Optional<Status> asked(
      X509Certificate certificate, X509Certificate issuer, Date now, boolean sha1) {
    Optional<Octets> request = source.flatMap(_ -> OcspAnswer.request(certificate, issuer));
    Optional<Octets> response = request.flatMap(r -> source.orElseThrow().ask(r));
    if (response.isEmpty()) {
      return Optional.empty();
    }
    String name = "the OCSP response about " + Pki.name(certificate);
    try {
      OcspAnswer answer = OcspAnswer.read(response.get());
      Optional<Status> says = answer.about(certificate, issuer, now, sha1);
      if (says.isPresent() && !(says.get() instanceof Status.Unknown)) {
        source.get().believed(request.get(), response.get(), answer.until());
      }
      return says.or(() -> Optional.of(new Status.Unknown(name + " is not the issuer's")));
    } catch (Malformed wrong) {
      return Optional.of(new Status.Unknown(name + ": " + wrong.getMessage()));
    }
  }
}
