package io.pollux.ike.crypto;

/**
 * Transform types (RFC 7296 section 3.3.2; type 5 as of RFC 9827 "Sequence Numbers"; the additional
 * key exchanges of RFC 9370 section 2.2.1).
 */
public enum TransformType {
  ENCR(1),
  PRF(2),
  INTEG(3),
  KE(4),
  ESN(5),
  ADDKE1(6),
  ADDKE2(7),
  ADDKE3(8),
  ADDKE4(9),
  ADDKE5(10),
  ADDKE6(11),
  ADDKE7(12);

  private static final int FIRST_ADDITIONAL = 6;
  private static final int LAST_ADDITIONAL = 12;

  private final int number;

  TransformType(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** Whether transforms of {@code type} are additional key exchanges, ADDKE1 to ADDKE7. */
  public static boolean isAdditional(int type) {
    return type >= FIRST_ADDITIONAL && type <= LAST_ADDITIONAL;
  }

  /** Whether transforms of {@code type} are key exchange methods. */
  public static boolean isKeyExchange(int type) {
    return type == KE.number || isAdditional(type);
  }

  /** 1 for ADDKE1, and so on. */
  public static int additionalIndex(int type) {
    return type - FIRST_ADDITIONAL + 1;
  }
}
