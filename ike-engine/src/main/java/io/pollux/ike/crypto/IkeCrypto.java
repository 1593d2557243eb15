package io.pollux.ike.crypto;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.conscrypt.Conscrypt;

/**
 * The cryptographic primitives of one engine, injected into it. Providers are asked in order:
 * Conscrypt, the JDK's, Bouncy Castle; as objects, so that the global list does not matter. Cipher
 * and Mac objects are kept per instance and reused, none per SA: <b>one thread</b> at a time.
 *
 * <p>All methods are pure but for that cache. What a provider refuses although the tables allow it
 * is our own mistake: {@link IllegalStateException}.
 */
public final class IkeCrypto {
  private static final int AES_KEY = 16;
  private static final int CTR_BLOCK = 16;

  private final List<Provider> providers;
  private final Map<String, Mac> macs = new TreeMap<>();
  private final Map<String, Cipher> ciphers = new TreeMap<>();
  private final Map<String, MessageDigest> digests = new TreeMap<>();

  /** Over {@code providers} alone, in order of preference. */
  public IkeCrypto(List<Provider> providers) {
    this.providers = List.copyOf(providers);
  }

  /** Conscrypt where its native library loads, then the JDK's providers, then Bouncy Castle. */
  public static IkeCrypto standard() {
    return new IkeCrypto(standardProviders());
  }

  /** Those of {@link #standard}. */
  public static List<Provider> standardProviders() {
    List<Provider> order = new ArrayList<>();
    if (Conscrypt.isAvailable()) {
      order.add(Conscrypt.newProvider());
    }
    for (String name : List.of("SunJCE", "SunEC", "SUN")) {
      Provider provider = Security.getProvider(name);
      if (provider != null) {
        order.add(provider);
      }
    }
    order.add(new BouncyCastleProvider());
    return List.copyOf(order);
  }

  /** prf(key, parts in a row), RFC 7296 section 2.13; for results that are keys. */
  public Secret prf(Prf prf, Secret key, Octets... parts) {
    return Secret.owning(prfBytes(prf, key, parts));
  }

  /** prf(key, parts in a row) where the result is sent or compared: AUTH, cookies. */
  public Octets prfOctets(Prf prf, Secret key, Octets... parts) {
    return Octets.owning(prfBytes(prf, key, parts));
  }

  /** prf(key, lead | rest), where {@code lead} is secret itself. */
  Secret prfOfSecret(Prf prf, Secret key, Secret lead, Octets... rest) {
    return lead.use(
        leading ->
            Secret.owning(
                mac(
                    prf.mac(),
                    key,
                    mac -> {
                      mac.update(leading);
                      for (Octets part : rest) {
                        mac.update(part.asBuffer());
                      }
                    })));
  }

  private byte[] prfBytes(Prf prf, Secret key, Octets... parts) {
    return mac(
        prf.mac(),
        key,
        mac -> {
          for (Octets part : parts) {
            mac.update(part.asBuffer());
          }
        });
  }

  /**
   * SHA-1 of {@code data}: the NAT detection hash and the names of CAs (RFC 7296 sections 2.23 and
   * 3.7), nothing else.
   */
  public Octets sha1(Octets data) {
    return digest("SHA-1", data);
  }

  private Octets digest(String algorithm, Octets data) {
    MessageDigest digest =
        digests.computeIfAbsent(algorithm, a -> find(p -> MessageDigest.getInstance(a, p)));
    digest.update(data.asBuffer());
    return Octets.owning(digest.digest());
  }

  /** A fresh private value of {@code method}, drawn from {@code random}. */
  public KeyAgreement keyAgreement(KeyExchangeMethod method, SecureRandom random) {
    return switch (method.family()) {
      case MODP -> ModpAgreement.generate(method, random);
      case ECP -> EcpAgreement.generate(this, method, random);
      case CURVE25519 -> Curve25519Agreement.generate(this, random);
      case CURVE448 -> Curve448Agreement.generate(random);
      case ML_KEM -> MlKemAgreement.generate(method, random);
    };
  }

  /**
   * What the responder answers to the initiator's public value {@code peer}.
   *
   * @throws Malformed as {@link KeyAgreement#agree}
   */
  public KeyAgreement.Answer answer(KeyExchangeMethod method, Octets peer, SecureRandom random)
      throws Malformed {
    if (method.family() == KeyExchangeMethod.Family.ML_KEM) {
      return MlKemAgreement.encapsulate(method, peer, random);
    }
    try (KeyAgreement own = keyAgreement(method, random)) {
      return new KeyAgreement.Answer(own.publicValue(), own.agree(peer));
    }
  }

