package io.pollux.ike.engine;

import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A standby's copy, written from the event's documentation alone and not from the engine. */
final class TestShadow {
  private final Map<IkeSpis, IkeSaSnapshot> sas = new LinkedHashMap<>();

  List<IkeSaSnapshot> snapshots() {
    return List.copyOf(sas.values());
  }

  /** Holds {@code content}, whose ages are as of {@code nowNs}, and nothing else. */
  void becomes(List<IkeSaSnapshot> content, long nowNs) {
    sas.clear();
    content.forEach(
        sa -> {
          sas.put(sa.spis(), sa);
          born.put(sa.spis(), nowNs);
        });
  }

  boolean has(IkeSpis sa) {
    return sas.containsKey(sa);
  }

  private final Map<IkeSpis, Long> born = new LinkedHashMap<>();
  private long nextNs;

  void apply(IkeEvent event) {
    born.put(
        event instanceof IkeEvent.IkeSaRekeyed(_, var fresh) ? fresh.spis() : event.sa(),
        event instanceof IkeEvent.IkeSaRekeyed
                || event instanceof IkeEvent.IkeSaUp
                || event instanceof IkeEvent.IkeSaHalfOpen
            ? nextNs
            : born.getOrDefault(event.sa(), nextNs));
    boolean begins = event instanceof IkeEvent.IkeSaUp || event instanceof IkeEvent.IkeSaHalfOpen;
    if (!begins && !sas.containsKey(event.sa())) {
      throw new AssertionError("event of an SA that is not up: " + event);
    }
    switch (event) {
      case IkeEvent.IkeSaUp up -> {
        IkeSaSnapshot before = sas.put(up.sa(), up.snapshot());
        if (before != null && before.halfOpen().isEmpty()) {
          throw new AssertionError("up twice: " + up.sa());
        }
      }
      case IkeEvent.IkeSaHalfOpen half -> {
        IkeSaSnapshot before = sas.put(half.sa(), half.snapshot());
        if (before != null && before.halfOpen().isEmpty()) {
          throw new AssertionError("half open after it was up: " + half.sa());
        }
      }
      case IkeEvent.IkeSaRekeyed(var sa, var fresh) -> {
        List<ChildSaSnapshot> moved = sas.get(sa).children();
        sas.put(sa, sas.get(sa).withChildren(List.of()));
        sas.put(fresh.spis(), fresh.withChildren(moved));
      }
      case IkeEvent.IkeSaMoved(var sa, var local, var peer, var udp) -> {
        IkeSaSnapshot old = sas.get(sa);
        sas.put(
            sa,
            old.withEndpoints(local, peer)
                .withChildren(
                    old.children().stream().map(c -> c.withEndpoints(local, peer, udp)).toList()));
      }
      case IkeEvent.IkeSaLimited(var sa, var reauthNs) ->
          sas.put(sa, sas.get(sa).withReauth(reauthNs));
      case IkeEvent.IkeSaDown down -> sas.remove(down.sa());
      case IkeEvent.ChildSaUp(var sa, var child) -> addChild(sa, child);
      case IkeEvent.ChildSaRekeyed(var sa, var old, var fresh) -> {
        requireChild(sa, old);
        addChild(sa, fresh);
      }
      case IkeEvent.ChildSaSwitched(var sa, var old, var inbound) -> {
        requireChild(sa, inbound);
        // An heir of another IKE SA may hear of it after the end of that one.
        List.copyOf(sas.keySet()).forEach(of -> mapChild(of, old, silent()));
        mapChild(sa, inbound, c -> c.withOutboundActive(true));
      }
      case IkeEvent.ChildSaDown(var sa, var inbound, _) -> {
        requireChild(sa, inbound);
        IkeSaSnapshot old = sas.get(sa);
        sas.put(
            sa,
            old.withChildren(
                old.children().stream().filter(c -> !c.inboundSpi().equals(inbound)).toList()));
      }
      case IkeEvent.ExchangeStarted(var sa, var id, var datagrams, var continuation) ->
          mapWindow(
              sa,
              w ->
                  new MessageWindow(
                      id,
                      Optional.of(new MessageWindow.Outstanding(id, datagrams, continuation)),
                      w.nextPeer(),
                      w.lastResponse()));
      case IkeEvent.ExchangeFinished(var sa, var id) ->
          mapWindow(
              sa,
              w -> new MessageWindow(id.next(), Optional.empty(), w.nextPeer(), w.lastResponse()));
      case IkeEvent.ExchangeAnswered(var sa, var id, var datagrams) ->
          mapWindow(sa, w -> new MessageWindow(w.nextOwn(), w.outstanding(), id.next(), datagrams));
      case IkeEvent.WindowMoved(var sa, var own, var peer) ->
          mapWindow(
              sa,
              w ->
                  new MessageWindow(
                      own,
                      Optional.empty(),
                      peer,
                      peer.equals(w.nextPeer()) ? w.lastResponse() : List.of()));
      case IkeEvent.ReplayAdvanced _ -> {}
    }
  }

  private void requireChild(IkeSpis sa, EspSpi inbound) {
    if (sas.get(sa).children().stream().noneMatch(c -> c.inboundSpi().equals(inbound))) {
      throw new AssertionError("no child " + inbound + " in " + sa);
    }
  }

  private void addChild(IkeSpis sa, ChildSaSnapshot child) {
    List<ChildSaSnapshot> all = new ArrayList<>(sas.get(sa).children());
    if (all.stream().anyMatch(c -> c.inboundSpi().equals(child.inboundSpi()))) {
      throw new AssertionError("child up twice: " + child.inboundSpi());
    }
    if (child.outboundActive()) {
      for (IkeSaSnapshot other : List.copyOf(sas.values())) {
        other.children().stream()
            .filter(c -> c.reqid().equals(child.reqid()))
            .forEach(c -> mapChild(other.spis(), c.inboundSpi(), x -> x.withOutboundActive(false)));
      }
    }
    all.add(child);
    sas.put(sa, sas.get(sa).withChildren(all));
  }

  private static UnaryOperator<ChildSaSnapshot> silent() {
    return c -> c.withOutboundActive(false);
  }

  private void mapChild(IkeSpis sa, EspSpi inbound, UnaryOperator<ChildSaSnapshot> change) {
    sas.put(
        sa,
        sas.get(sa)
            .withChildren(
                sas.get(sa).children().stream()
                    .map(c -> c.inboundSpi().equals(inbound) ? change.apply(c) : c)
                    .toList()));
  }

  private void mapWindow(IkeSpis sa, UnaryOperator<MessageWindow> change) {
    IkeSaSnapshot old = sas.get(sa);
    sas.put(sa, old.withWindow(change.apply(old.window())));
  }

  /** The same without ages, to be compared. */
  static IkeSaSnapshot ageless(IkeSaSnapshot sa) {
    return sa.withAge(0)
        .withChildren(
            sa.children().stream()
                .map(c -> c.withAge(0, ReplayState.NEW))
                .sorted(Comparator.comparing(ChildSaSnapshot::inboundSpi))
                .toList());
  }

  /** With the ages that the IKE SAs have at {@code nowNs}; see {@link #at}. */
  List<IkeSaSnapshot> snapshots(long nowNs) {
    return sas.values().stream()
        .map(sa -> sa.withAge(sa.ageNs() + nowNs - born.get(sa.spis())))
        .toList();
  }

  /** The time of the next event. */
  void at(long nowNs) {
    nextNs = nowNs;
  }
}
