package io.pollux.ike.sa;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.sad.EspSpi;
import org.junit.jupiter.api.Test;

class TaskQueueTest {
  private static final Task CHILD = new Task.NewChild("net", 0);
  private static final Task REKEY = new Task.RekeyChild(new EspSpi(0x1001), 0);

  @Test
  void aSuccessorGetsWhatWaitsAtItsTimeAndNoRekeyOfItsOwn() {
    TaskQueue old = new TaskQueue();
    old.add(CHILD);
    old.add(new Task.RekeyIke(0));
    old.addLater(REKEY, 100);
    old.addLater(new Task.RekeyIke(0), 50);
    TaskQueue fresh = new TaskQueue();
    old.moveTo(fresh);
    assertThat(old.isEmpty()).isTrue();
    assertThat(fresh.all()).containsExactly(CHILD, REKEY);
    assertThat(fresh.next()).hasValue(100);
    fresh.release(99);
    assertThat(fresh.poll()).contains(CHILD);
    assertThat(fresh.poll()).isEmpty();
    fresh.release(100);
    assertThat(fresh.poll()).contains(REKEY);
  }
}
