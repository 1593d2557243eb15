package io.pollux.agent.runtime;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Json;
import io.pollux.agent.control.Output;
import io.pollux.agent.control.Table;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.role.Transition;
import io.pollux.ha.takeover.TakeoverRecord;
import java.util.List;
import java.util.Locale;

/** Commands about the pair. */
final class HaCommands {
  private final Daemon daemon;

  HaCommands(Daemon daemon) {
    this.daemon = daemon;
  }

  List<Command> all() {
    return List.of(
        SimpleCommand.look(
                "ha status",
                "",
                "role, epoch, link, margin; is the pair ready for a failover?",
                0,
                this::status)
            .withDescription("Exit status 0 if a failover would be safe now, 1 if not."),
        SimpleCommand.look(
            "ha history", "", "transitions and takeovers, step by step", 0, this::history),
        order("ha switchover", "hand over to the other node", RoleInput.Verb.SWITCHOVER),
        order(
            "ha promote", "become active (handshake while the link is up)", RoleInput.Verb.PROMOTE),
        order("ha demote", "become standby", RoleInput.Verb.DEMOTE),
        order("ha fault", "take no part until cleared", RoleInput.Verb.FAULT),
        order("ha clear-fault", "take part again", RoleInput.Verb.CLEAR_FAULT));
  }

  private Command order(String name, String summary, RoleInput.Verb verb) {
    return SimpleCommand.change(
        name,
        "",
        summary,
        0,
        (in, out) -> {
          var result = Commands.get(role().command(verb));
          if (in.json()) {
            out.json(j -> j.field("ok", result.ok()).field("message", result.message()));
          } else if (result.ok()) {
            out.line(result.message());
          } else {
            out.errorLine("polluxctl: " + result.message());
          }
          out.exit(result.ok() ? ExitStatus.OK : ExitStatus.NEGATIVE);
        });
  }

  private RoleThread role() throws CommandException {
    return daemon
        .role()
        .orElseThrow(
            () ->
                new CommandException(
                    ExitStatus.NEGATIVE,
                    "this gateway is not half of a pair (no section ha in its configuration)"));
  }

  private void status(Invocation in, Output out) throws Exception {
    role();
    PairStatus status = PairStatus.of(daemon);
    if (in.json()) {
      out.json(j -> json(status, j));
    } else {
      text(status, out);
    }
    out.exit(status.ready() ? ExitStatus.OK : ExitStatus.NEGATIVE);
  }

