package io.pollux.agent.commands;

import io.pollux.agent.commands.Gateway.Counters;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Json;
import io.pollux.agent.control.Output;
import io.pollux.agent.control.Table;
import io.pollux.ha.counters.CounterTracker;
import io.pollux.ha.counters.Margin;
import io.pollux.ike.engine.Input;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.policy.Accepted;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;

/** Commands about connections and SAs. */
final class SaCommands {
  private static final long NEGOTIATION_SECONDS = 30;
  private static final long SECOND = 1_000_000_000L;

  private final Gateway gateway;

  SaCommands(Gateway gateway) {
    this.gateway = gateway;
  }

  List<Command> all() {
    return List.of(
        SimpleCommand.look(
            "connections", "", "what is configured, and whether it is up", 0, this::connections),
        SimpleCommand.look("sas", "[CONNECTION]", "IKE SAs and their Child SAs", 1, this::sas),
        SimpleCommand.look(
            "counters", "", "sequence numbers: read, confirmed, armed, margin", 0, this::counters),
        SimpleCommand.change(
            "up",
            "CONNECTION [CHILD]",
            "negotiate a connection or one child",
            2,
            (in, out) -> verb(in, out, Input.Verb.UP)),
        SimpleCommand.disruptive(
            "down",
            "CONNECTION [CHILD]",
            "delete a connection's SAs or one child's",
            2,
            new Announcements(gateway)::down,
            (in, out) -> verb(in, out, Input.Verb.DOWN)),
        SimpleCommand.change(
                "rekey",
                "CONNECTION [CHILD] [--ike]",
                "rekey the children, one child, or the IKE SA",
                2,
                this::rekey)
            .with(Flag.plain("ike", "the IKE SA instead of the children")));
  }

  private List<IkeSaSnapshot> snapshot() throws Exception {
    return Commands.get(gateway.sas());
  }

  private void connections(Invocation in, Output out) throws Exception {
    List<IkeSaSnapshot> sas = snapshot();
    List<ConnectionPolicy> all = gateway.config().connections();
    if (in.json()) {
      out.json(
          j ->
              j.objects(
                  "connections",
                  all,
                  (o, c) ->
                      o.field("name", c.name())
                          .field("local", c.localAddress().getHostAddress())
                          .field(
                              "remote",
                              c.remoteAddress().map(a -> a.getHostAddress()).orElse("%any"))
                          .field(
                              "ikeSas",
                              sas.stream().filter(s -> s.connection().equals(c.name())).count())
                          .objects(
                              "children",
                              c.children(),
                              (co, child) ->
                                  co.field("name", child.name()).field("up", up(sas, c, child)))));
      return;
    }
    Table table =
        new Table()
            .text("CONNECTION")
            .text("LOCAL")
            .text("REMOTE")
            .text("CHILD")
            .text("LOCAL TS")
            .text("REMOTE TS")
            .text("STATE");
    for (ConnectionPolicy c : all) {
      for (ChildPolicy child : c.children()) {
        table.row(
            c.name(),
            c.localId(),
            c.remoteId().map(Object::toString).orElse("%any"),
            child.name(),
            child.localTs(),
            child.remoteTs(),
            up(sas, c, child) ? "up" : "down");
      }
    }
    out.table(table);
  }

  private static boolean up(
      List<IkeSaSnapshot> sas, ConnectionPolicy connection, ChildPolicy child) {
    return sas.stream()
        .filter(s -> s.connection().equals(connection.name()))
        .flatMap(s -> s.children().stream())
        .anyMatch(c -> c.child().equals(child.name()));
  }

  private void sas(Invocation in, Output out) throws Exception {
    List<IkeSaSnapshot> all = new ArrayList<>(snapshot());
    if (in.argument(0).isPresent()) {
      String name = in.argument(0).get();
      all.removeIf(s -> !s.connection().equals(name));
      if (all.isEmpty()
          && gateway.config().connections().stream().noneMatch(c -> c.name().equals(name))) {
        throw CommandException.negative("there is no connection " + name);
      }
    }
    if (in.json()) {
      out.json(j -> j.objects("ikeSas", all, SaCommands::json));
      return;
    }
    for (IkeSaSnapshot sa : all) {
      out.line(
          sa.connection()
              + ": ike="
              + sa.spis()
              + " "
              + sa.localId()
              + " at "
              + sa.local()
              + " - "
              + sa.peerId()
              + " at "
              + sa.peer()
              + ", "
              + Accepted.text(sa.algorithms())
              + (hasPpk(sa) ? " with a PPK" : "")
              + ", "
              + sa.ageNs() / SECOND
              + " s old, next mid "
              + sa.window().nextOwn()
              + "/"
              + sa.window().nextPeer());
      for (ChildSaSnapshot child : sa.children()) {
        out.line(
            "  "
                + child.child()
                + ": esp in "
                + child.inboundSpi()
                + " out "
                + child.outboundSpi()
                + (child.outboundActive() ? "" : " (not sending)")
                + ", "
                + algorithms(child)
                + ", "
                + child.localTs()
                + " - "
                + child.remoteTs()
                + ", "
                + child.ageNs() / SECOND
                + " s old");
      }
    }
    if (all.isEmpty()) {
      out.line("no SAs");
    }
  }

