package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.config.Credentials;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EffectId;
import io.pollux.ike.engine.SignResult;
import io.pollux.ike.wire.Octets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What happens where more signatures are asked for than may wait. */
class ProverQueueTest {
  private static final int ASKED = 1200;

  @Test
  void whatDoesNotFitIsNotRefusedButSaidToBeTooMuch() throws InterruptedException {
    Credentials none = new Credentials();
    AtomicBoolean slow = new AtomicBoolean();
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(ASKED);
    AtomicInteger tooMany = new AtomicInteger();
    AtomicInteger results = new AtomicInteger();
    try (Prover prover = new Prover(() -> slow.get() ? await(none, goOn) : none)) {
      slow.set(true);
      for (int i = 0; i < ASKED; i++) {
        Effect.Sign sign =
            new Effect.Sign(
                new EffectId(i), Octets.EMPTY, SignatureScheme.ECDSA_SHA256, Octets.EMPTY);
        prover.sign(
            sign,
            Runnable::run,
            result -> {
              assertThat(result).isEqualTo(new SignResult.Failed("the private key is not there"));
              results.incrementAndGet();
              answered.countDown();
            },
            () -> {
              tooMany.incrementAndGet();
              answered.countDown();
            });
      }
      assertThat(tooMany.get()).isBetween(ASKED - 1024 - 4, ASKED - 1024);
      goOn.countDown();
      assertThat(answered.await(5, TimeUnit.MINUTES)).isTrue();
      assertThat(results.get() + tooMany.get()).isEqualTo(ASKED);
    }
  }

  private static Credentials await(Credentials credentials, CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return credentials;
  }
}