  private void json(PairStatus s, Json j) {
    j.field("node", daemon.config().node().name())
        .field("role", s.role().role().name().toLowerCase(Locale.ROOT))
        .field("state", quality(s.role()))
        .field("epoch", s.epoch())
        .field("gate", s.gateOpen() ? "open" : "closed")
        .field("link", s.linkUp() ? "up" : "down")
        .field("sync", s.sync().name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .field("peer", s.peer())
        .field("lastAckAgeMillis", s.lastAckAgeNs() < 0 ? -1 : s.lastAckAgeNs() / 1_000_000)
        .field("receivedIndex", s.received())
        .field("armedIndex", s.armed())
        .field("jumpPackets", PairStatus.jumpPackets(daemon.config().ha().orElseThrow()))
        .field("readyForFailover", s.ready())
        .strings("obstacles", s.obstacles())
        .object(
            "rekeys",
            o ->
                o.field("planned", s.rekeys().planned())
                    .field("done", s.rekeys().done())
                    .field("asked", s.rekeys().asked())
                    .field("waiting", s.rekeys().waiting())
                    .field("shut", s.shutHere()))
        .field("labUnsafe", daemon.config().labUnsafe());
    s.smallest()
        .ifPresent(
            m ->
                j.object(
                    "smallestMargin", o -> o.field("packets", m.packets()).field("spi", m.spi())));
  }

  private static String quality(RoleState state) {
    return switch (state) {
      case RoleState.Active(var pairing) -> pairing.name().toLowerCase(Locale.ROOT);
      case RoleState.Standby(var sync) -> sync.name().toLowerCase(Locale.ROOT).replace('_', '-');
      case RoleState.Init _ -> "init";
      case RoleState.Fault _ -> "fault";
    };
  }

  private void text(PairStatus s, Output out) {
    out.line(
        "ready for failover: " + (s.ready() ? "yes" : "NO: " + String.join("; ", s.obstacles())));
    out.line(
        "this node:          "
            + daemon.config().node().name()
            + ", "
            + s.role().text()
            + ", gate "
            + (s.gateOpen() ? "open" : "closed"));
    out.line("other node:         " + s.peer() + ", link " + (s.linkUp() ? "up" : "DOWN"));
    out.line("epoch:              " + s.epoch());
    if (s.role() instanceof RoleState.Active) {
      out.line(
          "last ack:           "
              + (s.lastAckAgeNs() < 0 ? "never" : s.lastAckAgeNs() / 1_000_000 + " ms ago")
              + ", received "
              + s.received()
              + ", armed "
              + s.armed());
    }
    out.line(
        "smallest margin:    "
            + s.smallest()
                .map(m -> String.format(Locale.ROOT, "%,d packets (SPI %s)", m.packets(), m.spi()))
                .orElse("-"));
    if (s.rekeys().planned() > 0) {
      out.line("rekeys:             " + rekeys(s));
    }
    if (daemon.config().labUnsafe()) {
      out.line("LAB UNSAFE:         experiments are allowed on this daemon");
    }
  }

  private static String rekeys(PairStatus s) {
    var p = s.rekeys();
    long now = System.nanoTime();
    String last =
        p.lastDueNs().isPresent()
            ? ", the last in "
                + Math.max(0, (p.lastDueNs().getAsLong() - now) / 1_000_000_000)
                + " s"
            : "";
    return p.done()
        + " of "
        + p.planned()
        + " done, "
        + p.asked()
        + " under way, "
        + p.waiting()
        + " to come"
        + last
        + (s.shutHere() > 0 ? ", " + s.shutHere() + " do not send before that" : "");
  }

  private void history(Invocation in, Output out) throws Exception {
    record History(List<Transition> transitions, List<TakeoverRecord> takeovers) {}
    History history =
        Commands.get(
            role().look(m -> new History(m.history().transitions(), m.history().takeovers())));
    if (in.json()) {
      out.json(
          j ->
              j.objects("takeovers", history.takeovers, HaCommands::takeover)
                  .objects(
                      "transitions",
                      history.transitions,
                      (o, t) ->
                          o.field("atMonotonicNs", t.atNs())
                              .field("from", t.from().text())
                              .field("to", t.to().text())
                              .field("epoch", t.epoch())
                              .field("reason", t.reason().text())
                              .field("detail", t.detail())));
      return;
    }
    long now = System.nanoTime();
    Table table =
        new Table()
            .number("AGO S")
            .number("EPOCH")
            .text("FROM")
            .text("TO")
            .text("REASON")
            .text("DETAIL");
    for (Transition t : history.transitions) {
      table.row(
          (now - t.atNs()) / 1_000_000_000,
          t.epoch(),
          t.from().text(),
          t.to().text(),
          t.reason().text(),
          t.detail());
    }
    out.table(table);
    history.takeovers.forEach(t -> out.line(Takeovers.line(t)));
  }

  private static void takeover(Json o, TakeoverRecord t) {
    o.field("epoch", t.epoch())
        .field("reason", t.cause())
        .field("atMonotonicNs", t.decidedNs())
        .field("complete", t.complete())
        .field("lastHeardNs", t.lastHeardNs())
        .field("detectionNs", t.detectionNs())
        .field("decisionToAnnouncedNs", t.decisionToAnnouncedNs())
        .objects(
            "steps",
            t.steps(),
            (so, s) ->
                so.field("name", s.step().name().toLowerCase(Locale.ROOT))
                    .field("startedMonotonicNs", s.startedNs())
                    .field("atMonotonicNs", s.endedNs())
                    .field("ok", s.ok())
                    .field("detail", s.detail()));
  }
}
