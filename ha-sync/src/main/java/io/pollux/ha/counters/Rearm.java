package io.pollux.ha.counters;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.SaId;
import java.util.OptionalLong;

/**
 * Counters that go into a standby's kernel with XFRM_MSG_NEWAE.
 *
 * @param oseq for the outbound SA; empty: as it is
 * @param seq for the inbound SA, bitmap full; empty: as it is
 */
public record Rearm(
    EspSpi child, SaId outbound, OptionalLong oseq, SaId inbound, OptionalLong seq) {}
