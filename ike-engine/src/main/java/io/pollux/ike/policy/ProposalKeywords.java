package io.pollux.ike.policy;

import io.pollux.ike.crypto.Encryption;
import io.pollux.ike.crypto.Integrity;
import io.pollux.ike.crypto.KeyExchangeMethod;
import io.pollux.ike.crypto.Prf;
import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Proposals as operators write them: words joined by hyphens, in strongSwan's spelling. Several
 * words of a kind are alternatives in order of preference.
 *
 * <ul>
 *   <li>IKE: {@code aes256gcm16-prfsha384-x25519}. Without a word for the PRF it follows from the
 *       integrity words ({@code aes256-sha256-ecp256} means prfsha256); with an AEAD an integrity
 *       word names the PRF alone.
 *   <li>ESP: {@code aes256gcm16-esn}, {@code aes256-sha256-x25519-noesn}. A key exchange word asks
 *       for one at each rekey. Without {@code esn} or {@code noesn} both are offered, extended
 *       sequence numbers first (strongSwan offers none).
 *   <li>Both: {@code ke1_mlkem768} to {@code ke7_...} ask for additional key exchanges (RFC 9370),
 *       {@code ke1_none} makes the first one optional.
 * </ul>
 *
 * <p>What RFC 8247 discourages (SHA-1, 3DES, modp1024) is refused unless {@code legacy} is said.
 */
public final class ProposalKeywords {
  private static final int ESN_ON = 1;
  private static final int ESN_OFF = 0;

  private static final int MAX_DESCRIBED = 24; // transforms of one proposal in a log line

  private static final Map<String, Transform> WORDS = words();

  private static final Set<Transform> WEAK =
      Set.of(
          WORDS.get("3des"),
          WORDS.get("sha1"),
          WORDS.get("prfsha1"),
          WORDS.get("modp1024"),
          WORDS.get("ke1_modp1024"),
          WORDS.get("ke2_modp1024"),
          WORDS.get("ke3_modp1024"),
          WORDS.get("ke4_modp1024"),
          WORDS.get("ke5_modp1024"),
          WORDS.get("ke6_modp1024"),
          WORDS.get("ke7_modp1024"));

  private ProposalKeywords() {}

