package io.pollux.ike.sa;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.wire.Octets;
import java.util.Arrays;
import java.util.List;

/**
 * What to do when exchanges of both sides cross: RFC 7296 sections 2.8.1, 2.8.2, 2.25.1 and 2.25.2,
 * RFC 9370 section 2.2.4; as functions without state, so that the cases can stand in a table.
 */
public final class Collision {
  private Collision() {}

  /** What the peer asks for. */
  public enum Asked {
    NEW_CHILD,
    REKEY_CHILD,
    DELETE_CHILD,
    REKEY_IKE,
    DELETE_IKE
  }

  /** What we are about, with the same Child SA or IKE SA where that makes a difference. */
  public enum Doing {
    /** Nothing, or something that touches no SA. */
    NOTHING,
    /** Negotiating a new child, or rekeying or deleting another one than the peer asks about. */
    OTHER_CHILD,
    /** Our request to rekey the same child is out. */
    REKEY_CHILD,
    /** Our request to rekey it is answered, and its additional key exchanges go on. */
    FOLLOW_UP_CHILD,
    /** Our Delete of the same child is queued or out, or it has a successor already. */
    CLOSE_CHILD,
    /** The peer asks about a child that we do not have. */
    UNKNOWN_CHILD,
    /** Our request to rekey the IKE SA is out. */
    REKEY_IKE,
    /** Our request to rekey the IKE SA is answered, and its additional key exchanges go on. */
    FOLLOW_UP_IKE,
    /** Our Delete of the IKE SA is out, or it has a successor. */
    CLOSE_IKE
  }

  /** What the peer gets. */
  public enum Answer {
    /** As if there were nothing of ours. */
    AS_USUAL,
    /** As usual, and the nonces will say whose new SA stays. */
    AS_USUAL_AND_COMPARE,
    /** As usual, and ours is forgotten. */
    AS_USUAL_AND_FORGET_OURS,
    /** An empty response: our own Delete says the rest. */
    WITHOUT_DELETE,
    TEMPORARY_FAILURE,
    CHILD_SA_NOT_FOUND
  }

  /** The table. */
  public static Answer answer(Asked asked, Doing doing) {
    return switch (asked) {
      case NEW_CHILD ->
          switch (doing) {
            case NOTHING, OTHER_CHILD, REKEY_CHILD, FOLLOW_UP_CHILD, CLOSE_CHILD, UNKNOWN_CHILD ->
                Answer.AS_USUAL;
            case REKEY_IKE, FOLLOW_UP_IKE, CLOSE_IKE -> Answer.TEMPORARY_FAILURE;
          };
      case REKEY_CHILD ->
          switch (doing) {
            case NOTHING, OTHER_CHILD -> Answer.AS_USUAL;
            case REKEY_CHILD -> Answer.AS_USUAL_AND_COMPARE;
            case UNKNOWN_CHILD -> Answer.CHILD_SA_NOT_FOUND;
            case FOLLOW_UP_CHILD, CLOSE_CHILD, REKEY_IKE, FOLLOW_UP_IKE, CLOSE_IKE ->
                Answer.TEMPORARY_FAILURE;
          };
      case DELETE_CHILD ->
          switch (doing) {
            case NOTHING, OTHER_CHILD, REKEY_CHILD, FOLLOW_UP_CHILD, REKEY_IKE, FOLLOW_UP_IKE ->
                Answer.AS_USUAL;
            case CLOSE_CHILD, UNKNOWN_CHILD, CLOSE_IKE -> Answer.WITHOUT_DELETE;
          };
      case REKEY_IKE ->
          switch (doing) {
            case NOTHING, UNKNOWN_CHILD -> Answer.AS_USUAL;
            case REKEY_IKE -> Answer.AS_USUAL_AND_COMPARE;
            case OTHER_CHILD, REKEY_CHILD, FOLLOW_UP_CHILD, CLOSE_CHILD, FOLLOW_UP_IKE, CLOSE_IKE ->
                Answer.TEMPORARY_FAILURE;
          };
      case DELETE_IKE ->
          switch (doing) {
            case NOTHING, OTHER_CHILD, REKEY_CHILD, FOLLOW_UP_CHILD, CLOSE_CHILD, UNKNOWN_CHILD ->
                Answer.AS_USUAL;
            case REKEY_IKE, FOLLOW_UP_IKE, CLOSE_IKE -> Answer.AS_USUAL_AND_FORGET_OURS;
          };
    };
  }

  /**
   * Whether the SA of our exchange stays: the one of the exchange with the lowest of the four
   * nonces is deleted by who began it (section 2.8.1).
   */
  public static boolean oursStays(Octets ourNi, Octets ourNr, Octets theirNi, Octets theirNr) {
    Octets lowest =
        List.of(ourNi, ourNr, theirNi, theirNr).stream().min(Collision::compare).orElseThrow();
    return lowest.equals(theirNi) || lowest.equals(theirNr);
  }

  /**
   * Whether {@code ours} stays of two new children for the same traffic that were asked for at the
   * same time: the one with the lowest of the four SPIs does. The RFC has no rule for this, and the
   * nonces of a new child are not kept; the SPIs both sides know.
   */
  public static boolean twinStays(ChildSaSnapshot ours, ChildSaSnapshot theirs) {
    return lowestSpi(ours) < lowestSpi(theirs);
  }

  private static long lowestSpi(ChildSaSnapshot child) {
    return Math.min(
        Integer.toUnsignedLong(child.inboundSpi().value()),
        Integer.toUnsignedLong(child.outboundSpi().value()));
  }

  /** Octet by octet, unsigned; a nonce that ends first is the lower one (section 2.8.1). */
  static int compare(Octets a, Octets b) {
    return Arrays.compareUnsigned(a.toArray(), b.toArray());
  }
}
