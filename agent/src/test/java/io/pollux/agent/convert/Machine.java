package io.pollux.agent.convert;

import io.pollux.agent.config.Prefix;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A machine with one address.
 *
 * @param towards what it would send from, to anybody
 */
record Machine(InetAddress address, Optional<InetAddress> towards) implements IpsecImport.Host {
  static Machine routed(String address) {
    InetAddress own = Prefix.parseAddress(address);
    return new Machine(own, Optional.of(own));
  }

  static Machine unrouted(String address) {
    return new Machine(Prefix.parseAddress(address), Optional.empty());
  }

  @Override
  public boolean owns(InetAddress asked) {
    return asked.equals(address);
  }

  @Override
  public Optional<InetAddress> towards(InetAddress peer) {
    return towards;
  }
}