  /** The key agreement whose {@link KeyAgreement#export} was {@code state}. */
  public KeyAgreement restore(KeyExchangeMethod method, Secret state) {
    return switch (method.family()) {
      case MODP -> ModpAgreement.restore(method, state);
      case ECP -> EcpAgreement.restore(this, method, state);
      case CURVE25519 -> Curve25519Agreement.restore(this, state);
      case CURVE448 -> Curve448Agreement.restore(state);
      case ML_KEM -> MlKemAgreement.restore(method, state);
    };
  }

  /** A MAC of what {@code content} puts in. */
  byte[] mac(String algorithm, Secret key, Consumer<Mac> content) {
    Mac mac = macs.computeIfAbsent(algorithm, this::newMac);
    return key.use(
        octets -> {
          try {
            mac.init(new SecretKeySpec(macKey(algorithm, mac, octets), algorithm));
            content.accept(mac);
            return mac.doFinal();
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm, e);
          }
        });
  }

  private Mac newMac(String algorithm) {
    return algorithm.equals(XcbcMac.NAME)
        ? XcbcMac.of(this::aesBlocks)
        : find(p -> Mac.getInstance(algorithm, p));
  }

  private Cipher aesBlocks() {
    return find(p -> Cipher.getInstance("AES/ECB/NoPadding", p));
  }

  /** The key as the MAC takes it: the AES ones only work with 16 octets. */
  private static byte[] macKey(String algorithm, Mac mac, byte[] key)
      throws GeneralSecurityException {
    boolean aes = algorithm.startsWith("AES");
    if (!aes) {
      return key.length == 0 ? new byte[1] : key; // an HMAC pads its key with zeros anyway
    }
    boolean xcbc = algorithm.equals(XcbcMac.NAME);
    if (key.length == AES_KEY) {
      return key;
    }
    if (xcbc && key.length < AES_KEY) {
      return Arrays.copyOf(key, AES_KEY); // RFC 4434 section 2
    }
    mac.init(new SecretKeySpec(new byte[AES_KEY], algorithm)); // and RFC 4615 section 3
    return mac.doFinal(key);
  }

  /** A cipher ready to work: {@code material} is the key, then the salt of an AEAD's nonce. */
  Cipher cipher(Encryption encryption, int mode, Secret material, int keyLength, byte[] iv) {
    Cipher cipher =
        ciphers.computeIfAbsent(
            encryption.name() + '/' + keyLength, _ -> newCipher(encryption, keyLength));
    return material.use(
        octets -> {
          var key = new SecretKeySpec(octets, 0, keyLength, encryption.keyAlgorithm());
          byte[] nonce = Arrays.copyOfRange(octets, keyLength, octets.length + iv.length);
          System.arraycopy(iv, 0, nonce, octets.length - keyLength, iv.length);
          try {
            cipher.init(mode, key, parameters(encryption, nonce));
            return cipher;
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException(encryption + " init", e);
          }
        });
  }

  /**
   * Of the first provider that takes this length of key: Conscrypt has no AES-GCM with 192 bits.
   */
  private Cipher newCipher(Encryption encryption, int keyLength) {
    var key = new SecretKeySpec(new byte[keyLength], encryption.keyAlgorithm());
    byte[] nonce = new byte[encryption.saltLength() + encryption.ivLength()];
    return find(
        provider -> {
          Cipher cipher = Cipher.getInstance(encryption.transformation(), provider);
          try {
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters(encryption, nonce));
            return cipher;
          } catch (InvalidKeyException | InvalidAlgorithmParameterException e) {
            throw new NoSuchAlgorithmException(provider.getName(), e);
          }
        });
  }

  private static AlgorithmParameterSpec parameters(Encryption encryption, byte[] nonce) {
    String transformation = encryption.transformation();
    if (transformation.contains("GCM") || transformation.contains("CCM")) {
      return new GCMParameterSpec(8 * encryption.icvLength(), nonce);
    }
    if (transformation.contains("CTR")) { // nonce | IV | block counter from 1, RFC 3686 section 4
      byte[] block = Arrays.copyOf(nonce, CTR_BLOCK);
      block[CTR_BLOCK - 1] = 1;
      return new IvParameterSpec(block);
    }
    return new IvParameterSpec(nonce);
  }

  /** In order of preference. */
  List<Provider> providers() {
    return providers;
  }

  /** What the first provider that has it makes. */
  <T> T find(Maker<T> maker) {
    NoSuchAlgorithmException last = null;
    for (Provider provider : providers) {
      try {
        return maker.make(provider);
      } catch (NoSuchAlgorithmException e) {
        last = e;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(provider.getName(), e);
      }
    }
    throw new IllegalStateException("no provider has it", last);
  }

  /** Asks one provider. */
  @FunctionalInterface
  interface Maker<T> {
    T make(Provider provider) throws GeneralSecurityException;
  }
}
