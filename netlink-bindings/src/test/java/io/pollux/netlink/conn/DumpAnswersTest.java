package io.pollux.netlink.conn;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.linux.Errno;
import io.pollux.netlink.route.DumpRules;
import io.pollux.netlink.route.RtRule;
import io.pollux.netlink.route.RuleRequest;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlStruct;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Dumps that change while they are read, and those that fail. */
class DumpAnswersTest {
  private static final int SEQ = 7;
  private static final RtRule RULE = RtRule.blackholeFrom(InetAddress.ofLiteral("192.0.2.1"), 10);

  private final NlBuffer datagram = NlBuffer.allocate(1024);
  private final DumpAnswers<RtRule> answers = new DumpAnswers<>(new DumpRules(0), SEQ);

  private void rule(int flags, int seq) {
    datagram.begin(RuleRequest.add(RULE).type(), NlConst.NLM_F_MULTI | flags, seq);
    RuleRequest.add(RULE).writeBody(datagram);
    datagram.end();
  }

  private void done(int error, int flags) {
    datagram.begin(NlConst.NLMSG_DONE, NlConst.NLM_F_MULTI | flags, SEQ);
    datagram.struct(new Word(error));
    datagram.end();
  }

  private void read() throws Exception {
    answers.read(new NlMessages(datagram.buffer(), 0, datagram.position()));
  }

  @Test
  void answersOfAnotherRequestArePassedOver() throws Exception {
    rule(0, SEQ);
    rule(0, SEQ - 1);
    done(0, 0);
    read();
    assertThat(answers.done()).isTrue();
    assertThat(answers.interrupted()).isFalse();
    assertThat(answers.reply().orThrow()).containsExactly(RULE);
  }

  @Test
  void theKernelSaysThatTheTableHasChanged() throws Exception {
    rule(NlConst.NLM_F_DUMP_INTR, SEQ);
    done(0, 0);
    read();
    assertThat(answers.interrupted()).isTrue();
  }

  @Test
  void orSaysItAtTheEnd() throws Exception {
    rule(0, SEQ);
    read();
    assertThat(answers.done()).isFalse();
    datagram.clear();
    done(0, NlConst.NLM_F_DUMP_INTR);
    read();
    assertThat(answers.interrupted()).isTrue();
  }

  @Test
  void aDumpMayFail() throws Exception {
    done(-Errno.EPERM.number(), 0);
    read();
    assertThat(answers.interrupted()).isFalse();
    assertThat(answers.reply().refusedWith(Errno.EPERM)).isTrue();
    assertThat(answers.reply())
        .isInstanceOfSatisfying(
            NlReply.Failed.class,
            failed ->
                assertThat(failed.why())
                    .hasToString("RTM_GETRULE all: EPERM (Operation not permitted)"));
  }

  private record Word(int value) implements NlStruct {
    @Override
    public int size() {
      return Integer.BYTES;
    }

    @Override
    public void write(ByteBuffer out, int at) {
      out.putInt(at, value);
    }
  }
}
