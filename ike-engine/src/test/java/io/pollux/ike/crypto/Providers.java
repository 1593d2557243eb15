package io.pollux.ike.crypto;

import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.conscrypt.Conscrypt;

/** Every primitive by every provider: they must agree with the vectors and so with each other. */
enum Providers {
  STANDARD,
  CONSCRYPT,
  JDK,
  BOUNCY_CASTLE;

  private static final Provider CONSCRYPT_PROVIDER = Conscrypt.newProvider();
  private static final Provider BC_PROVIDER = new BouncyCastleProvider();

  IkeCrypto crypto() {
    return switch (this) {
      case STANDARD -> IkeCrypto.standard();
      // Conscrypt has no ChaCha20-Poly1305 by the JDK's interface, hence the second one.
      case CONSCRYPT -> new IkeCrypto(List.of(CONSCRYPT_PROVIDER, BC_PROVIDER));
      case JDK ->
          new IkeCrypto(
              Stream.concat( // the JDK has no CCM and no CMAC
                      Stream.of("SunJCE", "SunEC", "SUN").map(Security::getProvider),
                      Stream.of(BC_PROVIDER))
                  .toList());
      case BOUNCY_CASTLE -> new IkeCrypto(List.of(BC_PROVIDER));
    };
  }
}