  private static void json(Json o, IkeSaSnapshot sa) {
    o.field("connection", sa.connection())
        .field("initiatorSpi", sa.spis().initiator().toString())
        .field("responderSpi", sa.spis().responder().toString())
        .field("state", "established")
        .field("originalInitiator", sa.originalInitiator())
        .field("local", sa.local().toString())
        .field("peer", sa.peer().toString())
        .field("localId", sa.localId().toString())
        .field("peerId", sa.peerId().toString())
        .field("algorithms", Accepted.text(sa.algorithms()))
        .field("ppk", hasPpk(sa))
        .field("ageSeconds", sa.ageNs() / SECOND)
        .objects(
            "children",
            sa.children(),
            (co, c) ->
                co.field("name", c.child())
                    .field("spiIn", c.inboundSpi().toString())
                    .field("spiOut", c.outboundSpi().toString())
                    .field("sending", c.outboundActive())
                    .field("algorithms", Accepted.text(c.algorithms()))
                    .field("esn", c.algorithms().esn())
                    .field("udpEncap", c.udpEncap())
                    .field("localTs", c.localTs().toString())
                    .field("remoteTs", c.remoteTs().toString())
                    .field("ageSeconds", c.ageNs() / SECOND));
  }

  /** Whether a post-quantum pre-shared key is in the keys (RFC 8784), not only agreed on. */
  private static boolean hasPpk(IkeSaSnapshot sa) {
    return sa.peerSupports().contains(NotifyType.USE_PPK.toString());
  }

  private static String algorithms(ChildSaSnapshot child) {
    var a = child.algorithms();
    String cipher =
        switch (a.encryption()) {
          case 12 -> "AES-CBC-" + a.encryptionKeyBits();
          case 20 -> "AES-GCM-16-" + a.encryptionKeyBits();
          case 28 -> "ChaCha20-Poly1305";
          default -> "ENCR " + a.encryption();
        };
    String integrity =
        switch (a.integrity()) {
          case 0 -> "";
          case 12 -> "/HMAC-SHA2-256";
          case 13 -> "/HMAC-SHA2-384";
          case 14 -> "/HMAC-SHA2-512";
          default -> "/INTEG " + a.integrity();
        };
    return cipher + integrity + (a.esn() ? "/ESN" : "");
  }

  private void counters(Invocation in, Output out) throws Exception {
    List<Counters> rows = Commands.get(gateway.counters());
    if (in.json()) {
      out.json(j -> j.objects("counters", rows, SaCommands::counterJson));
      return;
    }
    Table table =
        new Table()
            .text("CONNECTION")
            .text("CHILD")
            .text("SPI IN")
            .text("SPI OUT")
            .number("OSEQ")
            .number("SEQ")
            .number("CONFIRMED")
            .number("LAG")
            .number("ARMED")
            .number("MARGIN")
            .number("PEAK/S")
            .number("AGE MS");
    for (Counters row : rows) {
      table.row(
          row.child().connection(),
          row.child().child(),
          row.child().inboundSpi(),
          row.child().outboundSpi(),
          row.read()
              .map(r -> r.lastRead().oseq())
              .orElseGet(() -> row.armed().map(Margin::lastRead).orElse(0L)),
          row.read().map(r -> r.lastRead().seq()).orElse(row.child().replay().seq()),
          row.read().map(r -> r.confirmed().oseq()).orElse(null),
          row.read().map(CounterTracker.Status::lag).orElse(null),
          row.armed().map(Margin::armed).orElse(null),
          row.armed().map(Margin::packets).orElse(null),
          peak(row).map(Math::round).orElse(null),
          row.read()
              .map(r -> r.ageNs() / 1_000_000)
              .orElseGet(() -> row.armed().map(m -> m.ageNs() / 1_000_000).orElse(null)));
    }
    out.table(table);
  }

  /** Each node's own: what it has read, or what it was told. */
  private static Optional<Double> peak(Counters row) {
    return row.read()
        .map(CounterTracker.Status::peakOutPerSecond)
        .or(() -> row.armed().map(Margin::peakPerSecond));
  }

  private static void counterJson(Json o, Counters row) {
    Optional<CounterTracker.Status> read = row.read();
    Optional<Margin> armed = row.armed();
    o.field("connection", row.child().connection())
        .field("child", row.child().child())
        .field("spiIn", row.child().inboundSpi().toString())
        .field("spiOut", row.child().outboundSpi().toString())
        .field("esn", row.child().algorithms().esn())
        .field("oseq", number(read, r -> r.lastRead().oseq()))
        .field("seq", number(read, r -> r.lastRead().seq()))
        .field("confirmedOseq", number(read, r -> r.confirmed().oseq()))
        .field("lag", number(read, CounterTracker.Status::lag))
        .field("peakPerSecond", peak(row).orElse(Double.NaN)) // null
        .field(
            "lastRead",
            number(
                read.map(r -> r.lastRead().oseq()).or(() -> armed.map(Margin::lastRead)), n -> n))
        .field("armed", number(armed, Margin::armed))
        .field("margin", number(armed, Margin::packets))
        .field(
            "ageMillis",
            number(
                read.map(CounterTracker.Status::ageNs).or(() -> armed.map(Margin::ageNs)),
                ns -> ns / 1_000_000));
  }

  private static <T> OptionalLong number(Optional<T> of, ToLongFunction<T> what) {
    return of.stream().mapToLong(what).findFirst();
  }

  private void rekey(Invocation in, Output out) throws Exception {
    verb(in, out, in.has("ike") ? Input.Verb.REKEY_IKE : Input.Verb.REKEY_CHILD);
  }

  private void verb(Invocation in, Output out, Input.Verb verb) throws Exception {
    String connection = in.require(0, "CONNECTION");
    Gateway.Result result;
    try {
      result =
          gateway
              .order(verb, connection, in.argument(1))
              .get(NEGOTIATION_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException _) {
      result =
          new Gateway.Result(
              false,
              "no result after " + NEGOTIATION_SECONDS + " s; it goes on (see: polluxctl sas)");
    }
    Commands.answer(result, in, out);
  }
}
