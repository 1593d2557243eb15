package io.pollux.ike.exchange;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.policy.Accepted;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Reqid;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The way of an agreed child into the kernel: alone, or as the successor of a generation whose
 * policies and reqid it takes over.
 */
final class ChildInstall {
  /** EEXIST, asm-generic/errno-base.h: somebody else's SA has the SPI. */
  static final int EEXIST = 17;

  private ChildInstall() {}

  /**
   * What follows.
   *
   * @param done with the child as installed: its SPI may be another one than before
   * @param refused with the kernel's errno and words
   */
  record Then(Consumer<ChildSaSnapshot> done, Consumer<KernelResult.Refused> refused) {}

  /**
   * Installs {@code child}; {@code old} is the generation that it replaces.
   *
   * @param ours whether the peer does not know our SPI yet, so that a collision can be mended here
   */
  static void install(
      IkeSa sa, ChildSaSnapshot child, Optional<ChildSa> old, boolean ours, Then then) {
    Optional<ChildSaSnapshot> before =
        old.map(c -> c.snapshot(sa.host().nowNs())).or(() -> sa.host().samePolicies(sa, child));
    // The outbound SA of a successor waits for the switch: Linux would send on the newest at once.
    ChildSaSnapshot wanted =
        before.map(b -> child.withPoliciesOf(b).withOutboundActive(false)).orElse(child);
    sa.install(
        wanted,
        before,
        result -> {
          switch (result) {
            case KernelResult.Done _ -> then.done.accept(wanted);
            case KernelResult.Refused refused -> {
              if (ours && refused.errno() == EEXIST) {
                sa.host().count("espspi_collisions");
                ChildSaSnapshot again = child.withInbound(sa.host().newEspSpi());
                install(sa, again, old, false, then);
              } else {
                sa.host().count("kernel_refusals");
                then.refused.accept(refused);
              }
            }
          }
        });
  }

  /**
   * The installed child becomes one of {@code sa}'s. What another IKE SA of the same peer had in
   * its place stops sending.
   */
  static void up(IkeSa sa, ChildSaSnapshot installed, Optional<ChildSa> old) {
    if (old.isPresent()) {
      sa.children().rekeyed(old.get(), installed);
      return;
    }
    if (installed.outboundActive()) {
      sa.children().up(installed);
      return;
    }
    Optional<ChildSaSnapshot> elsewhere = sa.host().samePolicies(sa, installed);
    if (elsewhere.filter(standing -> sa.host().yields(sa, standing)).isPresent()) {
      sa.children().up(installed);
      return;
    }
    ChildSaSnapshot active = installed.withOutboundActive(true);
    sa.children().up(active);
    // Without anything to replace any more, the outbound SA still has to get into the kernel.
    ChildSaSnapshot before = elsewhere.orElse(active.withOutboundActive(false));
    sa.host().emit(new Effect.SwitchOutbound(before, active));
    sa.host().silenced(before);
  }

  /** For the log: the child and what it protects. */
  static void tell(IkeSa sa, Exchange exchange, MessageId id, String what, ChildSaSnapshot child) {
    Story.info(
        sa,
        exchange,
        id,
        what
            + " "
            + child.child()
            + " spi "
            + child.inboundSpi()
            + "_i "
            + child.outboundSpi()
            + "_o reqid "
            + child.reqid()
            + " "
            + child.localTs()
            + " <-> "
            + child.remoteTs()
            + (child.udpEncap() ? " in UDP " : " ")
            + Accepted.text(child.algorithms()));
  }

  /** For policies of its own. */
  static ChildSaSnapshot withNewReqid(IkeSa sa, ChildSaSnapshot child) {
    return child.withReqid(new Reqid(sa.host().entropy().reqid()));
  }
}
