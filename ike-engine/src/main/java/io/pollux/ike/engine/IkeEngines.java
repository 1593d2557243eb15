package io.pollux.ike.engine;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.policy.ConnectionPolicy;
import java.util.List;

/** Makes engines. */
public final class IkeEngines {
  private IkeEngines() {}

  /**
   * A passive engine: see {@link IkeEngine}.
   *
   * @param connections with unique names; {@link Input.Reconfigured} replaces them
   * @param psks asked at each authentication
   * @param crypto of this engine alone: it is not made for two threads
   */
  public static IkeEngine create(
      EngineConfig config,
      List<ConnectionPolicy> connections,
      PskLookup psks,
      IkeCrypto crypto,
      Entropy entropy) {
    return new Engine(config, connections, psks, crypto, entropy);
  }
}
