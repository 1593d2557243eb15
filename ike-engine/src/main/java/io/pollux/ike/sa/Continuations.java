package io.pollux.ike.sa;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.KeyExchangeMethod;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@link Work} as octets and back: what the standby keeps so that it can finish an exchange that
 * this node has begun. Version, kind, fields.
 */
final class Continuations {
  private static final int VERSION = 2;

  // Kinds; a number is never used for something else.
  private static final int HALF_OPEN = 0;
  private static final int LIVENESS = 1;
  private static final int NEW_CHILD = 2;
  private static final int REKEY_CHILD = 3;
  private static final int REKEY_IKE = 4;
  private static final int DELETE_CHILD = 5;
  private static final int DELETE_IKE = 6;
  private static final int FOLLOW_UP_KE = 7;

  private Continuations() {}

  static Continuation encode(Work work) {
    WireWriter out = WireWriter.forSecrets();
    write(out, work);
    Secret state = Secret.owning(out.toArray());
    out.wipe();
    return new Continuation(work.title(), state);
  }

  private static void write(WireWriter out, Work work) {
    out.u8(VERSION);
    switch (work) {
      case Work.HalfOpen _ -> out.u8(HALF_OPEN);
      case Work.Liveness _, Work.SyncReplay _ -> out.u8(LIVENESS);
      case Work.NewChild(var offer) -> write(out.u8(NEW_CHILD), offer);
      case Work.RekeyChild(var old, var offer, var rival) -> {
        write(out.u8(REKEY_CHILD).i32(old.value()), offer);
        writeRival(out, rival);
      }
      case Work.RekeyIke(var spi, var ni, var agreement, var rival) -> {
        write(out.u8(REKEY_IKE).u64(spi.value()), ni);
        write(out, agreement);
        writeRival(out, rival);
      }
      case Work.DeleteChild(var inbound, var why) ->
          out.u8(DELETE_CHILD).i32(inbound.value()).u8(why.ordinal());
      case Work.DeleteIke(var why) -> out.u8(DELETE_IKE).u8(why.ordinal());
      case Work.FollowUpKe followUp -> {
        write(out.u8(FOLLOW_UP_KE), followUp.agreement());
        write(out, followUp.response());
        followUp.secrets().use(octets -> out.u16(octets.length).bytes(octets));
        out.u8(followUp.remaining().size());
        followUp.remaining().forEach(out::u16);
        write(out, followUp.of());
      }
    }
  }

  private static void writeRival(WireWriter out, Optional<Work.Rival> rival) {
    out.u8(rival.isPresent() ? 1 : 0);
    rival.ifPresent(
        r -> {
          write(out, r.ni());
          write(out, r.nr());
          out.u64(r.spi());
        });
  }

  private static Optional<Work.Rival> readRival(WireReader in) throws Malformed {
    return in.u8("rival") == 1
        ? Optional.of(new Work.Rival(readOctets(in), readOctets(in), in.u64("spi")))
        : Optional.empty();
  }

  private static Optional<Work> readFollowUp(IkeCrypto crypto, WireReader in) throws Malformed {
    KeyAgreement agreement = readAgreement(crypto, in);
    Octets response = readOctets(in);
    Secret secrets = Secret.owning(readOctets(in).toArray());
    List<Integer> remaining = new ArrayList<>();
    for (int left = in.u8("methods"); left > 0; left--) {
      remaining.add(in.u16("method"));
    }
    return decode(crypto, in)
        .map(of -> new Work.FollowUpKe(of, response, secrets, remaining, agreement));
  }

  /**
   * What {@code outstanding} was for. If another version wrote it and we cannot read it, its
   * response counts as a sign of life, so that the window goes on.
   */
  static Work work(Host host, MessageWindow.Outstanding outstanding) {
    return decode(host.crypto(), outstanding.continuation())
        .orElseGet(
            () -> {
              host.count("continuations_unreadable");
              return new Work.Liveness();
            });
  }

  /** Empty if another version wrote it and we cannot read it. */
  static Optional<Work> decode(IkeCrypto crypto, Continuation continuation) {
    return continuation.state().use(octets -> decode(crypto, WireReader.over(octets)));
  }

  private static Optional<Work> decode(IkeCrypto crypto, WireReader in) {
    try {
      if (in.u8("version") != VERSION) {
        return Optional.empty();
      }
      return switch (in.u8("kind")) {
        case HALF_OPEN -> Optional.of(new Work.HalfOpen());
        case LIVENESS -> Optional.of(new Work.Liveness());
        case NEW_CHILD -> Optional.of(new Work.NewChild(readOffer(crypto, in)));
        case REKEY_CHILD ->
            Optional.of(new Work.RekeyChild(readSpi(in), readOffer(crypto, in), readRival(in)));
        case REKEY_IKE ->
            Optional.of(
                new Work.RekeyIke(
                    new IkeSpi(in.u64("spi")),
                    readOctets(in),
                    readAgreement(crypto, in),
                    readRival(in)));
        case DELETE_CHILD -> Optional.of(new Work.DeleteChild(readSpi(in), readReason(in)));
        case DELETE_IKE -> Optional.of(new Work.DeleteIke(readReason(in)));
        case FOLLOW_UP_KE -> readFollowUp(crypto, in);
        default -> Optional.empty();
      };
    } catch (Malformed _) {
      return Optional.empty();
    }
  }

  private static void write(WireWriter out, Work.ChildOffer offer) {
    write(out, Octets.owning(offer.child().getBytes(StandardCharsets.UTF_8)));
    out.i32(offer.spi().value()).i32(offer.reqid().value());
    write(out, offer.ni());
    out.u8(offer.agreement().isPresent() ? 1 : 0);
    offer.agreement().ifPresent(agreement -> write(out, agreement));
  }

  private static Work.ChildOffer readOffer(IkeCrypto crypto, WireReader in) throws Malformed {
    String child = new String(readOctets(in).toArray(), StandardCharsets.UTF_8);
    EspSpi spi = readSpi(in);
    Reqid reqid = new Reqid((int) in.u32("reqid"));
    Octets ni = readOctets(in);
    Optional<KeyAgreement> agreement =
        in.u8("agreement") == 1 ? Optional.of(readAgreement(crypto, in)) : Optional.empty();
    return new Work.ChildOffer(child, spi, reqid, ni, agreement);
  }

  private static void write(WireWriter out, KeyAgreement agreement) {
    out.u16(agreement.method().number());
    try (Secret state = agreement.export()) {
      state.use(octets -> out.u16(octets.length).bytes(octets));
    }
  }

  private static KeyAgreement readAgreement(IkeCrypto crypto, WireReader in) throws Malformed {
    int number = in.u16("method");
    KeyExchangeMethod method =
        KeyExchangeMethod.of(number).orElseThrow(() -> Malformed.syntax("method", "" + number));
    return crypto.restore(method, Secret.owning(readOctets(in).toArray()));
  }

  private static void write(WireWriter out, Octets octets) {
    out.u16(octets.length()).octets(octets);
  }

  private static Octets readOctets(WireReader in) throws Malformed {
    return in.octets(in.u16("length"), "octets");
  }

  private static EspSpi readSpi(WireReader in) throws Malformed {
    return new EspSpi((int) in.u32("spi"));
  }

  private static DeleteReason readReason(WireReader in) throws Malformed {
    int ordinal = in.u8("reason");
    DeleteReason[] all = DeleteReason.values();
    if (ordinal >= all.length) {
      throw Malformed.syntax("reason", "" + ordinal);
    }
    return all[ordinal];
  }
}
