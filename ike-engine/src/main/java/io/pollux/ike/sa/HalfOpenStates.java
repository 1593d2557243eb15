package io.pollux.ike.sa;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.EspSpi;
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
 * What IKE_AUTH still needs, as octets and back, for a standby that may have to finish it: the two
 * IKE_SA_INIT messages, what AUTH covers of the exchanges after them, and who may be meant or what
 * was offered. Keys travel beside it.
 */
final class HalfOpenStates {
  private static final int VERSION = 1;
  private static final int ANSWERED = 1;
  private static final int AUTH_SENT = 2;

  private HalfOpenStates() {}

  /**
   * Empty for a state that no standby can go on with. Private values of a key exchange never leave
   * their node: an initiator in IKE_SA_INIT or IKE_INTERMEDIATE begins anew after a takeover. Nor
   * does the wait for a signature or for the verdict on a certificate: the message that caused it
   * comes again.
   */
  static Optional<Continuation> encode(IkeSaState state) {
    return switch (state) {
      case IkeSaState.SaInitAnswered(_, var init, var candidates) -> {
        WireWriter out = new WireWriter().u8(VERSION).u8(ANSWERED);
        write(out, init);
        out.u16(candidates.size());
        candidates.forEach(name -> write(out, text(name)));
        yield done("half open", out);
      }
      case IkeSaState.AuthSent(_, var init, var child) -> {
        WireWriter out = new WireWriter().u8(VERSION).u8(AUTH_SENT);
        write(out, init);
        out.u8(child.isPresent() ? 1 : 0);
        child.ifPresent(
            offer -> {
              write(out, text(offer.child()));
              out.i32(offer.spi().value()).i32(offer.reqid().value());
              write(out, offer.ni());
            });
        yield done("ike auth", out);
      }
      case IkeSaState.SaInitSent _,
          IkeSaState.IntermediateSent _,
          IkeSaState.Established _,
          IkeSaState.Superseded _,
          IkeSaState.Deleting _,
          IkeSaState.Closed _ ->
          Optional.empty();
    };
  }

  private static Optional<Continuation> done(String exchange, WireWriter out) {
    return Optional.of(new Continuation(exchange, Secret.owning(out.toArray())));
  }

  /** The state; empty if another version wrote it and we cannot read it. */
  static Optional<IkeSaState> decode(Continuation continuation, Secured secured) {
    return continuation.state().use(octets -> decode(WireReader.over(octets), secured));
  }

  private static Optional<IkeSaState> decode(WireReader in, Secured secured) {
    try {
      if (in.u8("version") != VERSION) {
        return Optional.empty();
      }
      int kind = in.u8("kind");
      IkeSaState.InitMessages init =
          new IkeSaState.InitMessages(read(in), read(in), read(in), read(in), intermediate(in));
      if (kind == ANSWERED) {
        List<String> candidates = new ArrayList<>();
        for (int left = in.u16("candidates"); left > 0; left--) {
          candidates.add(name(in));
        }
        return Optional.of(new IkeSaState.SaInitAnswered(secured, init, candidates));
      }
      if (kind != AUTH_SENT) {
        return Optional.empty();
      }
      Optional<Work.ChildOffer> child = Optional.empty();
      if (in.u8("offer") == 1) {
        child =
            Optional.of(
                new Work.ChildOffer(
                    name(in),
                    new EspSpi((int) in.u32("spi")),
                    new Reqid((int) in.u32("reqid")),
                    read(in),
                    Optional.empty()));
      }
      return Optional.of(new IkeSaState.AuthSent(secured, init, child));
    } catch (Malformed _) {
      return Optional.empty();
    }
  }

  private static void write(WireWriter out, IkeSaState.InitMessages init) {
    write(out, init.own());
    write(out, init.peer());
    write(out, init.ni());
    write(out, init.nr());
    write(out, init.intermediate().remaining());
    write(out, init.intermediate().done());
    write(out, init.intermediate().intAuthI());
    write(out, init.intermediate().intAuthR());
  }

  private static Intermediate intermediate(WireReader in) throws Malformed {
    return new Intermediate(methods(in), methods(in), read(in), read(in));
  }

  private static void write(WireWriter out, List<Integer> methods) {
    out.u8(methods.size());
    methods.forEach(out::u16);
  }

  private static List<Integer> methods(WireReader in) throws Malformed {
    List<Integer> methods = new ArrayList<>();
    for (int left = in.u8("methods"); left > 0; left--) {
      methods.add(in.u16("method"));
    }
    return methods;
  }

  private static Octets text(String text) {
    return Octets.owning(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String name(WireReader in) throws Malformed {
    return new String(read(in).toArray(), StandardCharsets.UTF_8);
  }

  private static void write(WireWriter out, Octets octets) {
    out.u16(octets.length()).octets(octets);
  }

  private static Octets read(WireReader in) throws Malformed {
    return in.octets(in.u16("length"), "octets");
  }
}
