package io.pollux.agent.runtime;

import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.io.SystemEntropy;
import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.EngineConfig;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.IkeEngines;
import io.pollux.ike.engine.PskLookup;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.util.Optional;

/** Turns the configuration into an engine. */
final class EngineWiring {
  private static final int BACK_OFF_PERCENT = 200; // each wait doubles (RFC 7296 section 2.4)

  private EngineWiring() {}

  static IkeEngine engine(Running running, int node) {
    PolluxConfig config = running.config();
    PolluxConfig.Ike ike = config.ike();
    EngineConfig standard = EngineConfig.defaults(node);
    EngineConfig engine =
        new EngineConfig(
            node,
            new EngineConfig.Ports(ike.port(), ike.natPort()),
            new EngineConfig.Retransmission(
                ike.retransmitFirstNs(),
                BACK_OFF_PERCENT,
                standard.retransmission().maxNs(),
                ike.retransmitTries() + 1),
            new EngineConfig.HalfOpenLimits(
                ike.cookieThreshold(),
                ike.halfOpenMax(),
                ike.halfOpenPerAddress(),
                standard.halfOpen().timeoutNs()),
            standard.restart(),
            standard.natKeepaliveNs(),
            standard.busyRetryNs(),
            standard.closeNs(),
            standard.maxChildren());
    return IkeEngines.create(
        engine, config.connections(), secrets(running), IkeCrypto.standard(), new SystemEntropy());
  }

  private static PskLookup secrets(Running running) {
    return new PskLookup() {
      @Override
      public Optional<Secret> find(String connection, Identity local, Identity peer) {
        return running.config().secrets().psk(local, peer);
      }

      @Override
      public Optional<Secret> findPpk(String connection, Octets id) {
        return running.config().credentials().ppk(connection, id);
      }
    };
  }
}
