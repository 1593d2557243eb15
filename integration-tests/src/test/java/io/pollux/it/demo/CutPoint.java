package io.pollux.it.demo;

/**
 * Where an exchange is when the active gateway loses its power: who began it, and which datagram
 * never arrived. Each has a tunnel of its own, numbered as here.
 */
enum CutPoint {
  AUTH_BY_PEER(Act.AUTH, false, Held.OUR_RESPONSE),
  AUTH_BY_US(Act.AUTH, true, Held.OUR_REQUEST),
  AUTH_BY_US_ANSWERED(Act.AUTH, true, Held.THEIR_RESPONSE),
  NEW_CHILD_BY_PEER(Act.NEW_CHILD, false, Held.OUR_RESPONSE),
  NEW_CHILD_BY_US(Act.NEW_CHILD, true, Held.OUR_REQUEST),
  NEW_CHILD_BY_US_ANSWERED(Act.NEW_CHILD, true, Held.THEIR_RESPONSE),
  REKEY_CHILD_BY_PEER(Act.REKEY_CHILD, false, Held.OUR_RESPONSE),
  REKEY_CHILD_BY_US_ANSWERED(Act.REKEY_CHILD, true, Held.THEIR_RESPONSE),
  REKEY_IKE_BY_PEER(Act.REKEY_IKE, false, Held.OUR_RESPONSE),
  REKEY_IKE_BY_US_ANSWERED(Act.REKEY_IKE, true, Held.THEIR_RESPONSE),
  DELETE_BY_PEER(Act.DELETE, false, Held.OUR_RESPONSE),
  DELETE_BY_US_ANSWERED(Act.DELETE, true, Held.THEIR_RESPONSE),
  LIVENESS_BY_PEER(Act.LIVENESS, false, Held.OUR_RESPONSE);

  /** What the exchange is for; its type is that of RFC 7296 section 3.1. */
  enum Act {
    AUTH(35, 1),
    NEW_CHILD(36, 2),
    REKEY_CHILD(36, 1),
    REKEY_IKE(36, 1),
    DELETE(37, 1),
    LIVENESS(37, 1);

    final int exchange;
    final int childrenAfterwards;

    Act(int exchange, int childrenAfterwards) {
      this.exchange = exchange;
      this.childrenAfterwards = childrenAfterwards;
    }
  }

  /** What the network holds back, and the power loss then makes the last word. */
  enum Held {
    OUR_REQUEST,
    OUR_RESPONSE,
    THEIR_RESPONSE
  }

  final Act act;
  final boolean byUs;
  final Held held;

  CutPoint(Act act, boolean byUs, Held held) {
    this.act = act;
    this.byUs = byUs;
    this.held = held;
  }

  int tunnel() {
    return ordinal();
  }

  /** Child SAs that must stand before: the first of a tunnel's two, or both. */
  int childrenBefore() {
    return switch (act) {
      case AUTH -> 0;
      case NEW_CHILD, REKEY_CHILD, REKEY_IKE, LIVENESS -> 1;
      case DELETE -> 2;
    };
  }
}
