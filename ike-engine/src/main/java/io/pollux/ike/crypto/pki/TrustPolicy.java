package io.pollux.ike.crypto.pki;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Which certificates a peer may come with. A value; what has to be read out of its anchors is read
 * once. Any thread may use it.
 */
public final class TrustPolicy {
  private final List<Octets> anchors;
  private final Revocation revocation;
  private final boolean sha1;
  private volatile List<Anchor> read; // facts that follow from the anchors: whoever comes first
  private volatile List<Octets> authorities;
  private volatile Octets fingerprint;

  /**
   * Trust in {@code anchors}.
   *
   * @param anchors DER of the certificates that we trust: of CAs, or of the peer itself
   * @param revocation how much has to be known about revocation
   * @param sha1 whether signatures with SHA-1 count, in certificates and in Auth Method 1
   */
  public TrustPolicy(List<Octets> anchors, Revocation revocation, boolean sha1) {
    this.anchors = List.copyOf(anchors);
    this.revocation = Objects.requireNonNull(revocation);
    this.sha1 = sha1;
  }

  /** DER of the certificates that we trust. */
  public List<Octets> anchors() {
    return anchors;
  }

  /** How much has to be known about revocation. */
  public Revocation revocation() {
    return revocation;
  }

  /** Whether signatures with SHA-1 count. */
  public boolean sha1() {
    return sha1;
  }

  /** SHA-1 of each anchor's public key. */
  public List<Octets> authorities(IkeCrypto crypto) {
    List<Octets> known = authorities;
    if (known == null) {
      List<Octets> all = new ArrayList<>();
      for (Octets der : anchors) {
        try {
          all.add(crypto.sha1(EndEntity.parse(der).spki()));
        } catch (Malformed e) {
          throw new IllegalStateException("a trust anchor was not read when it was configured", e);
        }
      }
      known = List.copyOf(all);
      authorities = known;
    }
    return known;
  }

  /**
   * The anchors as certificates.
   *
   * @throws Malformed if one of them is none
   */
  List<Anchor> read() throws Malformed {
    List<Anchor> known = read;
    if (known == null) {
      List<Anchor> all = new ArrayList<>();
      for (Octets der : anchors) {
        all.add(Anchor.of(Pki.certificate(der)));
      }
      known = List.copyOf(all);
      read = known;
    }
    return known;
  }

  /** SHA-256 of all that it says. */
  Octets fingerprint() {
    Octets known = fingerprint;
    if (known == null) {
      MessageDigest digest = Pki.sha256();
      digest.update((byte) (sha1 ? 1 : 0));
      digest.update((byte) revocation.ordinal());
      for (Octets der : anchors) {
        Pki.add(digest, der);
      }
      known = Octets.owning(digest.digest());
      fingerprint = known;
    }
    return known;
  }

  /**
   * A trust anchor.
   *
   * @param selfSigned whether it has signed itself, as roots do
   */
  record Anchor(CheckedCertificate certificate, boolean selfSigned) {
    private static Anchor of(CheckedCertificate certificate) {
      return new Anchor(
          certificate, Pki.names(certificate, certificate) && Pki.signed(certificate, certificate));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TrustPolicy that
        && anchors.equals(that.anchors)
        && revocation == that.revocation
        && sha1 == that.sha1;
  }

  @Override
  public int hashCode() {
    return Objects.hash(anchors, revocation.name(), sha1);
  }

  @Override
  public String toString() {
    return "TrustPolicy(" + anchors.size() + " anchors, " + revocation + ", sha1 " + sha1 + ")";
  }
}
