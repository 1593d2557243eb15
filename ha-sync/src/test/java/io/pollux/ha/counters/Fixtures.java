package io.pollux.ha.counters;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Reqid;
import java.net.InetAddress;
import java.util.List;

/** A Child SA for tests. */
public final class Fixtures {
  public static final IkeSpis SA = new IkeSpis(new IkeSpi(1), new IkeSpi(2));

  private Fixtures() {}

  public static ChildSaSnapshot child(int spi, boolean esn, ReplayState replay) {
    Secret none = Secret.EMPTY;
    return new ChildSaSnapshot(
        "hub",
        "net" + spi,
        new EspSpi(spi),
        new EspSpi(spi + 0x1000),
        new Endpoint(InetAddress.ofLiteral("192.0.2.100"), 500),
        new Endpoint(InetAddress.ofLiteral("198.51.100.1"), 500),
        false,
        new EspAlgorithms(20, 256, 0, esn),
        new EspKeys(none, none, none, none),
        List.of(),
        List.of(),
        new Reqid(7),
        true,
        1024,
        new Lifetimes(3_600_000_000_000L, 0, 0, 0, 0, 0),
        0,
        replay);
  }
}
