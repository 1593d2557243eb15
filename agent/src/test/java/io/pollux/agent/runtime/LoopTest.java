package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoopTest {
  /** Nothing but posted work. */
  private static final Loop.Owner IDLE =
      new Loop.Owner() {
        @Override
        public long nextWakeNs() {
          return Long.MAX_VALUE;
        }

        @Override
        public void wake(long nowNs) {}
      };

  @Test
  void aMoreUrgentLaneIsServedFirst() throws Exception {
    Loop loop = new Loop("test", 3, IDLE);
    List<String> order = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    loop.post(2, () -> order.add("sweep"));
    loop.post(1, () -> order.add("sa"));
    loop.post(0, () -> order.add("open the gate"));
    loop.post(0, () -> order.add("close the gate"));
    loop.post(2, done::countDown);
    loop.start();
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(order).containsExactly("open the gate", "close the gate", "sa", "sweep");
    end(loop);
  }

  @Test
  void noPostIsLostWhateverTheThreadIsAboutToDo() throws Exception {
    Loop loop = new Loop("test", 1, IDLE);
    loop.start();
    for (int i = 0; i < 20_000; i++) { // each one finds the thread going to sleep or asleep
      CompletableFuture<Boolean> answer = new CompletableFuture<>();
      loop.execute(() -> answer.complete(true));
      assertThat(answer.get(10, TimeUnit.SECONDS)).isTrue();
    }
    end(loop);
  }

  @Test
  void everyPostOfManyThreadsRunsOnceInItsThreadsOrder() throws Exception {
    int threads = 4;
    int each = 5_000;
    Loop loop = new Loop("test", 1, IDLE);
    loop.start();
    long[] last = new long[threads];
    AtomicLong wrong = new AtomicLong();
    CountDownLatch done = new CountDownLatch(threads * each);
    for (int t = 0; t < threads; t++) {
      int id = t;
      Thread.ofPlatform()
          .start(
              () -> {
                for (int i = 1; i <= each; i++) {
                  int number = i;
                  loop.execute(
                      () -> {
                        if (last[id] != number - 1) {
                          wrong.incrementAndGet();
                        }
                        last[id] = number;
                        done.countDown();
                      });
                }
              });
    }
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(wrong).hasValue(0);
    end(loop);
  }

  @Test
  void theOwnerIsWokenWhenItSaidAndNotBefore() throws Exception {
    CompletableFuture<Long> woken = new CompletableFuture<>();
    AtomicLong due = new AtomicLong(System.nanoTime() + 5_000_000);
    Loop loop =
        new Loop(
            "test",
            1,
            new Loop.Owner() {
              @Override
              public long nextWakeNs() {
                return due.get();
              }

              @Override
              public void wake(long nowNs) {
                woken.complete(nowNs - due.getAndSet(Long.MAX_VALUE));
              }
            });
    loop.start();
    assertThat(woken.get(10, TimeUnit.SECONDS)).isNotNegative();
    end(loop);
  }

  @Test
  void whatWaitsIsDoneBeforeTheEnd() throws Exception {
    Loop loop = new Loop("test", 2, IDLE);
    AtomicLong done = new AtomicLong();
    for (int i = 0; i < 100; i++) {
      loop.post(1, done::incrementAndGet);
    }
    loop.start();
    end(loop);
    assertThat(done).hasValue(100);
  }

  private static void end(Loop loop) throws InterruptedException {
    loop.stop();
    assertThat(loop.join(10_000)).isTrue();
  }
}
