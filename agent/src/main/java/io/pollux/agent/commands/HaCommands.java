package io.pollux.agent.commands;

import io.pollux.agent.commands.Gateway.PairView;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Json;
import io.pollux.agent.control.Output;
import io.pollux.agent.control.Table;
import io.pollux.ha.audit.AuditStatus;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.role.Transition;
import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ha.vrrp.VrrpRefused;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Commands about the pair. */
final class HaCommands {
  private final Gateway gateway;
  private final Announcements announcements;

  HaCommands(Gateway gateway) {
    this.gateway = gateway;
    this.announcements = new Announcements(gateway);
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
        SimpleCommand.look(
                "ha audit", "", "do the kernels of both nodes hold the same?", 0, this::audit)
            .withDescription("Exit status 0 if the last comparison found no difference, 1 if not."),
        disruptive("ha switchover", "hand over to the other node", RoleInput.Verb.SWITCHOVER),
        disruptive(
            "ha promote", "become active (handshake while the link is up)", RoleInput.Verb.PROMOTE),
        disruptive("ha demote", "become standby", RoleInput.Verb.DEMOTE),
        SimpleCommand.disruptive(
                "ha resync",
                "",
                "give the standby a whole snapshot once more",
                0,
                _ -> announcements.resync(),
                (in, out) -> Commands.answer(Commands.get(pair().resync()), in, out))
            .withDescription(
                "On either node. The pair is not ready for a failover until the copy is whole"
                    + " again: a second or two."),
        SimpleCommand.change(
                "ha maintenance",
                "on|off",
                "keep this standby from taking over, or let it",
                1,
                this::maintenance)
            .withDescription(
                "For work on a standby: it follows and takes nothing over, whatever becomes of the"
                    + " other node, also after a restart, until it is switched off. An active"
                    + " node hands over first: polluxctl ha switchover."),
        disruptive("ha fault", "take no part until cleared", RoleInput.Verb.FAULT),
        SimpleCommand.change(
            "ha clear-fault",
            "",
            "take part again",
            0,
            (in, out) ->
                Commands.answer(Commands.get(pair().order(RoleInput.Verb.CLEAR_FAULT)), in, out)));
  }

  private Command disruptive(String name, String summary, RoleInput.Verb verb) {
    return SimpleCommand.disruptive(
        name,
        "",
        summary,
        0,
        _ -> announcements.role(verb),
        (in, out) -> Commands.answer(Commands.get(pair().order(verb)), in, out));
  }

  private void maintenance(Invocation in, Output out) throws Exception {
    String word = in.require(0, "on|off");
    RoleInput.Verb verb =
        switch (word) {
          case "on" -> RoleInput.Verb.MAINTENANCE_ON;
          case "off" -> RoleInput.Verb.MAINTENANCE_OFF;
          default ->
              throw CommandException.usage("ha maintenance: expected on or off, not " + word);
        };
    Commands.answer(Commands.get(pair().order(verb)), in, out);
  }

  private Gateway.Pair pair() throws CommandException {
    return gateway
        .pair()
        .orElseThrow(
            () ->
                new CommandException(
                    ExitStatus.NEGATIVE,
                    "this gateway is not half of a pair (no section ha in its configuration)"));
  }

  private void status(Invocation in, Output out) throws Exception {
    PairStatus status = PairStatus.of(Commands.get(pair().look()));
    Map<VrrpRefused.Reason, Long> refused = Commands.get(pair().vrrpRefused());
    if (in.json()) {
      out.json(
          j -> {
            json(status, j);
            j.object("vrrpRefused", o -> refused.forEach((why, n) -> o.field(word(why), n)));
          });
    } else {
      text(status, out);
      if (!refused.isEmpty()) {
        out.line(
            "VRRP refused:       "
                + refused.entrySet().stream()
                    .map(e -> e.getValue() + " " + word(e.getKey()))
                    .collect(Collectors.joining(", ")));
      }
    }
    out.exit(status.ready() ? ExitStatus.OK : ExitStatus.NEGATIVE);
  }

  private void json(PairStatus s, Json j) {
    PairView v = s.view();
    j.field("node", gateway.config().node().name())
        .field("role", v.role().role().name().toLowerCase(Locale.ROOT))
        .field("state", quality(v.role()))
        .field("epoch", v.epoch())
        .field("gate", v.gateOpen() ? "open" : "closed")
        .field("link", v.linkUp() ? "up" : "down")
        .field("sync", v.sync().name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .field("peer", s.peer())
        .field("lastAckAgeMillis", v.lastAckAgeNs() < 0 ? -1 : v.lastAckAgeNs() / 1_000_000)
        .field("receivedIndex", v.received())
        .field("armedIndex", v.armed())
        .field("jumpPackets", PairStatus.jumpPackets(gateway.config().ha().orElseThrow()))
        .field("maintenance", v.maintenance())
        .field("readyForFailover", s.ready())
        .strings("obstacles", s.obstacles())
        .object(
            "rekeys",
            o ->
                o.field("planned", v.rekeys().planned())
                    .field("done", v.rekeys().done())
                    .field("asked", v.rekeys().asked())
                    .field("waiting", v.rekeys().waiting())
                    .field("shut", v.shutHere()))
        .object(
            "configurations",
            o ->
                o.field("known", v.config().known())
                    .field("same", v.config().same())
                    .strings("differing", v.config().differing()))
        .field("labUnsafe", gateway.config().labUnsafe())
        .field("ikeKeysFile", gateway.exposedKeys());
    j.field("witnesses", gateway.pair().flatMap(Gateway.Pair::witnessed));
    s.smallest()
        .ifPresentOrElse(
            m ->
                j.object(
                    "smallestMargin", o -> o.field("packets", m.packets()).field("spi", m.spi())),
            () -> j.nothing("smallestMargin"));
  }

  private static String word(VrrpRefused.Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
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
    PairView v = s.view();
    out.line(
        "ready for failover: " + (s.ready() ? "yes" : "NO: " + String.join("; ", s.obstacles())));
    out.line(
        "this node:          "
            + gateway.config().node().name()
            + ", "
            + v.role().text()
            + (v.maintenance() ? Gateway.IN_MAINTENANCE : "")
            + ", gate "
            + (v.gateOpen() ? "open" : "closed"));
    out.line("other node:         " + s.peer() + ", link " + (v.linkUp() ? "up" : "DOWN"));
    out.line("epoch:              " + v.epoch());
    if (v.role() instanceof RoleState.Active) {
      out.line(
          "last ack:           "
              + (v.lastAckAgeNs() < 0 ? "never" : v.lastAckAgeNs() / 1_000_000 + " ms ago")
              + ", received "
              + v.received()
              + ", armed "
              + v.armed());
    }
    out.line(
        "smallest margin:    "
            + s.smallest()
                .map(m -> String.format(Locale.ROOT, "%,d packets (SPI %s)", m.packets(), m.spi()))
                .orElse("-"));
    if (v.config().known()) {
      List<String> differing = v.config().differing();
      out.line(
          "configurations:     "
              + (v.config().same()
                  ? "alike on both nodes"
                  : "DIFFER" + (differing.isEmpty() ? "" : ": " + PairStatus.some(differing))));
    }
    gateway
        .pair()
        .flatMap(Gateway.Pair::witnessed)
        .ifPresent(w -> out.line("witnesses:          " + w));
    if (v.rekeys().planned() > 0) {
      out.line("rekeys:             " + rekeys(v));
    }
    gateway.exposedKeys().ifPresent(f -> out.line(StatusCommand.exposed(f)));
    if (gateway.config().labUnsafe()) {
      out.line("LAB UNSAFE:         experiments are allowed on this daemon");
    }
  }

  private void audit(Invocation in, Output out) throws Exception {
    AuditStatus a = Commands.get(pair().look()).audit();
    long age = a.round() == 0 ? -1 : (System.nanoTime() - a.endedNs()) / 1_000_000;
    if (in.json()) {
      out.json(
          j ->
              j.field("equal", a.equal())
                  .field("round", a.round())
                  .field("ageMillis", age)
                  .field("items", a.items())
                  .field("unconfirmed", a.pending())
                  .strings("differences", a.standing())
                  .field("found", a.found())
                  .field("repaired", a.repaired()));
    } else {
      out.line("equal:       " + (a.equal() ? "yes" : a.round() == 0 ? "not compared yet" : "NO"));
      out.line(
          "last round:  "
              + (age < 0
                  ? "never"
                  : age / 1000 + " s ago, " + a.items() + " things in the kernel"));
      out.line("found:       " + a.found() + ", repaired " + a.repaired());
      if (a.pending() > 0) {
        out.line("unconfirmed: " + a.pending());
      }
      a.standing().forEach(d -> out.line("standby:     " + d));
    }
    out.exit(a.equal() ? ExitStatus.OK : ExitStatus.NEGATIVE);
  }

  private static String rekeys(PairView s) {
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
    Gateway.History history = Commands.get(pair().history());
    if (in.json()) {
      out.json(
          j ->
              j.objects("takeovers", history.takeovers(), HaCommands::takeover)
                  .objects(
                      "transitions",
                      history.transitions(),
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
    for (Transition t : history.transitions()) {
      table.row(
          (now - t.atNs()) / 1_000_000_000,
          t.epoch(),
          t.from().text(),
          t.to().text(),
          t.reason().text(),
          t.detail());
    }
    out.table(table);
    history.takeovers().forEach(t -> out.line(TakeoverLine.of(t)));
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
