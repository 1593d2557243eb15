package io.pollux.it.interop;

import java.util.ArrayList;
import java.util.List;

/**
 * One row of the interop table: what the two ends use, how the packets go, and who starts what.
 *
 * @param number from 1; the row's addresses and names come from it
 * @param byPollux who initiates
 * @param outer 4 or 6: the addresses that IKE and ESP have
 * @param inner 4 or 6: the packets inside
 * @param childRekeyByPollux who rekeys the Child SA
 * @param ikeRekeyByPollux who rekeys the IKE SA, after that
 * @param pfs whether the Child SA's rekey has a key exchange
 * @param fragments whether IKE messages are cut (RFC 7383); only certificates make them long enough
 */
record Combination(
    int number,
    Peer peer,
    boolean byPollux,
    Auth auth,
    Kex kex,
    Suite suite,
    Way way,
    int outer,
    int inner,
    Nat nat,
    boolean childRekeyByPollux,
    boolean ikeRekeyByPollux,
    boolean pfs,
    boolean fragments) {

  /** Who is at the other end. */
  enum Peer {
    STRONGSWAN("strongSwan"),
    LIBRESWAN("libreswan"),
    POLLUX("Pollux");

    final String word;

    Peer(String word) {
      this.word = word;
    }
  }

  /**
   * How both ends prove themselves. With certificates there is an intermediate CA, RSA, between.
   */
  enum Auth {
    PSK("PSK", "", "", "", ""),
    RSA_PSS("RSA-PSS", "rsa", "2048", "rsa-pss-sha256", "rsa-sha2_256"),
    ECDSA_256("ECDSA P-256", "ecdsa", "256", "ecdsa-sha256", "ecdsa-sha2_256"),
    ECDSA_384("ECDSA P-384", "ecdsa", "384", "ecdsa-sha384", "ecdsa-sha2_384"),
    ECDSA_521("ECDSA P-521", "ecdsa", "521", "ecdsa-sha512", "ecdsa-sha2_512"),
    RAW_RSA("raw RSA key", "rsa", "2048", "rsa-pss-sha256", "rsa-sha2_256"),
    RSA_SHA1("RSA, SHA-1", "rsa", "2048", "", "rsa-sha1"),
    RSA_PKCS1("RSA PKCS#1", "rsa", "2048", "rsa-pkcs1-sha256", ""),
    ED25519("Ed25519", "ed25519", "", "ed25519", ""),
    ED448("Ed448", "ed448", "", "ed448", ""),
    RAW_ECDSA("raw P-256 key", "ecdsa", "256", "ecdsa-sha256", ""),
    RAW_ED25519("raw Ed25519 key", "ed25519", "", "ed25519", "");

    final String word;

    /** As {@code pki --gen} names it; empty: no key. */
    final String keyType;

    final String keyBits;

    /** The one scheme that Pollux uses and accepts; empty: it is not told. */
    final String scheme;

    /** libreswan's {@code authby}; empty: it cannot. */
    final String authby;

    Auth(String word, String keyType, String keyBits, String scheme, String authby) {
      this.word = word;
      this.keyType = keyType;
      this.keyBits = keyBits;
      this.scheme = scheme;
      this.authby = authby;
    }

    /** Ways that use the same kind of key share it; a raw one is of no certificate. */
    String key() {
      return (raw() ? "raw-" : "") + keyType + keyBits;
    }

    boolean certificate() {
      return this != PSK && !raw();
    }

    boolean raw() {
      return this == RAW_RSA || this == RAW_ECDSA || this == RAW_ED25519;
    }
  }

  /** The key exchange; the second word is libreswan's, empty where it has none. */
  enum Kex {
    X25519("x25519", "dh31"),
    MODP2048("modp2048", "dh14"),
    MODP3072("modp3072", "dh15"),
    MODP4096("modp4096", "dh16"),
    ECP256("ecp256", "dh19"),
    ECP384("ecp384", "dh20"),
    ECP521("ecp521", "dh21"),
    X448("x448", ""),
    BRAINPOOL256("ecp256bp", ""),
    BRAINPOOL384("ecp384bp", ""),
    BRAINPOOL512("ecp512bp", ""),
    MLKEM768("x25519-ke1_mlkem768", "");

    final String word;
    final String libreswan;

    Kex(String word, String libreswan) {
      this.word = word;
      this.libreswan = libreswan;
    }
  }

  /**
   * Ciphers of IKE and of ESP, in our words and libreswan's. Where libreswan has a cipher for ESP
   * alone, its IKE SA uses a usual one.
   */
  enum Suite {
    GCM16("aes256gcm16-prfsha384", "aes256gcm16-esn", "aes_gcm256-sha2_384", "aes_gcm256"),
    GCM12("aes128gcm12-prfsha256", "aes128gcm12-noesn", "aes_gcm_b128-sha2_256", "aes_gcm_b128"),
    GCM8("aes192gcm8-prfsha512", "aes256gcm8-esn", "aes_gcm_a192-sha2_512", "aes_gcm_a256"),
    CCM16("aes256ccm16-prfsha256", "aes256ccm16-esn", "", "aes_ccm256"),
    CCM12("aes128ccm12-prfsha384", "aes192ccm12-noesn", "", "aes_ccm_b192"),
    CCM8("aes192ccm8-prfsha256", "aes128ccm8-esn", "", "aes_ccm_a128"),
    CHACHA20(
        "chacha20poly1305-prfsha256",
        "chacha20poly1305-esn",
        "chacha20_poly1305-sha2_256",
        "chacha20_poly1305"),
    CBC_SHA256(
        "aes128-sha256-prfsha256", "aes256-sha256-esn", "aes128-sha2_256", "aes256-sha2_256"),
    CBC_SHA384(
        "aes192-sha384-prfsha384", "aes128-sha384-noesn", "aes192-sha2_384", "aes128-sha2_384"),
    CBC_SHA512(
        "aes256-sha512-prfsha512", "aes192-sha512-esn", "aes256-sha2_512", "aes192-sha2_512"),
    CTR_SHA256(
        "aes256ctr-sha256-prfsha256",
        "aes256ctr-sha256-esn",
        "aes_ctr256-sha2_256",
        "aes_ctr256-sha2_256"),
    CTR_SHA512(
        "aes128ctr-sha512-prfsha512",
        "aes128ctr-sha512-noesn",
        "aes_ctr128-sha2_512",
        "aes_ctr128-sha2_512"),
    XCBC("aes128-aesxcbc-prfaesxcbc", "aes128-aesxcbc-noesn", "aes128-aes_xcbc", "aes128-aes_xcbc"),
    CMAC("aes128-aescmac-prfaescmac", "aes256-aescmac-esn", "", "aes256-aes_cmac");

    private static final String USUAL = "aes128-sha256-prfsha256";
    private static final String USUAL_LIBRESWAN = "aes128-sha2_256";

    private final String ike;
    final String esp;
    private final String libreswanIke;
    final String libreswanEsp;

    Suite(String ike, String esp, String libreswanIke, String libreswanEsp) {
      this.ike = ike;
      this.esp = esp;
      this.libreswanIke = libreswanIke;
      this.libreswanEsp = libreswanEsp;
    }

    String ike(Peer peer) {
      return peer == Peer.LIBRESWAN && libreswanIke.isEmpty() ? USUAL : ike;
    }

    String libreswanIke() {
      return libreswanIke.isEmpty() ? USUAL_LIBRESWAN : libreswanIke;
    }

    boolean esn() {
      return esp.endsWith("-esn");
    }
  }

  /** What Pollux's packets enter the tunnel by; the word is its {@code interface}. */
  enum Way {
    POLICY("none"),
    OWN("own"),
    SHARED("shared"),
    VTI("vti");

    final String word;

    Way(String word) {
      this.word = word;
    }
  }

  /** Where the NAT is. */
  enum Nat {
    NONE("no"),
    PEER_BEHIND("peer behind"),
    POLLUX_BEHIND("Pollux behind");

    final String word;

    Nat(String word) {
      this.word = word;
    }
  }

  String name() {
    return "t" + number;
  }

  /** The peer's identity. */
  String id() {
    return name() + ".example";
  }

  String ikeWords() {
    return suite.ike(peer) + "-" + kex.word;
  }

  /** With the key exchange of the rekey, where there is one. */
  String espWords() {
    int last = suite.esp.lastIndexOf('-');
    return pfs
        ? suite.esp.substring(0, last) + "-" + kex.word + suite.esp.substring(last)
        : suite.esp;
  }

  String polluxNet() {
    return inner == 4 ? "10.1.%d.0/24".formatted(number) : "fd01:0:0:%x::/64".formatted(number);
  }

  String peerNet() {
    return inner == 4 ? "10.2.%d.0/24".formatted(number) : "fd02:0:0:%x::/64".formatted(number);
  }

  String polluxHost() {
    return inner == 4 ? "10.1.%d.1".formatted(number) : "fd01:0:0:%x::1".formatted(number);
  }

  String peerHost() {
    return inner == 4 ? "10.2.%d.1".formatted(number) : "fd02:0:0:%x::1".formatted(number);
  }

  /** The address of Pollux as it sees itself. */
  String polluxAddress() {
    String plain = outer == 4 ? "192.0.2.1" : "2001:db8::1";
    return nat == Nat.POLLUX_BEHIND ? "10.99.1.2" : plain;
  }

  /** The address that the peer finds Pollux at. */
  String polluxSeen() {
    return nat == Nat.POLLUX_BEHIND ? MatrixNet.NAT_OUTSIDE : polluxAddress();
  }

  /** The peer's address as it sees itself. */
  String peerAddress() {
    return nat == Nat.PEER_BEHIND ? "10.99.2." + (10 + number) : peerSeen();
  }

  /** The address that Pollux finds the peer at. */
  String peerSeen() {
    return outer == 4 ? "192.0.2." + (100 + number) : "2001:db8::1:" + number;
  }

  /** The row's cells, as {@link #HEADINGS} names them. */
  List<String> cells() {
    return List.of(
        Integer.toString(number),
        peer.word,
        byPollux ? "Pollux" : peer.word,
        auth.word,
        kex.word,
        suite.ike(peer),
        suite.esp,
        way == Way.POLICY ? "policy" : way == Way.VTI ? "VTI" : "XFRM interface, " + way.word,
        "IPv" + inner + " in IPv" + outer,
        nat.word,
        by(childRekeyByPollux) + (pfs ? ", PFS" : ""),
        by(ikeRekeyByPollux),
        fragments ? "yes" : "no");
  }

  private String by(boolean pollux) {
    return pollux ? "Pollux" : peer.word;
  }

  static final List<String> HEADINGS =
      List.of(
          "no",
          "peer",
          "initiator",
          "authentication",
          "key exchange",
          "IKE",
          "ESP",
          "Pollux's way",
          "packets",
          "NAT",
          "Child rekey by",
          "IKE rekey by",
          "fragments");

  @Override
  public String toString() {
    List<String> cells = new ArrayList<>(cells());
    cells.remove(1);
    return String.join(" | ", cells);
  }
}
