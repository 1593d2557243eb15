package io.pollux.ha.role;

import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ike.wire.Octets;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What two role machines say to each other over the link, in order.
 *
 * <pre>
 * standby                                   active
 *    | ---- YIELD_REQUEST (id, cause) ------> |
 *    |                                        | closes its gate, removes its addresses
 *    | &lt;--- YIELDED (id) ------------------ |
 *    |                                        | sends its final counters over the journal
 *    | &lt;--- GO (id) ----------------------- |
 *    | takes over                             |    or at once &lt;--- REFUSED (id, why)
 * </pre>
 *
 * A GO with id 0 was not asked for: a planned switchover. Each message is one octet of version, one
 * of type, then fixed fields in network byte order. A newer version may add fields at the end,
 * which are skipped, and causes, which read as one of ours that asks for no more than they do.
 */
public sealed interface RoleMessage {
  /** Version of this encoding; a message of another one is not understood. */
  int VERSION = 1;

  /** Longest that is written: a HEALTH with an IPv6 address. */
  int MAX_LENGTH = 96;

  /** Longest that is read: room for what newer versions add. */
  int MOST_READ = 256;

  /**
   * What a node says of itself, each advertisement interval and at every change.
   *
   * @param epoch the highest that the node has seen, anybody's
   * @param provisional active, but without a complete copy and without an IKE SA of its own so far
   * @param standing its reign
   */
  record Health(
      Role role,
      Sync sync,
      boolean fault,
      long epoch,
      Claim claim,
      boolean provisional,
      Standing standing)
      implements RoleMessage {
    /** As older versions say it. */
    Health(Role role, Sync sync, boolean fault, long epoch, Claim claim, boolean provisional) {
      this(role, sync, fault, epoch, claim, provisional, Standing.NONE);
    }
  }

  /**
   * A reign, as its node tells of it.
   *
   * @param reign its epoch; 0 when the node does not reign, or is of an older version
   * @param ageNs for how long it has reigned, by its own clock
   * @param outlasts the highest epoch of a reign that it has met and does not yield to; 0 for none
   * @param last the epoch of its own last reign, said before its gate opens and after it has
   *     closed; 0: none since it started, or an older version
   */
  record Standing(long reign, long ageNs, long outlasts, long last) {
    static final Standing NONE = new Standing(0, 0, 0, 0);
    static final int OCTETS = 4 * Long.BYTES;
  }

  /** The sender wants to be active. */
  record YieldRequest(long id, Reason cause, Claim claim) implements RoleMessage {}

  /** The gate is closed and the addresses are gone. */
  record Yielded(long id) implements RoleMessage {}

  /** Nothing more will come: take over. */
  record Go(long id, long epoch) implements RoleMessage {}

  /** No. */
  record Refused(long id, Refusal why) implements RoleMessage {}

  /** Why a request was refused. */
  enum Refusal {
    /** The sender is active and healthy. */
    ACTIVE_AND_HEALTHY,
    /** The sender is about to be active itself. */
    TAKING_OVER,
    /** Both asked, and the sender's claim wins. */
    COLLISION
  }

  /** As octets. */
  default Octets write() {
    ByteBuffer out = ByteBuffer.allocate(MAX_LENGTH).order(ByteOrder.BIG_ENDIAN);
    out.put((byte) VERSION);
    switch (this) {
      case Health h -> {
        out.put((byte) 1).put((byte) h.role().ordinal()).put((byte) h.sync().ordinal());
        out.put((byte) (h.fault() ? 1 : 0)).putLong(h.epoch());
        writeClaim(out, h.claim());
        out.put((byte) (h.provisional() ? 1 : 0));
        Standing standing = h.standing();
        out.putLong(standing.reign()).putLong(standing.ageNs());
        out.putLong(standing.outlasts()).putLong(standing.last());
      }
      case YieldRequest r -> {
        out.put((byte) 2).putLong(r.id()).put((byte) r.cause().ordinal());
        writeClaim(out, r.claim());
      }
      case Yielded y -> out.put((byte) 3).putLong(y.id());
      case Go g -> out.put((byte) 4).putLong(g.id()).putLong(g.epoch());
      case Refused r -> out.put((byte) 5).putLong(r.id()).put((byte) r.why().ordinal());
    }
    return Octets.of(out.flip());
  }

  /** Reads one message; empty when it is none that this version understands. */
  static Optional<RoleMessage> read(Octets octets) {
    if (octets.length() > MOST_READ) {
      return Optional.empty();
    }
    ByteBuffer in = octets.asBuffer().order(ByteOrder.BIG_ENDIAN);
    try {
      if (in.get() != VERSION) {
        return Optional.empty();
      }
      RoleMessage message =
          switch (in.get()) {
            case 1 ->
                new Health(
                    pick(Role.values(), in),
                    pick(Sync.values(), in),
                    pick(new Boolean[] {false, true}, in),
                    epoch(in),
                    readClaim(in),
                    in.hasRemaining() && in.get() == 1, // older versions do not say it
                    standing(in));
            case 2 -> new YieldRequest(in.getLong(), cause(in), readClaim(in));
            case 3 -> new Yielded(in.getLong());
            case 4 -> new Go(in.getLong(), epoch(in));
            case 5 -> new Refused(in.getLong(), refusal(in));
            default -> null;
          };
      return Optional.ofNullable(message);
    } catch (BufferUnderflowException | NotUnderstood _) {
      return Optional.empty();
    }
  }

  private static void writeClaim(ByteBuffer out, Claim claim) {
    out.put((byte) claim.priority()).put((byte) claim.node());
    out.put((byte) claim.address().length());
    claim.address().writeTo(out);
  }

  private static Claim readClaim(ByteBuffer in) throws NotUnderstood {
    int priority = Byte.toUnsignedInt(in.get());
    int node = in.get();
    int length = in.get();
    if (node != 0 && node != 1 || length != 0 && length != 4 && length != 16) {
      throw new NotUnderstood();
    }
    byte[] address = new byte[length];
    in.get(address);
    return new Claim(priority, Octets.owning(address), node);
  }

  private static Standing standing(ByteBuffer in) throws NotUnderstood {
    return in.remaining() < Standing.OCTETS
        ? Standing.NONE
        : new Standing(epoch(in), epoch(in), epoch(in), epoch(in));
  }

  private static long epoch(ByteBuffer in) throws NotUnderstood {
    long epoch = in.getLong();
    if (epoch < 0) {
      throw new NotUnderstood();
    }
    return epoch;
  }

  /** One that only a newer version knows is an event, not an operator's will. */
  private static Reason cause(ByteBuffer in) {
    int index = Byte.toUnsignedInt(in.get());
    return index < Reason.values().length ? Reason.values()[index] : Reason.VRRP_SILENT_PEER_MUTE;
  }

  /** No is no, whatever its reason. */
  private static Refusal refusal(ByteBuffer in) {
    int index = Byte.toUnsignedInt(in.get());
    return index < Refusal.values().length ? Refusal.values()[index] : Refusal.ACTIVE_AND_HEALTHY;
  }

  private static <T> T pick(T[] values, ByteBuffer in) throws NotUnderstood {
    int index = Byte.toUnsignedInt(in.get());
    if (index >= values.length) {
      throw new NotUnderstood();
    }
    return values[index];
  }

  /** Internal to {@link #read}. */
  final class NotUnderstood extends Exception {
    private NotUnderstood() {
      super("not understood", null, false, false);
    }
  }
}