  /** What an operator wrote is no proposal; the message names the word and the alternatives. */
  public static final class BadProposal extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    BadProposal(String message) {
      super(message);
    }
  }

  /** RFC 8247 strong; groups 31, 19, 20 and 14. */
  public static List<IkeProposal> defaultIke() {
    return List.of(
        parseIke(
            "aes256gcm16-aes128gcm16-chacha20poly1305"
                + "-prfsha384-prfsha256-prfsha512-x25519-ecp256-ecp384-modp2048"),
        parseIke(
            "aes256-aes128-sha384-sha256-sha512"
                + "-prfsha384-prfsha256-prfsha512-x25519-ecp256-ecp384-modp2048"));
  }

  /** RFC 8221 strong, without a key exchange of their own, extended sequence numbers first. */
  public static List<EspProposal> defaultEsp() {
    return List.of(
        parseEsp("aes256gcm16-aes128gcm16-chacha20poly1305"),
        parseEsp("aes256-aes128-sha256-sha384-sha512"));
  }

  /**
   * An IKE proposal.
   *
   * @throws BadProposal with a message for the operator
   */
  public static IkeProposal parseIke(String text) {
    return parseIke(text, false);
  }

  /** As above; with {@code legacy}, the weak words too. */
  public static IkeProposal parseIke(String text, boolean legacy) {
    Set<Transform> transforms = parse("IKE", text, Set.of(TransformType.ESN), legacy);
    if (!has(transforms, TransformType.PRF)) {
      for (Transform integrity : ofType(transforms, TransformType.INTEG)) {
        transforms.add(new Transform(TransformType.PRF, prfOf(integrity), 0));
      }
    }
    boolean aead = checkEncryption("IKE", text, transforms);
    if (aead) {
      transforms.removeAll(ofType(transforms, TransformType.INTEG));
    }
    require("IKE", text, transforms, TransformType.PRF);
    require("IKE", text, transforms, TransformType.KE);
    return new IkeProposal(text, sorted(transforms));
  }

  /**
   * An ESP proposal.
   *
   * @throws BadProposal with a message for the operator
   */
  public static EspProposal parseEsp(String text) {
    return parseEsp(text, false);
  }

  /** As above; with {@code legacy}, the weak words too. */
  public static EspProposal parseEsp(String text, boolean legacy) {
    Set<Transform> transforms = parse("ESP", text, Set.of(TransformType.PRF), legacy);
    if (transforms.stream().anyMatch(t -> TransformType.isAdditional(t.type()))) {
      require("ESP", text, transforms, TransformType.KE); // RFC 9370 section 2.2.4
    }
    boolean aead = checkEncryption("ESP", text, transforms);
    if (aead && has(transforms, TransformType.INTEG)) {
      throw new BadProposal(
          "ESP proposal '"
              + text
              + "': an AEAD protects integrity itself; leave out "
              + describe(ofType(transforms, TransformType.INTEG)));
    }
    if (!has(transforms, TransformType.ESN)) {
      transforms.add(new Transform(TransformType.ESN, ESN_ON, 0));
      transforms.add(new Transform(TransformType.ESN, ESN_OFF, 0));
    }
    return new EspProposal(text, sorted(transforms));
  }

  private static Set<Transform> parse(
      String protocol, String text, Set<TransformType> banned, boolean legacy) {
    Set<Transform> transforms = new LinkedHashSet<>();
    for (String word : text.strip().split("-", -1)) {
      Transform transform = WORDS.get(word);
      if (transform == null) {
        throw new BadProposal(
            protocol
                + " proposal '"
                + text
                + "': unknown word '"
                + word
                + "'; known are "
                + known(banned));
      }
      if (!legacy && WEAK.contains(transform)) {
        throw new BadProposal(
            protocol
                + " proposal '"
                + text
                + "': '"
                + word
                + "' is weak; a connection has to say legacy = true to use it");
      }
      for (TransformType type : banned) {
        if (transform.type() == type.number()) {
          throw new BadProposal(
              "'" + word + "' has no place in the " + protocol + " proposal '" + text + "'");
        }
      }
      transforms.add(transform);
    }
    return transforms;
  }

  /**
   * Whether the encryption is an AEAD; all of one proposal must be alike (RFC 7296 section 3.3).
   */
  private static boolean checkEncryption(String protocol, String text, Set<Transform> transforms) {
    require(protocol, text, transforms, TransformType.ENCR);
    List<Transform> all = ofType(transforms, TransformType.ENCR);
    long aeads = all.stream().filter(t -> Encryption.require(t.id()).isAead()).count();
    if (aeads != 0 && aeads != all.size()) {
      throw new BadProposal(
          protocol
              + " proposal '"
              + text
              + "' mixes AEADs with other ciphers: write two proposals");
    }
    if (aeads == 0) {
      require(protocol, text, transforms, TransformType.INTEG);
    }
    return aeads != 0;
  }

  private static void require(
      String protocol, String text, Set<Transform> transforms, TransformType type) {
    if (!has(transforms, type)) {
      throw new BadProposal(
          protocol + " proposal '" + text + "' lacks " + kind(type) + ": " + wordsOf(type));
    }
  }

  /**
   * The words of {@code transforms}, numbers where there is none: for messages and logs. A peer can
   * make the list long, so the end of a long one is left out.
   */
  public static String describe(List<Transform> transforms) {
    String words =
        transforms.stream()
            .limit(MAX_DESCRIBED)
            .map(ProposalKeywords::word)
            .collect(Collectors.joining("-"));
    return transforms.size() > MAX_DESCRIBED ? words + "-..." : words;
  }

  private static String word(Transform transform) {
    for (Map.Entry<String, Transform> entry : WORDS.entrySet()) {
      if (entry.getValue().equals(transform)) {
        return entry.getKey();
      }
    }
    String bits = transform.keyBits() == 0 ? "" : "/" + transform.keyBits();
    return "type" + transform.type() + ":" + transform.id() + bits;
  }

  private static int prfOf(Transform integrity) {
    return switch (Integrity.require(integrity.id())) {
      case AUTH_HMAC_SHA1_96 -> Prf.PRF_HMAC_SHA1.number();
      case AUTH_AES_XCBC_96 -> Prf.PRF_AES128_XCBC.number();
      case AUTH_AES_CMAC_96 -> Prf.PRF_AES128_CMAC.number();
      case AUTH_HMAC_SHA2_256_128 -> Prf.PRF_HMAC_SHA2_256.number();
      case AUTH_HMAC_SHA2_384_192 -> Prf.PRF_HMAC_SHA2_384.number();
      case AUTH_HMAC_SHA2_512_256 -> Prf.PRF_HMAC_SHA2_512.number();
    };
  }

  private static List<Transform> sorted(Set<Transform> transforms) {
    List<Transform> sorted = new ArrayList<>(transforms);
    sorted.sort((a, b) -> Integer.compare(a.type(), b.type())); // stable: preference is kept
    return sorted;
  }

  private static boolean has(Set<Transform> transforms, TransformType type) {
    return !ofType(transforms, type).isEmpty();
  }

  private static List<Transform> ofType(Set<Transform> transforms, TransformType type) {
    return transforms.stream().filter(t -> t.type() == type.number()).toList();
  }

  private static String known(Set<TransformType> banned) {
    List<String> lists = new ArrayList<>();
    for (TransformType type : TransformType.values()) {
      if (!banned.contains(type) && !TransformType.isAdditional(type.number())) {
        lists.add(kind(type) + ": " + wordsOf(type));
      }
    }
    lists.add("additional key exchange: ke1_ to ke7_ before a key exchange or none");
    return String.join("; ", lists);
  }

  private static String kind(TransformType type) {
    return switch (type) {
      case ENCR -> "encryption";
      case PRF -> "PRF";
      case INTEG -> "integrity";
      case KE -> "key exchange";
      case ESN -> "sequence numbers";
      case ADDKE1, ADDKE2, ADDKE3, ADDKE4, ADDKE5, ADDKE6, ADDKE7 -> "additional key exchange";
    };
  }

  private static String wordsOf(TransformType type) {
    return WORDS.entrySet().stream()
        .filter(entry -> entry.getValue().type() == type.number())
        .map(Map.Entry::getKey)
        .collect(Collectors.joining(", "));
  }

  /** The first word of a transform is the one that {@link #describe} shows. */
  private static Map<String, Transform> words() {
    Map<String, Transform> words = new LinkedHashMap<>();
    for (int bits : List.of(256, 128, 192)) {
      words.put("aes" + bits, encryption(Encryption.ENCR_AES_CBC, bits));
      putGcm(words, bits, Encryption.ENCR_AES_GCM_16, List.of("16", "128", ""));
      putGcm(words, bits, Encryption.ENCR_AES_GCM_12, List.of("12", "96"));
      putGcm(words, bits, Encryption.ENCR_AES_GCM_8, List.of("8", "64"));
    }
    for (int bits : List.of(256, 128, 192)) {
      words.put("aes" + bits + "ctr", encryption(Encryption.ENCR_AES_CTR, bits));
      putCcm(words, bits, Encryption.ENCR_AES_CCM_16, List.of("16", "128", ""));
      putCcm(words, bits, Encryption.ENCR_AES_CCM_12, List.of("12", "96"));
      putCcm(words, bits, Encryption.ENCR_AES_CCM_8, List.of("8", "64"));
    }
    words.put("3des", encryption(Encryption.ENCR_3DES, 0));
    words.put("chacha20poly1305", encryption(Encryption.ENCR_CHACHA20_POLY1305, 0));
    putSha(words, "256", Integrity.AUTH_HMAC_SHA2_256_128, Prf.PRF_HMAC_SHA2_256);
    putSha(words, "384", Integrity.AUTH_HMAC_SHA2_384_192, Prf.PRF_HMAC_SHA2_384);
    putSha(words, "512", Integrity.AUTH_HMAC_SHA2_512_256, Prf.PRF_HMAC_SHA2_512);
    putSha(words, "1", Integrity.AUTH_HMAC_SHA1_96, Prf.PRF_HMAC_SHA1);
    putAes(words, "xcbc", Integrity.AUTH_AES_XCBC_96, Prf.PRF_AES128_XCBC);
    putAes(words, "cmac", Integrity.AUTH_AES_CMAC_96, Prf.PRF_AES128_CMAC);
    putKes(words, "", TransformType.KE);
    for (TransformType type : TransformType.values()) {
      if (TransformType.isAdditional(type.number())) {
        String prefix = "ke" + TransformType.additionalIndex(type.number()) + "_";
        putKes(words, prefix, type);
        words.put(prefix + "none", new Transform(type, 0, 0));
      }
    }
    words.put("esn", new Transform(TransformType.ESN, ESN_ON, 0));
    words.put("noesn", new Transform(TransformType.ESN, ESN_OFF, 0));
    return words;
  }

  private static void putGcm(
      Map<String, Transform> words, int bits, Encryption encryption, List<String> endings) {
    for (String ending : endings) {
      words.put("aes" + bits + "gcm" + ending, encryption(encryption, bits));
    }
  }

  private static void putCcm(
      Map<String, Transform> words, int bits, Encryption encryption, List<String> endings) {
    for (String ending : endings) {
      words.put("aes" + bits + "ccm" + ending, encryption(encryption, bits));
    }
  }

  private static void putAes(
      Map<String, Transform> words, String name, Integrity integrity, Prf prf) {
    words.put("aes" + name, new Transform(TransformType.INTEG, integrity.number(), 0));
    words.put("prfaes" + name, new Transform(TransformType.PRF, prf.number(), 0));
  }

  private static void putSha(
      Map<String, Transform> words, String size, Integrity integrity, Prf prf) {
    words.put("sha" + size, new Transform(TransformType.INTEG, integrity.number(), 0));
    words.put("prfsha" + size, new Transform(TransformType.PRF, prf.number(), 0));
  }

  /** The key exchange words of {@code type}, each behind {@code prefix}. */
  private static void putKes(Map<String, Transform> words, String prefix, TransformType type) {
    for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
      for (String spelling : spellings(method)) {
        words.put(prefix + spelling, new Transform(type, method.number(), 0));
      }
    }
  }

  private static List<String> spellings(KeyExchangeMethod method) {
    return switch (method) {
      case MODP_1024 -> List.of("modp1024");
      case MODP_2048 -> List.of("modp2048");
      case MODP_3072 -> List.of("modp3072");
      case MODP_4096 -> List.of("modp4096");
      case MODP_6144 -> List.of("modp6144");
      case MODP_8192 -> List.of("modp8192");
      case ECP_256 -> List.of("ecp256");
      case ECP_384 -> List.of("ecp384");
      case ECP_521 -> List.of("ecp521");
      case BRAINPOOL_P256R1 -> List.of("ecp256bp");
      case BRAINPOOL_P384R1 -> List.of("ecp384bp");
      case BRAINPOOL_P512R1 -> List.of("ecp512bp");
      case CURVE25519 -> List.of("x25519", "curve25519");
      case CURVE448 -> List.of("x448", "curve448");
      case ML_KEM_512 -> List.of("mlkem512");
      case ML_KEM_768 -> List.of("mlkem768");
      case ML_KEM_1024 -> List.of("mlkem1024");
    };
  }

  private static Transform encryption(Encryption encryption, int bits) {
    return new Transform(TransformType.ENCR, encryption.number(), bits);
  }
}
