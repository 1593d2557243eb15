package io.pollux.ike.engine;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.exchange.Exchanges;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Timers;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.wire.Malformed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The engine: finds the IKE SA that an input is for, and lets the exchanges do the rest. */
final class Engine implements IkeEngine {
  private final EngineHost host;
  private final Registry registry;
  private final Operations operations;
  private final Strangers strangers;
  private final Takeover takeover;

  Engine(
      EngineConfig config,
      List<ConnectionPolicy> connections,
      PskLookup psks,
      IkeCrypto crypto,
      Entropy entropy) {
    registry = new Registry();
    host = new EngineHost(config, psks, crypto, entropy, registry);
    takeover = new Takeover(host, registry);
    operations = new Operations(host, registry);
    strangers = new Strangers(host, registry);
    host.configure(connections);
  }

  @Override
  public List<Effect> step(Input input, long nowNs) {
    host.begin(nowNs);
    if (host.isActive()) {
      active(input);
      settle();
    } else {
      passive(input);
    }
    return host.end();
  }

  private void passive(Input input) {
    switch (input) {
      case Input.Promote promote -> promote(promote);
      case Input.Reconfigured(var connections) -> host.configure(connections);
      case Input.Command command ->
          host.emit(new Effect.CommandDone(command.id(), false, "this node is not active"));
      case Input.Datagram _ -> host.count("datagrams_while_passive");
      case Input.KernelReply(var of, var result) -> orphaned(of, result);
      case Input.Timeout _,
          Input.Signed _,
          Input.ChainValidated _,
          Input.Postponed _,
          Input.ChildUsed _,
          Input.ChildExpired _,
          Input.RekeyDue _,
          Input.ReplaySyncDue _,
          Input.KernelAcquire _,
          Input.PeerMapped _,
          Input.Contested _,
          Input.Demote _ -> {}
    }
  }

  private void active(Input input) {
    switch (input) {
      case Input.Datagram datagram -> datagram(datagram);
      case Input.Timeout _ -> timeout();
      case Input.KernelReply(var of, var result) -> {
        if (host.isAwaited(of)) {
          host.takeInstall(of);
          answer(of, result);
        } else {
          orphaned(of, result);
        }
      }
      case Input.Signed(var of, var result) -> answer(of, result);
      case Input.ChainValidated(var of, var verdict) -> answer(of, verdict);
      case Input.Postponed(var of) -> postponed(of);
      case Input.ChildUsed(var inbound) -> childUsed(inbound);
      case Input.ChildExpired(var id, var hard) ->
          registry.ofKernel(id).ifPresent(inbound -> childExpired(inbound, hard));
      case Input.RekeyDue(var inbound) -> childExpired(inbound, false);
      case Input.ReplaySyncDue(var inbound, var delta) ->
          registry
              .ofInbound(inbound)
              .flatMap(takeover::live)
              .ifPresent(
                  sa -> {
                    host.touch(sa);
                    Exchanges.syncReplay(sa, delta);
                  });
      case Input.KernelAcquire(var connection, var child, var flow) ->
          operations.acquire(connection, child, flow);
      case Input.PeerMapped(var inbound, var peer) ->
          registry
              .ofInbound(inbound)
              .flatMap(takeover::live)
              .ifPresent(sa -> Exchanges.onMapped(sa, peer));
      case Input.Command command -> operations.command(command);
      case Input.Reconfigured(var connections) -> operations.reconfigure(connections);
      case Input.Promote promote -> {
        demote();
        promote(promote);
      }
      case Input.Contested _ -> takeover.contested();
      case Input.Demote _ -> demote();
    }
  }

  private void promote(Input.Promote promote) {
    host.activate(promote.epoch());
    takeover.begin(promote.sas(), promote.complete());
    operations.startAll();
    settle();
  }

  private void demote() {
    host.deactivate();
    operations.abandon("this node is not active any more");
    for (IkeSpi own : registry.all()) {
      if (registry.find(own).orElseThrow() instanceof Registry.Slot.Live(IkeSa sa)) {
        sa.forget();
        sa.state().wipe();
      }
    }
    registry.clear();
    host.clear();
  }

  private void datagram(Input.Datagram datagram) {
    host.count("datagrams");
    Decoded decoded;
    try {
      decoded = MessageCodec.decode(datagram.octets());
    } catch (Malformed e) {
      strangers.malformed(datagram, e);
      return;
    }
    if (strangers.takes(datagram, decoded)) {
      return;
    }
    IkeSpi own = Strangers.own(decoded.header());
    Optional<IkeSa> sa = takeover.live(own);
    if (sa.isEmpty()) {
      strangers.unknown(datagram, decoded.header(), own);
      return;
    }
    boolean same =
        sa.get().spis().equals(decoded.header().spis())
            || sa.get().spis().responder().equals(IkeSpi.NONE);
    boolean fromOther = decoded.header().sender() != sa.get().role();
    if (same && fromOther) {
      host.touch(sa.get());
      Exchanges.onDatagram(sa.get(), decoded, datagram.octets(), datagram.local(), datagram.peer());
    } else {
      host.count("datagrams_for_other_spis");
    }
  }

