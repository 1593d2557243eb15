package io.pollux.ike.crypto;

/** Transform types (RFC 7296 section 3.3.2; type 5 as of RFC 9827 "Sequence Numbers"). */
public enum TransformType {
  ENCR(1),
  PRF(2),
  INTEG(3),
  KE(4),
  ESN(5);

  private final int number;

  TransformType(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
