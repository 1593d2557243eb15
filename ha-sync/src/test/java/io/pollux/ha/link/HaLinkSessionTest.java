package io.pollux.ha.link;

import static io.pollux.ha.link.LinkProbe.QUICK;
import static io.pollux.ha.link.LinkProbe.config;
import static io.pollux.ha.link.LinkProbe.path;
import static io.pollux.ha.link.LinkProbe.portOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.journal.HaJournal;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.History;
import io.pollux.ha.journal.JournalBound;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Session, journal and shadow over the real link, each node on threads of its own. */
@Timeout(180)
class HaLinkSessionTest {
  private static final IkeEvent EVENT =
      new IkeEvent.ExchangeFinished(new IkeSpis(new IkeSpi(1), new IkeSpi(2)), new MessageId(7));

  private final List<NodeIdentity> nodes = LinkProbe.identities();
  private final LinkNode active =
      new LinkNode("castor", Optional.of(new HaJournal(2, new JournalBound(1 << 20, 1L << 30))));
  private final LinkNode standby = new LinkNode("pollux", Optional.empty());
  private HaLink listening;
  private HaLink dialing;
  private Relay relay;

  @BeforeEach
  void start() throws Exception {
    LinkPath at = path("one", 0, 1);
    listening = link(nodes.get(1), nodes.get(0), at, active);
    relay = new Relay(portOf(listening, at));
    dialing = link(nodes.get(0), nodes.get(1), path("one", 0, relay.port()), standby);
  }

  @AfterEach
  void stop() throws Exception {
    dialing.close();
    listening.close();
    relay.close();
    active.close();
    standby.close();
  }

  @Test
  void aBigSnapshotAndBarrierFramesShareTheLink() throws Exception {
    History history = new History(5);
    for (IkeEvent event : history.events(5_000)) {
      active.replicate(event);
    }
    dialing.start();
    for (int i = 0; i < 200; i++) {
      active.replicate(EVENT);
    }
    active.awaitNews(SyncState.IN_SYNC);
    standby.awaitNews(SyncState.IN_SYNC);
    long last = active.replicate(EVENT);
    active.awaitNews("received " + last);
    assertSame();
    List<LinkMessage> sent = active.ask(node -> List.copyOf(node.sent));
    assertThat(sent).filteredOn(LinkMessage.Chunk.class::isInstance).hasSizeGreaterThan(3);
  }

  @Test
  void aResetConnectionResumesWithoutASnapshot() throws Exception {
    dialing.start();
    active.awaitNews(SyncState.IN_SYNC);
    History history = new History(6);
    history.events(100).forEach(active::replicate);
    relay.reset();
    history.events(100).forEach(active::replicate);
    active.awaitNews(SyncState.STALE);
    active.awaitNews(SyncState.IN_SYNC);
    long last = active.replicate(EVENT);
    active.awaitNews("received " + last);
    assertSame();
    List<LinkMessage> sent = active.ask(node -> List.copyOf(node.sent));
    assertThat(sent)
        .filteredOn(LinkMessage.Sync.class::isInstance)
        .hasSize(2)
        .last()
        .isInstanceOfSatisfying(LinkMessage.Sync.class, s -> assertThat(s.snapshot()).isFalse());
  }

  /** But for the ages: the two clocks were read at different instants. */
  private void assertSame() {
    HaSnapshot there = active.ask(n -> n.shadow.snapshot(0));
    HaSnapshot here = standby.ask(n -> n.shadow.snapshot(0));
    assertThat(here.index()).isEqualTo(there.index());
    assertThat(ageless(here)).isEqualTo(ageless(there));
  }

  private static String ageless(HaSnapshot snapshot) {
    return snapshot.sas().toString().replaceAll("ageNs=-?\\d+", "ageNs=");
  }

  private static HaLink link(NodeIdentity own, NodeIdentity peer, LinkPath path, LinkNode node) {
    HaLink link = new HaLink(config(own, peer.fingerprint(), QUICK, List.of(path)), node);
    if (!link.dials()) {
      link.start();
    }
    return link;
  }
}
