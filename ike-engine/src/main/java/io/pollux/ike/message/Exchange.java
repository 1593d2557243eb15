package io.pollux.ike.message;

import java.util.List;
import java.util.Optional;

/** Exchange types (RFC 7296 section 3.1, RFC 5723, RFC 9242, RFC 9370). */
public enum Exchange {
  IKE_SA_INIT(34),
  IKE_AUTH(35),
  CREATE_CHILD_SA(36),
  INFORMATIONAL(37),
  IKE_SESSION_RESUME(38),
  IKE_INTERMEDIATE(43),
  IKE_FOLLOWUP_KE(44);

  private static final List<Exchange> ROWS = List.of(values());

  private final int number;

  Exchange(int number) {
    this.number = number;
  }

  /** The row of a number; IKEv1's (2, 4, 5 and others) have none. */
  public static Optional<Exchange> of(int number) {
    for (Exchange row : ROWS) {
      if (row.number == number) {
        return Optional.of(row);
      }
    }
    return Optional.empty();
  }

  public int number() {
    return number;
  }
}