  private void timeout() {
    for (Optional<IkeSpi> own = host.deadlines().poll(host.nowNs());
        own.isPresent();
        own = host.deadlines().poll(host.nowNs())) {
      takeover
          .live(own.get())
          .ifPresent(
              sa -> {
                host.touch(sa);
                if (!sa.isInstalling() || sa.waiting().isProving()) {
                  Exchanges.onTimeout(sa);
                }
              });
    }
    operations.startDue();
  }

  /** The end of something that an IKE SA waits for. */
  private void answer(EffectId of, Object result) {
    Optional<IkeSa> found = host.takeEffect(of);
    if (found.isEmpty()) {
      return; // its IKE SA is gone; nobody was ever told of it
    }
    IkeSa sa = found.get();
    host.touch(sa);
    sa.waiting().end(of, result);
    goOn(sa);
  }

  /**
   * A child whose IKE SA has gone while the kernel installed it. The standby has never heard of it;
   * policies that it shared are the business of whom it shared them with.
   */
  private void orphaned(EffectId of, KernelResult result) {
    Optional<Effect.InstallChild> install = host.takeInstall(of);
    if (install.isPresent() && result instanceof KernelResult.Done) {
      host.count("installs_orphaned");
      host.emit(
          new Effect.RemoveChild(install.get().child(), install.get().replaces().isPresent()));
    }
  }

  /** Nobody has the time to look at what the peer has sent. */
  private void postponed(EffectId of) {
    Optional<IkeSa> found = host.takeEffect(of);
    if (found.isPresent()) {
      host.count("proofs_postponed");
      host.touch(found.get());
      found.get().waiting().postpone(of);
      goOn(found.get());
    }
  }

  private static void goOn(IkeSa sa) {
    Optional<Runnable> next = sa.waiting().nextDeferred();
    while (next.isPresent() && !sa.isClosed()) {
      next.get().run();
      next = sa.waiting().nextDeferred();
    }
  }

  private void childUsed(EspSpi inbound) {
    registry
        .ofInbound(inbound)
        .flatMap(takeover::live)
        .ifPresent(
            sa -> {
              host.touch(sa);
              sa.children().byInbound(inbound).ifPresent(sa.children()::switchTo);
            });
  }

  private void childExpired(EspSpi inbound, boolean hard) {
    registry
        .ofInbound(inbound)
        .flatMap(takeover::live)
        .ifPresent(
            sa -> {
              host.touch(sa);
              sa.children()
                  .byInbound(inbound)
                  .filter(c -> c.phase() == ChildSa.Phase.LIVE)
                  .ifPresent(c -> sa.tasks().add(expired(c, hard)));
            });
  }

  private static Task expired(ChildSa child, boolean hard) {
    if (!hard) {
      return new Task.RekeyChild(child.inbound(), 0);
    }
    child.enter(ChildSa.Phase.DELETING);
    return new Task.DeleteChild(child.inbound(), DeleteReason.EXPIRED);
  }

  /** Every IKE SA that this step has touched goes on with what waits, unless a kernel works. */
  private void settle() {
    for (Optional<IkeSa> next = host.pollTouched(); next.isPresent(); next = host.pollTouched()) {
      IkeSa sa = next.get();
      if (sa.isClosed()) {
        host.deadlines().remove(sa.ownSpi());
        continue;
      }
      if (!host.isInstallEmitted()) {
        Exchanges.proceed(sa);
      } else if (!sa.isInstalling() && !sa.tasks().isEmpty()) {
        host.deadlines().set(sa.ownSpi(), host.nowNs());
        continue;
      }
      if (sa.isClosed()) {
        host.deadlines().remove(sa.ownSpi());
      } else {
        host.deadlines().set(sa.ownSpi(), sa.next());
      }
    }
  }

  @Override
  public OptionalLong nextTimeoutNs() {
    OptionalLong deadlines = host.deadlines().next();
    OptionalLong starts = host.starter().next();
    if (!host.isActive() || starts.isEmpty()) {
      return host.isActive() ? deadlines : OptionalLong.empty();
    }
    return Timers.earlier(deadlines, starts.getAsLong());
  }

  @Override
  public List<IkeSaSnapshot> snapshot(long nowNs) {
    List<IkeSaSnapshot> all = new ArrayList<>();
    for (IkeSpi own : registry.all()) {
      switch (registry.find(own).orElseThrow()) {
        case Registry.Slot.Live(IkeSa sa) -> {
          if (sa.birth().isTold()) {
            all.add(sa.snapshot(nowNs));
          }
        }
        case Registry.Slot.Dormant dormant -> all.add(Takeover.aged(dormant, nowNs));
      }
    }
    return List.copyOf(all);
  }

  @Override
  public List<ChildDown> down() {
    return host.isActive() ? host.goals().down() : List.of();
  }

  @Override
  public EngineStatistics statistics() {
    int established = 0;
    int half = 0;
    for (IkeSpi own : registry.all()) {
      boolean up =
          switch (registry.find(own).orElseThrow()) {
            case Registry.Slot.Live(IkeSa sa) -> sa.isUp();
            case Registry.Slot.Dormant _ -> true;
          };
      established += up ? 1 : 0;
      half += up ? 0 : 1;
    }
    return new EngineStatistics(half, established, new TreeMap<>(host.counters()));
  }
}
