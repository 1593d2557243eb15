package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.link.LinkDown;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PairLinkTest {
  @Test
  void onlyThePeersKernelTellsThatItsDaemonHasEnded() {
    assertThat(Arrays.stream(LinkDown.How.values()).filter(how -> PairLink.how(how).tells()))
        .containsExactlyInAnyOrder(LinkDown.How.CLOSED_BY_PEER, LinkDown.How.RESET);
  }
}
