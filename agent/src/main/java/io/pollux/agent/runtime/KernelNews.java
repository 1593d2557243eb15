package io.pollux.agent.runtime;

import io.pollux.agent.kernel.KernelEvents;
import io.pollux.agent.kernel.Traps;
import io.pollux.ha.role.RoleInput;
import io.pollux.ike.engine.Input;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.netlink.route.RtLink;
import io.pollux.netlink.xfrm.XfrmNotification;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The kernel's news, passed on to whoever they concern.
 *
 * @param traps whose packets start which child
 * @param linkInterfaces ifindexes of the devices that the pair's link runs over
 * @param carrierLost told when one of them is down
 */
record KernelNews(
    SaThread sas,
    Traps traps,
    Consumer<RoleInput> role,
    Set<Integer> linkInterfaces,
    Runnable carrierLost)
    implements KernelEvents.Listener {

  /** Whether packets can go through it. */
  static boolean usable(RtLink device) {
    return device.up() && device.carrier();
  }

  @Override
  public void counters(EspSpi spi, ReplayState seen, long atNs) {
    sas.counterEvent(spi, seen, atNs);
  }

  @Override
  public void expired(SaId sa, boolean hard) {
    sas.input(new Input.ChildExpired(sa, hard));
  }

  @Override
  public void acquire(XfrmNotification.Acquire acquire) {
    traps.find(acquire).ifPresent(sas::input);
  }

  @Override
  public void mapped(EspSpi spi, Endpoint peer) {
    sas.input(new Input.PeerMapped(spi, peer));
  }

  @Override
  public void link(RtLink device, boolean gone) {
    boolean up = !gone && usable(device);
    role.accept(new RoleInput.InterfaceState(device.name(), up));
    if (!up && linkInterfaces.contains(device.ifindex())) {
      carrierLost.run();
    }
  }

  @Override
  public void overrun() {
    sas.readAllCounters();
  }
}
