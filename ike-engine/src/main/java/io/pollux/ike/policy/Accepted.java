package io.pollux.ike.policy;

import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.IkeAlgorithms;
import java.util.ArrayList;
import java.util.List;

/** The algorithms that both sides have agreed on, in the words that an operator writes. */
public final class Accepted {
  private Accepted() {}

  /** Of an IKE SA: {@code aes256gcm16-prfsha384-x25519}. */
  public static String text(IkeAlgorithms a) {
    List<Transform> all = new ArrayList<>();
    all.add(new Transform(TransformType.ENCR, a.encryption(), a.encryptionKeyBits()));
    if (a.integrity() != 0) {
      all.add(new Transform(TransformType.INTEG, a.integrity(), 0));
    }
    all.add(new Transform(TransformType.PRF, a.prf(), 0));
    all.add(new Transform(TransformType.KE, a.keyExchange(), 0));
    int type = TransformType.ADDKE1.number();
    for (int method : a.additional()) {
      if (method != 0) {
        all.add(new Transform(type, method, 0));
      }
      type++;
    }
    return ProposalKeywords.describe(all);
  }

  /** Of a Child SA: {@code aes256gcm16-esn}; its key exchange is not kept. */
  public static String text(EspAlgorithms a) {
    List<Transform> all = new ArrayList<>();
    all.add(new Transform(TransformType.ENCR, a.encryption(), a.encryptionKeyBits()));
    if (a.integrity() != 0) {
      all.add(new Transform(TransformType.INTEG, a.integrity(), 0));
    }
    all.add(new Transform(TransformType.ESN, a.esn() ? 1 : 0, 0));
    return ProposalKeywords.describe(all);
  }

  /** A key exchange method: {@code x25519}. */
  public static String keyExchange(int method) {
    return ProposalKeywords.describe(List.of(new Transform(TransformType.KE, method, 0)));
  }
}
