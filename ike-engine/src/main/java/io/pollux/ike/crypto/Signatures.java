package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;

/**
 * Checks signatures by the providers of {@link IkeCrypto}: the first one that takes both scheme and
 * key. Signature values are in the form of RFC 7427: ECDSA as a DER sequence.
 */
public final class Signatures {
  private final List<Provider> providers;

  /** Over the providers of {@code crypto}. */
  public Signatures(IkeCrypto crypto) {
    this.providers = crypto.providers();
  }

  /**
   * Whether {@code signature} is one of {@code message} by the owner of the key {@code spki}. What
   * cannot be one, for its form or its key, is none.
   */
  public boolean verify(SignatureScheme scheme, Octets spki, Octets message, Octets signature) {
    if (KeyKind.ofSpki(spki).filter(scheme::fits).isEmpty()) {
      return false;
    }
    KeyKind kind = KeyKind.ofSpki(spki).get();
    for (Provider provider : providers) {
      try {
        PublicKey key =
            KeyFactory.getInstance(kind.jca(), provider)
                .generatePublic(new X509EncodedKeySpec(spki.toArray()));
        Signature check = signature(scheme, provider);
        check.initVerify(key);
        check.update(message.asBuffer());
        return check.verify(signature.toArray());
      } catch (SignatureException _) {
        return false;
      } catch (GeneralSecurityException | RuntimeException _) {
        // This provider does not know the algorithm or the curve, or chokes on what a stranger has
        // made; the next one may know better.
      }
    }
    return false;
  }

  static Signature signature(SignatureScheme scheme, Provider provider)
      throws NoSuchAlgorithmException, InvalidAlgorithmParameterException {
    if (!scheme.isPss()) {
      return Signature.getInstance(scheme.jca(), provider);
    }
    String hash = scheme.jca();
    int salt =
        switch (scheme.hash()) {
          case 2 -> 32;
          case 3 -> 48;
          default -> 64;
        };
    Signature signature = pss(hash.replace("-", "") + "withRSA/PSS", provider);
    signature.setParameter(
        new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), salt, 1));
    return signature;
  }

  /** Conscrypt and Bouncy Castle have a name for each hash, the JDK has one for all. */
  private static Signature pss(String name, Provider provider) throws NoSuchAlgorithmException {
    return provider.getService("Signature", name) != null
        ? Signature.getInstance(name, provider)
        : Signature.getInstance("RSASSA-PSS", provider);
  }
}
