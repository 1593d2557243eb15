package io.pollux.ike.sa;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 7296 sections 2.1 to 2.3. */
class WindowTest {
  private static final List<Octets> ANSWER = List.of(Octets.of((byte) 1));

  private static final int INFORMATIONAL = 37;
  private static final int CREATE_CHILD_SA = 36;

  private static List<Octets> request(int mark) {
    byte[] octets = new byte[28];
    octets[18] = INFORMATIONAL;
    octets[27] = (byte) mark;
    return List.of(Octets.owning(octets));
  }

  private static MessageId id(long value) {
    return new MessageId(value);
  }

  @Test
  void requestsComeOnceAndInOrder() {
    Window window = new Window();
    assertThat(window.request(id(0))).isEqualTo(new Window.Arrival.Fresh());
    assertThat(window.request(id(1))).isEqualTo(new Window.Arrival.Outside());
    window.begun();
    assertThat(window.request(id(0))).isEqualTo(new Window.Arrival.InWork());
    window.answered(ANSWER);
    assertThat(window.request(id(0))).isEqualTo(new Window.Arrival.Repeated(ANSWER));
    assertThat(window.request(id(1))).isEqualTo(new Window.Arrival.Fresh());
    assertThat(window.request(id(2))).isEqualTo(new Window.Arrival.Outside());
  }

  @Test
  void aRequestThatGotNoAnswerMayComeAgain() {
    Window window = new Window();
    window.begun();
    window.dropped();
    assertThat(window.request(id(0))).isEqualTo(new Window.Arrival.Fresh());
  }

  @Test
  void onlyTheOutstandingResponseIsAwaited() {
    Window window = new Window();
    assertThat(window.awaits(id(0), INFORMATIONAL)).isFalse();
    window.started(request(1), new Continuation("test", Secret.EMPTY));
    assertThat(window.awaits(id(0), INFORMATIONAL)).isTrue();
    assertThat(window.awaits(id(1), INFORMATIONAL)).isFalse();
    assertThat(window.awaits(id(0), CREATE_CHILD_SA)).isFalse();
    window.finished();
    assertThat(window.awaits(id(0), INFORMATIONAL)).isFalse();
    assertThat(window.nextOwn()).isEqualTo(id(1));
  }

  @Test
  void anotherNodeGoesOnWhereThisOneStopped() {
    Window window = new Window();
    window.begun();
    window.answered(ANSWER);
    window.started(request(2), new Continuation("test", Secret.EMPTY));
    Window other = new Window(window.snapshot());
    assertThat(other.snapshot()).isEqualTo(window.snapshot());
    assertThat(other.request(id(0))).isEqualTo(new Window.Arrival.Repeated(ANSWER));
    assertThat(other.awaits(id(0), INFORMATIONAL)).isTrue();
    assertThat(other.isBusy()).isTrue();
  }
}
